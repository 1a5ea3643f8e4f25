"""The front door for data: read, refuse identified data, decode by the codebook."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from confstudy.codebook.read import codebook_beside, read_codebook
from confstudy.codebook.schema import Codebook
from confstudy.errors import CodebookMismatch, did_you_mean, listing
from confstudy.privacy.gate import inspect_columns
from confstudy.privacy.headers import shown_headers
from confstudy.privacy.risk import risk
from confstudy.privacy.suppress import suppress
from confstudy.survey.read import RawTable, read_table
from confstudy.survey.recode import MISSING_REASONS, Decoded, decode
from confstudy.survey.survey import Provenance, Step, Survey

__all__ = ["load", "load_table"]

_SUPPRESSED = MISSING_REASONS.index("suppressed") + 1


def load(
    path: str | Path, codebook: str | Path | Mapping[str, Any] | Codebook | None = None
) -> Survey:
    """Load a survey file through its codebook; identified data are refused.

    Parameters
    ----------
    path
        A CSV (UTF-8, also gzipped) or Parquet file, one row a respondent.
    codebook
        A YAML file, the name of a bundled codebook, a mapping or a Codebook. When it is
        left out, ``<name>.codebook.yaml`` beside the file is used.

    Returns
    -------
    Survey
        The decoded frame with its codebook, missing reasons and provenance.

    Raises
    ------
    UnreadableFile, CodebookError, CodebookMismatch
        What is wrong and where, without a cell of the data.
    IdentifiedData
        A column, or the quasi-identifiers together, could point to a person; the message
        names column, rule and count and says what to do.

    Examples
    --------
    >>> import confstudy as cs
    >>> survey = cs.load("data_synthetic/therapy.parquet")
    >>> survey.synthetic, survey.codebook.name
    (True, 'therapy')
    """
    declared = read_codebook(codebook if codebook is not None else codebook_beside(Path(path)))
    return load_table(read_table(path), declared)


def load_table(raw: RawTable, codebook: Codebook) -> Survey:
    """Pass a raw table through the gate and its codebook."""
    inspected = inspect_columns(raw.frame, codebook)
    inspected.require(raw.file)
    _require_headers(raw, codebook)
    invited = codebook.fieldwork.invited
    if invited is not None and invited < len(raw.frame):
        raise CodebookMismatch(
            f"'{raw.file}' has {len(raw.frame):,} rows, more than the {invited:,} that codebook "
            f"'{codebook.name}' says were invited."
        )
    columns = {
        name: decode(raw.frame[codebook.header(name)], name, codebook) for name in codebook.kept
    }
    _require_listed(raw, codebook, columns)
    frame = pd.DataFrame({name: column.decoded for name, column in columns.items()})
    reasons = pd.DataFrame(
        {n: column.reasons for n, column in columns.items() if column.reasons.any()}
    )
    reasons = reasons.reindex(frame.index)
    frame, reasons, blanked = _protected(frame, reasons, codebook)
    protection = codebook.protection
    quasi, sensitive = codebook.with_role("quasi_identifier"), codebook.with_role("sensitive")
    found = risk(frame, quasi, sensitive if quasi else (), protection.k)
    inspected.with_risk(found, protection).require(raw.file)
    used = {codebook.header(name) for name in codebook.variables}
    provenance = Provenance(
        file=raw.file,
        sha256=raw.sha256,
        format=raw.format,
        rows=len(raw.frame),
        columns=raw.frame.shape[1],
        left_out=sum(str(header) not in used for header in raw.frame),
        gate=_gate_words(codebook, found.k, blanked),
        confstudy=version("confstudy"),
        recodes=tuple(
            (name, codebook.header(name), column.spellings, column.recoded)
            for name, column in columns.items()
            if column.recoded
        ),
    )
    steps = (Step("In the file", len(frame)),)
    return Survey(frame, reasons, codebook, provenance, steps)


def _protected(
    frame: pd.DataFrame, reasons: pd.DataFrame, codebook: Codebook
) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    quasi, order = codebook.with_role("quasi_identifier"), codebook.protection.suppress
    if not order:
        return frame, reasons, 0
    sensitive = codebook.with_role("sensitive")
    protection = codebook.protection
    done = suppress(frame, quasi, order, protection.k, sensitive, protection.l)
    blanked = {name: rows for name, rows in done.blanked.items() if rows.any()}
    marked = {
        name: np.where(rows, _SUPPRESSED, reasons.get(name, 0)).astype(np.int8)
        for name, rows in blanked.items()
    }
    return done.frame, reasons.assign(**marked), sum(int(rows.sum()) for rows in blanked.values())


def _gate_words(codebook: Codebook, k: int, blanked: int) -> str:
    if not codebook.with_role("quasi_identifier"):
        return "gate: no quasi-identifiers declared"
    # Exact numbers of suppressed cells would give back what tables of them mask.
    cells = f", about {max(10, round(blanked, -1))} cells suppressed" if blanked else ""
    reason = f" ({codebook.protection.reason})" if codebook.protection.reason else ""
    return f"gate: k = {k}{cells}{reason}"


def _require_headers(raw: RawTable, codebook: Codebook) -> None:
    headers = [str(header) for header in raw.frame.columns]
    absent = sorted({codebook.header(name) for name in codebook.kept} - set(headers))
    if not absent:
        return
    shown = [name for name in shown_headers(raw.frame) if name in headers]
    hidden = len(headers) - len(shown)
    note = f" {hidden} headers look like answers: has the file a header row?" if hidden else ""
    raise CodebookMismatch(
        f"'{raw.file}' lacks columns that codebook '{codebook.name}' names: {listing(absent)}."
        f"{did_you_mean(absent[0], shown)} The file has: {listing(shown)}.{note}"
    )


def _require_listed(raw: RawTable, codebook: Codebook, columns: Mapping[str, Decoded]) -> None:
    lines = [
        f"  {name}: {column.refused:,} cells are {_expected(codebook, name)}."
        for name, column in columns.items()
        if column.refused
    ]
    if lines:
        raise CodebookMismatch(
            f"'{raw.file}' has cells that codebook '{codebook.name}' does not cover:\n"
            + "\n".join(lines)
            + "\nAdd them under `levels`, `recode` or `missing`, or declare `unlisted: missing`."
        )


def _expected(codebook: Codebook, name: str) -> str:
    variable = codebook.variables[name]
    if variable.type in ("numeric", "item") or variable.bands:
        return "not numbers"
    return f"not among the levels {listing(variable.categories)}"
