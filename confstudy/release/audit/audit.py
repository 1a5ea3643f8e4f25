"""The front door of the audit: a notebook in, findings out."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from confstudy.errors import UnreadableFile
from confstudy.release.audit.finding import Audit, AuditFinding
from confstudy.release.audit.judge import judged
from confstudy.release.audit.sought import Sought, sought
from confstudy.release.audit.twice import twice_hits
from confstudy.release.audit.walk import Place, bundles, walk
from confstudy.release.ledger.digest import canonical_digest
from confstudy.survey.survey import Survey

__all__ = ["Audit", "AuditFinding", "audit", "read_document"]

_PAGES = (".html", ".htm", ".svg", ".xhtml")
_WORDS = (".md", ".py", ".qmd", ".rmd", ".txt", ".rst", ".tex", ".r", ".csv")


def audit(
    notebook: Path | Mapping[str, Any],
    *,
    survey: Survey | pd.DataFrame | str | Path | Sought | None = None,
    released: Collection[str] = (),
) -> Audit:
    """Look through a notebook for anything that could tell of a respondent.

    Every string is decoded and judged: identifiers, paths of persons, tables with small counts
    or single rows, extremes, residuals, single points, quotations. With the survey, pieces of
    its records are recognised wherever they stand. An audit is a second look: what may leave
    is decided when it is released.

    Parameters
    ----------
    notebook
        A notebook file, an exported page or text, or a notebook as JSON.
    survey
        The data whose respondents are to be looked for, or their file: then also for what
        the gate suppressed or dropped. For several notebooks, ``sought(...)`` indexes once.
    released
        Digests of outputs that the ledger knows. They are judged by identifiers and records only.

    Returns
    -------
    Audit
        True when clean; ``.findings`` and ``.table`` have rule, cell, where, what, status.

    Raises
    ------
    UnreadableFile
        It is no notebook, or cannot be read.

    Examples
    --------
    >>> cell = {"cell_type": "markdown", "metadata": {}, "source": "Ask ann@example.org"}
    >>> audit({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})
    Audit of notebook: 1 findings
      cell 1 (source): holds what looks like an e-mail address [e-mail address, fail]
    """
    name = notebook.name if isinstance(notebook, Path) else "notebook"
    content = read_document(notebook) if isinstance(notebook, Path) else notebook
    _require_notebook(content, name)
    people = sought(survey).records
    known = {
        (cell, count)
        for cell, count, bundle in bundles(content)
        if released and canonical_digest(bundle) in released
    }
    found: list[AuditFinding] = []
    places = list(walk(content))
    for place in places:
        hits = judged(place, (place.cell, place.output) in known, people)
        found += [_finding(place, hit.rule, hit.what, hit.status) for hit in hits]
    found += [
        _finding(place, hit.rule, hit.what, hit.status)
        for place, hit in twice_hits(
            [place for place in places if (place.cell, place.output) not in known]
        )
    ]
    return Audit(name, tuple(dict.fromkeys(found)))


def _finding(place: Place, rule: str, what: str, status: Any) -> AuditFinding:
    return AuditFinding(rule, place.cell, place.where, what, status)


def _require_notebook(content: Any, name: str) -> None:
    good = isinstance(content, Mapping) and any(part in content for part in ("cells", "worksheets"))
    cells = content.get("cells", []) if good else None
    if not good or not isinstance(cells, list):
        raise UnreadableFile(
            f"'{name}' is not a notebook: it has no list of cells. Give an .ipynb file, "
            "or an exported page (.html) or text (.md, .py)."
        )


def read_document(path: Path) -> Mapping[str, Any]:
    """A notebook file as JSON; an exported page or text as a notebook of one cell."""
    try:
        text = path.read_text("utf-8-sig")
    except OSError as problem:
        reason = problem.strerror or "it cannot be read"
        raise UnreadableFile(f"'{path.name}' cannot be read: {reason}.") from None
    except UnicodeDecodeError:
        raise UnreadableFile(f"'{path.name}' is not text in UTF-8, so it is no notebook.") from None
    ending = path.suffix.casefold()
    if ending in _PAGES:
        output = {"output_type": "display_data", "data": {"text/html": text}, "metadata": {}}
        cell = {"cell_type": "code", "source": "", "metadata": {}, "outputs": [output]}
        return {"metadata": {}, "cells": [cell]}
    if ending in _WORDS:
        kind = "code" if ending in (".py", ".r") else "markdown"
        return {"metadata": {}, "cells": [{"cell_type": kind, "source": text, "metadata": {}}]}
    try:
        return dict(json.loads(text))
    except (ValueError, TypeError, RecursionError):
        raise UnreadableFile(
            f"'{path.name}' is not a notebook: it is not JSON. Was it saved completely?"
        ) from None
