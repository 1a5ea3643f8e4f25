"""A regression table as Markdown."""

from __future__ import annotations

import re

from confstudy.show.tables.grid import SYMBOLS, Grid

__all__ = ["markdown"]

_SIGNS = re.compile(r"([\\`*_<>|~$])")


def markdown(grid: Grid) -> str:
    """The table with pipes, its title above and its notes below."""
    wide = len(grid.heads)
    lines = [f"*{_text(grid.title)}*", ""]
    lines.append(_line("Term", [_symbol(name) for name in grid.names()]))
    lines.append("|:--|" + "--:|" * wide)
    for row in grid.rows:
        if row.kind == "group":
            lines.append(_line(f"*{_text(row.label)}*", [""] * wide))
        elif row.kind == "why":
            lines.append(_line(f"**{_text(row.label)}**", [""] * wide))
        else:
            cells = [_SIGNS.sub(r"\\\1", cell.replace("\n", " ")) for cell in row.cells]
            name = _symbol(row.label) if row.kind == "fact" else _text(row.label)
            lines.append(_line(name, cells))
    for note in grid.notes:
        lines += ["", re.sub(r"^Note\.", "*Note.*", _text(note))]
    return "\n".join(lines) + "\n"


def _line(first: str, cells: list[str]) -> str:
    return "| " + " | ".join([first, *cells]) + " |"


def _symbol(text: str) -> str:
    return f"*{text}*" if text in SYMBOLS else _text(text)


def _text(text: str) -> str:
    """Words without signs that Markdown takes for marks, in one line."""
    plain = _SIGNS.sub(r"\\\1", " ".join(text.split()))
    return plain.replace("[", "&#91;").replace("]", "&#93;")
