"""A template's files, filled for one study."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from confstudy.errors import ConfigError, unknown
from confstudy.files import write_text
from confstudy.report.source import cells_of, parameter_cell

__all__ = ["fill", "require_template", "with_parameters"]

_HERE = Path(__file__).parent
_TEMPLATES = _HERE / "templates"
_TOKEN = re.compile(r"@([a-z]+)@")


def require_template(name: str) -> None:
    """Raise ConfigError unless there is a template of this name.

    >>> require_template("practise")
    Traceback (most recent call last):
    confstudy.errors.ConfigError: Templates not found … Did you mean 'practice'? …
    """
    there = sorted(path.name for path in _TEMPLATES.iterdir() if path.is_dir())
    if name not in there:
        raise ConfigError(unknown("Templates", [name], there, "confstudy"))


def fill(
    folder: Path,
    template: str,
    words: Mapping[str, str],
    parameters: Mapping[str, Mapping[str, Any]],
) -> None:
    """Write every file of a template, and the bundled report notebooks, into a folder.

    Parameters
    ----------
    words
        What stands for ``@name@`` in texts.
    parameters
        Notebook → defaults of its parameters, in place of those it comes with; bundled report
        notebooks that are not named are left out.
    """
    root = _TEMPLATES / template
    sources = {path.relative_to(root): path for path in root.rglob("*") if path.is_file()}
    sources |= {
        Path("notebooks", "reports", path.name): path
        for path in _report_notebooks()
        if path.stem in parameters
    }
    for place, source in sorted(sources.items()):
        text = source.read_text("utf-8")
        if place.suffix == ".ipynb":
            text = with_parameters(text, parameters[place.stem], place.name)
        else:
            text = _TOKEN.sub(lambda found: words[found[1]], text)
        write_text(folder.joinpath(*map(_dotted, place.parts)), text)


def with_parameters(notebook: str, values: Mapping[str, Any], name: str) -> str:
    """A notebook's text with other defaults in its parameters cell; all else stays as it is.

    Parameters
    ----------
    values
        Parameter → text or list of texts.
    name
        The notebook's, for the error.

    Raises
    ------
    ParameterError
        It has no cell of parameters.
    """
    content = json.loads(notebook)
    opening = parameter_cell(cells_of(content), name)
    for cell in content["cells"]:
        if "".join(cell["source"]) == opening.source:
            cell["source"] = _with_defaults(opening.source, values).splitlines(keepends=True)
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _with_defaults(source: str, values: Mapping[str, Any]) -> str:
    lines = [line.encode() for line in source.splitlines(keepends=True)]
    for statement in ast.parse(source).body:
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        name, default = statement.target.id, statement.value
        if name in values and default is not None:
            row, end = default.lineno - 1, default.end_lineno or default.lineno
            rest = lines[end - 1][default.end_col_offset or 0 :]
            text = json.dumps(values[name], ensure_ascii=False).encode()
            lines[row:end] = [
                lines[row][: default.col_offset] + text + rest,
                *[b""] * (end - row - 1),
            ]
    return b"".join(lines).decode()


def _report_notebooks() -> list[Path]:
    """The bundled report notebooks: in the wheel, or where a checkout keeps them."""
    packed = _HERE / "notebooks"
    folder = packed if packed.is_dir() else _HERE.parents[1] / "notebooks" / "reports"
    return sorted(folder.glob("*.ipynb"))


def _dotted(part: str) -> str:
    """Dotted names are spelt out in the package, where git and hatch would obey them."""
    return f".{part.removeprefix('dot-')}" if part.startswith("dot-") else part
