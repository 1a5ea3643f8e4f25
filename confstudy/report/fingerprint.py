"""What a report was built from, part by part: when any of it changes, the report is stale."""

from __future__ import annotations

import ast
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from confstudy.errors import ParameterError
from confstudy.release.ledger.folder import ledger_folder
from confstudy.report.reads import PACKAGE, is_data, key_of, path_of
from confstudy.report.source import Cell, cells_of, parameter_cell, read_cells
from confstudy.report.statcache import ABSENT, StatCache
from confstudy.report.why import UNSETTLED, Part, why

__all__ = ["changed_parts", "fingerprint", "undeclared"]

_UNKNOWN = "unknown"
#: Files of the package that make a page of what a kernel has run.
_WRITER = ("report/clean.py", "report/render.py", "report/writers/**/*.py")
_WRITER_NEEDS = {
    "html": ("jinja2", "mistune", "latex2mathml"),
    "pdf": ("mistune", "typst"),
    "docx": ("mistune", "python-docx"),
}


def fingerprint(
    notebook: Path | Mapping[str, Any],
    parameters: Mapping[str, Any],
    data: Sequence[Path],
    manifest: Mapping[str, Any] | None = None,
    *,
    root: Path | None = None,
    page: Mapping[str, str] | None = None,
    cache: StatCache | None = None,
) -> dict[str, Part]:
    """What a report would be built from now.

    Parameters
    ----------
    notebook
        Its file, or its content; only for a file are the data named in its code looked at.
    parameters
        Typed, all of them, and such as may be published.
    data
        Files that the report declares, with their codebooks.
    manifest
        Of the last build: ``watched`` says what its kernel read and imported. After a build,
        ``{"watched": settled(…)}`` gives the fingerprint to keep.
    root
        The study's folder; found from the notebook or the data where it is left out.
    page
        What else makes the page: ``title``, ``formats`` such as ``"html, pdf"``.
    cache
        Hashes of files; one may serve many reports. The study's own where it is left out.

    Returns
    -------
    dict
        ``notebook`` (code cells), ``text``, ``parameters``, ``data``, ``reads`` (not declared),
        ``modules`` of the project, ``package``, ``versions``, ``page``: each names its things
        with a hash, a version or a value. It holds no path of the machine.
    """
    root = root or _root_of(notebook if isinstance(notebook, Path) else next(iter(data), Path()))
    known = cache or StatCache(ledger_folder(root))
    cells = read_cells(notebook) if isinstance(notebook, Path) else cells_of(notebook)
    watched: Mapping[str, list[str]] = (manifest or {}).get("watched") or {}
    declared = _declared(data, root)
    reads = [*watched.get("reads", ()), *_named(cells, notebook, root)]
    taken = {key_of(path, root) for path in data}
    torn = set(watched.get("changed", ()))
    parts = {
        "notebook": _code(cells),
        "text": _text(cells),
        "parameters": {name: _json(value) for name, value in parameters.items()},
        "data": {
            name: UNSETTLED if key_of(path, root) in torn else known.sha256(path)
            for name, path in declared.items()
        },
        "reads": _hashes(sorted(set(reads) - taken), root, known, torn),
        "modules": _hashes(watched.get("modules", ()), root, known, torn),
        "package": _hashes(watched.get("package", ()), PACKAGE, known, torn),
        "versions": {name: _version(name) for name in watched.get("libraries", ())},
        "page": _page(page or {}, known),
    }
    if watched:
        parts["versions"]["python"] = sys.version.split()[0]
    if cache is None:
        known.save()
    return {
        name: dict(sorted(part.items())) if name in _SORTED else part
        for name, part in parts.items()
    }


def changed_parts(before: Mapping[str, Any], now: Mapping[str, Part]) -> list[str]:
    """The parts that differ."""
    return list(dict.fromkeys(cause.part for cause in why(before, now)))


def undeclared(parts: Mapping[str, Part]) -> list[str]:
    """What a report reads and does not declare, each with what to do.

    >>> undeclared({"reads": {"data/extra.csv": "0ac7"}})
    ["'data/extra.csv' is read but not declared: add it to the report's data in reports.toml."]
    """
    return [
        f"'{name.partition('#')[0]}' is read but not declared: add it to the report's data in "
        "reports.toml."
        for name in parts.get("reads", {})
    ]


_SORTED = ("parameters", "data", "reads", "modules", "package", "versions", "page")


def _root_of(start: Path) -> Path:
    folders = start.absolute().parents
    return next((f for f in folders if (f / "reports" / "reports.toml").is_file()), folders[0])


def _code(cells: Sequence[Cell]) -> dict[str, str]:
    """Code cells in order; of the parameters cell only names and types, as it is read."""
    try:
        opening: Cell | None = parameter_cell(cells, "the notebook")
    except ParameterError:
        opening = None
    code = [cell for cell in cells if cell.kind == "code"]
    sources = [_names_only(cell.source) if cell is opening else cell.source for cell in code]
    return {
        str(place): _short([source, cell.tags])
        for place, (source, cell) in enumerate(zip(sources, code, strict=True), start=1)
    }


def _names_only(source: str) -> str:
    """A parameters cell without values and comments: values are parameters."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return source
    for statement in tree.body:
        if isinstance(statement, ast.AnnAssign):
            statement.value = None
    return ast.unparse(tree)


def _text(cells: Sequence[Cell]) -> dict[str, str]:
    texts = [cell for cell in cells if cell.kind != "code"]
    part = {
        str(place): _short([cell.kind, cell.source, cell.tags, cell.attachments])
        for place, cell in enumerate(texts, start=1)
    }
    return {**part, "order": "".join(cell.kind[0] for cell in cells)}


def _declared(data: Sequence[Path], root: Path) -> dict[str, Path]:
    """Declared files by name: where one outside the study stands does not matter."""
    named: dict[str, Path] = {}
    for path in data:
        name = key_of(path, root).partition("#")[0]
        while name in named and named[name] != path:
            name += "'"
        named[name] = path
    return named


def _named(cells: Sequence[Cell], notebook: object, root: Path) -> Iterator[str]:
    """Data files that code names as plain text: some are opened where no hook sees it."""
    if not isinstance(notebook, Path):
        return
    for cell in cells:
        if cell.kind != "code" or "parameters" in cell.tags:
            continue
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and len(text) < 400 and is_data(Path(text)):
                path = notebook.parent / text
                if path.is_file():
                    yield key_of(path, root)


def _hashes(names: Sequence[str], root: Path, cache: StatCache, torn: set[str]) -> dict[str, str]:
    found = {}
    for name in names:
        path = path_of(name, root, cache)
        found[name] = UNSETTLED if name in torn else cache.sha256(path) if path else _UNKNOWN
    return found


def _page(page: Mapping[str, str], cache: StatCache) -> dict[str, str]:
    formats = [word.strip() for word in page.get("formats", "html").split(",")]
    templates = sorted((PACKAGE / "report" / "templates").iterdir())
    writers = sorted(path for pattern in _WRITER for path in PACKAGE.glob(pattern))
    needs = {name for form in formats for name in _WRITER_NEEDS.get(form, ())}
    return {
        **page,
        "template": _short([[path.name, cache.sha256(path)] for path in templates]),
        "writer": _short([[path.name, cache.sha256(path)] for path in writers]),
        **{name: _version(name) for name in sorted(needs)},
    }


@lru_cache(maxsize=256)
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ABSENT


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def _short(content: object) -> str:
    return hashlib.sha256(_json(content).encode("utf-8", "surrogatepass")).hexdigest()[:16]
