"""How wide the columns of a table are on paper."""

from __future__ import annotations

from confstudy.show.tables.grid import Grid

__all__ = ["WIDTH", "column_widths"]

#: One column between margins of an inch on letter paper, in inches.
WIDTH = 6.5
_SIGN, _GAP, _LEAST = 0.068, 0.13, 1.6


def column_widths(grid: Grid) -> list[float]:
    """Widths in inches, the labels' first: numbers get what they need, labels the rest.

    Where that is too little for the labels, columns of numbers become narrower and wrap.
    """
    several = grid.several
    columns = zip(*(row.cells for row in grid.rows if row.cells), strict=True)
    needed = []
    for lines, cells in zip(grid.heads, columns, strict=True):
        # Heads of models wrap, their cells should not.
        heads = [word for line in lines for word in line.split()] if several else list(lines)
        texts = [part for cell in cells for part in cell.split("\n")]
        needed.append(_SIGN * max(len(text) for text in [*texts, *heads]) + _GAP)
    labels = [row.label for row in grid.rows if row.kind != "why"]
    wanted = _SIGN * max(len(label) for label in labels) + _GAP
    first = min(wanted, max(_LEAST, WIDTH - sum(needed)))
    shrink = min(1.0, (WIDTH - first) / sum(needed))
    return [first, *(width * shrink for width in needed)]
