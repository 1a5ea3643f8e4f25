"""A recipe to start from, for a file that the load gate refuses."""

from __future__ import annotations

import math

from confstudy.codebook.schema import Codebook
from confstudy.codebook.waves import resolved, wave_of
from confstudy.codebook.write import as_yaml
from confstudy.privacy.gate import inspect_columns
from confstudy.privacy.headers import shown_headers
from confstudy.survey.readers.raw import RawTable

__all__ = ["propose"]


def propose(raw: RawTable, codebook: Codebook | None = None) -> str:
    """Propose a recipe: YAML text with headers and names, and never a value of the data.

    Drops the columns that look identifying, bands quasi-identifiers that are numbers by their
    declared range, and suppresses the quasi-identifiers, those with most levels first.
    Nothing, where there is nothing to do.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"contact": ["a@example.org", "b@example.org"], "trust": ["1", "2"]})
    >>> print(propose(RawTable(frame, "wave.csv", "", "CSV")))
    # A recipe to start from; keep what you need. Then:
    #   confstudy anonymize wave.csv --recipe RECIPE.yaml --codebook CODEBOOK.yaml --out PUBLIC.csv
    name: public file
    drop:
    - contact
    <BLANKLINE>
    """
    local = codebook
    if codebook is not None:
        headers = [str(header) for header in raw.frame]
        local = resolved(codebook, wave_of(codebook, raw.file, headers), headers)
    named, hidden = _identified(raw, local)
    content: dict[str, object] = {"name": "public file"}
    if named:
        content["drop"] = named
    if local is not None:
        content |= _of_risk(local, named)
    if len(content) == 1 and not hidden:
        return ""
    lines = [
        "# A recipe to start from; keep what you need. Then:",
        f"#   confstudy anonymize {raw.file} --recipe RECIPE.yaml --codebook CODEBOOK.yaml "
        "--out PUBLIC.csv",
        *(
            f"# Take out of the file, since its header cannot be repeated: {name}"
            for name in hidden
        ),
    ]
    return "\n".join(lines) + "\n" + as_yaml(content)


def _identified(raw: RawTable, codebook: Codebook | None) -> tuple[list[str], list[str]]:
    """Refused columns: by the variable or header that drops them, and those not to be named."""
    looked_at = inspect_columns(raw.frame, codebook, (), raw.labels, raw.marked)
    found = {finding.column for finding in looked_at.findings}
    kept = codebook.kept if codebook is not None else {}
    read = {codebook.header(name): name for name in kept} if codebook is not None else {}
    headers = zip(map(str, raw.frame.columns), shown_headers(raw.frame), strict=True)
    refused = [(header, shown) for header, shown in headers if shown in found]
    named = [read.get(header, header) for header, shown in refused if header == shown]
    return named, [shown for header, shown in refused if header != shown]


def _of_risk(codebook: Codebook, gone: list[str]) -> dict[str, object]:
    quasi = [name for name in codebook.with_role("quasi_identifier") if name not in gone]
    if not quasi:
        return {}
    numbers = [name for name in quasi if codebook.variables[name].type in ("numeric", "item")]
    bands = {name: {"width": _width(codebook.variables[name].range)} for name in numbers}
    many = {name: len(codebook.variables[name].categories) or 1_000 for name in quasi}
    declared = [name for name in codebook.protection.suppress if name in quasi]
    order = declared or sorted(quasi, key=lambda name: -many[name])
    suppress: dict[str, object] = {"k": codebook.protection.k}
    if codebook.with_role("sensitive"):
        suppress["l"] = codebook.protection.l
    suppress["order"] = order
    return ({"coarsen": bands} if bands else {}) | {"suppress": suppress}


def _width(span: tuple[float, float] | None) -> int:
    """About seven bands of 5, 10, 20, 50 … over the declared range, else bands of ten."""
    if span is None or span[1] <= span[0]:
        return 10
    about = max((span[1] - span[0]) / 7, 1)
    power = 10 ** math.floor(math.log10(about))
    return next(int(step * power) for step in (1, 2, 5, 10) if step * power >= about)
