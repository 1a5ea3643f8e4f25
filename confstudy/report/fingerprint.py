"""What a report was built from: when any of it changes, the report is stale."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import confstudy
from confstudy.files import sha256_of
from confstudy.report.notebooks import NotebookNode

__all__ = ["changed_parts", "fingerprint"]


def fingerprint(
    notebook: NotebookNode, parameters: Mapping[str, Any], data: list[Path]
) -> dict[str, str]:
    """One hash a part: notebook, parameters, data, package, versions."""
    cells = [[cell.cell_type, cell.source] for cell in notebook.cells]
    return {
        "notebook": _hash(cells),
        "parameters": _hash(dict(parameters)),
        "data": _hash({path.name: sha256_of(path) for path in data}),
        "package": _package(),
        "versions": _hash({name: version(name) for name in ("numpy", "pandas", "statsmodels")}),
    }


def changed_parts(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The parts that differ."""
    return [part for part in now if before.get(part) != now[part]]


@lru_cache(maxsize=1)
def _package() -> str:
    folder = Path(confstudy.__file__).parent
    kinds = {".py", ".yaml", ".html", ".css"}
    files = sorted(path for path in folder.rglob("*") if path.suffix in kinds)
    return _hash({str(path.relative_to(folder)): sha256_of(path) for path in files})


def _hash(content: object) -> str:
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
