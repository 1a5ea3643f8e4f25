"""Boxes, lines and numbers of a diagram on its page."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path
from numpy.typing import NDArray

from confstudy.show.network import Box, Link
from confstudy.show.routes import Page, Point, Route
from confstudy.show.theme import BLUE, GREY, INK, ORANGE

__all__ = ["draw_box", "draw_line", "draw_numbers", "size", "wrapped"]

_LETTER, _LINE = 0.061, 0.125
_FILLS = {"plain": "#ffffff", "arm": "#fdeee0", "unit": "#e6eef5", "event": "#f1f1f1"}
Rectangle = tuple[float, float, float, float]


def wrapped(box: Box, letters: int) -> list[str]:
    """The lines of a box: its label in lines of at most so many letters, then its note."""
    return [
        *textwrap.wrap(box.label, letters, break_long_words=False),
        *[box.note] * bool(box.note),
    ]


def size(lines: Sequence[str]) -> tuple[float, float]:
    """Width and height of a box, in inches."""
    return 0.14 + _LETTER * max(map(len, lines)), 0.12 + _LINE * len(lines)


def draw_box(axes: Axes, page: Page, name: str, box: Box) -> None:
    """Draw a box with its words; its form and fill say what kind it is."""
    wide, high = page.sizes[name]
    across = page.layout.across[name]
    top = page.edge(name, top=True)
    axes.add_patch(
        FancyBboxPatch(
            (across - wide / 2, top - high), wide, high,
            boxstyle=f"round,pad=0,rounding_size={0.02 if box.kind == 'arm' else 0.08}",
            facecolor=_FILLS[box.kind], edgecolor=INK if box.kind == "arm" else GREY,
            linestyle=(0, (3, 2)) if box.kind == "event" else "-", linewidth=0.8, zorder=4,
        )
    )  # fmt: skip
    lines = page.words[name]
    for place, line in enumerate(lines):
        note = bool(box.note) and place == len(lines) - 1
        axes.text(
            across, top - 0.06 - _LINE * (place + 0.5), line, ha="center", va="center",
            fontsize=6.5 if note else 7.0, color="#5a606b" if note else INK, zorder=5,
        )  # fmt: skip


def draw_line(axes: Axes, line: Route, knot: Point | None) -> None:
    """Draw a line, with its head at the effect and a dot where causes meet."""
    points = [line.points[0]]
    codes = [Path.MOVETO]
    for place, ((x0, y0), (x1, y1)) in enumerate(line.curves):
        if place:
            points.append((x0, y0))
            codes.append(Path.LINETO)
        middle = (y0 + y1) / 2
        points += [(x0, middle), (x1, middle), (x1, y1)]
        codes += [Path.CURVE4] * 3
    head = "<|-" if line.upward else "-|>"
    axes.add_patch(
        FancyArrowPatch(
            path=Path(points, codes), arrowstyle=head if line.head else "-", mutation_scale=7,
            color=_colour(line.link), linewidth=1.1, alpha=0.65 if line.link.assumed else 1,
            linestyle=(0, (4, 2)) if line.link.sign < 0 else "-", zorder=2, shrinkA=0, shrinkB=0,
        )
    )  # fmt: skip
    if knot is not None and line.head:
        axes.plot(*knot, "o", markersize=3.5, color=_colour(line.link), zorder=3)


def _colour(link: Link) -> str:
    return {1: BLUE, -1: ORANGE, 0: GREY}[link.sign]


def draw_numbers(axes: Axes, page: Page, lines: Sequence[Route], knots: Iterable[Point]) -> None:
    """Write each link's numbers on its line, where they cover the least of anything else."""
    taken = [_rectangle(page, name) for name in page.sizes]
    taken += [(x - 0.04, x + 0.04, y - 0.04, y + 0.04) for x, y in knots]
    # First those with the fewest places to stand.
    headed = {line.link: line for line in lines if line.head and line.link.texts}
    for link, line in sorted(headed.items(), key=lambda pair: _length(pair[1])):
        others = [other.along().reshape(-1, 2) for other in lines if other.link is not link]
        place = _place(line, np.vstack([np.empty((0, 2)), *others]), taken)
        taken.append(place)
        axes.text(
            (place[0] + place[1]) / 2, (place[2] + place[3]) / 2, "\n".join(link.texts),
            ha="center", va="center", fontsize=6.5, zorder=6, color=INK, linespacing=1.0,
            bbox={"boxstyle": "square,pad=0.08", "facecolor": "white", "edgecolor": "none"},
        )  # fmt: skip


def _length(line: Route) -> float:
    return sum(abs(start[1] - end[1]) for start, end in line.curves)


def _rectangle(page: Page, name: str) -> Rectangle:
    wide, high = page.sizes[name]
    across, top = page.layout.across[name], page.edge(name, top=True)
    return across - wide / 2, across + wide / 2, top - high, top


def _place(line: Route, others: NDArray[np.float64], taken: Sequence[Rectangle]) -> Rectangle:
    wide = 0.049 * max(map(len, line.link.texts)) + 0.06
    high = 0.105 * len(line.link.texts) + 0.03
    best, least = (0.0, 0.0, 0.0, 0.0), np.inf
    for x, y, lost in _candidates(line, wide):
        here = (x - wide / 2, x + wide / 2, y - high / 2, y + high / 2)
        lost += sum(_shared(here, other) for other in taken) * 1000
        inside = (others[:, 0] > here[0]) & (others[:, 0] < here[1])
        inside &= (others[:, 1] > here[2]) & (others[:, 1] < here[3])
        lost += float(inside.sum()) * 0.1
        if lost < least:
            best, least = here, lost
    return best


def _candidates(line: Route, wide: float) -> Iterator[tuple[float, float, float]]:
    """Points on a line, the last curve first; beside it where it is too short to stand on."""
    for back, piece in enumerate(line.along(40)[::-1]):
        for t in range(3, 37):
            x, y = piece[t]
            lost = abs(t - 20) * 0.01 + back * 0.2
            yield x, y, lost
            if len(line.link.causes) > 1 or wide > 0.9:
                yield x + wide / 2 + 0.03, y, lost + 0.1
                yield x - wide / 2 - 0.03, y, lost + 0.1


def _shared(one: Rectangle, other: Rectangle) -> float:
    across = min(one[1], other[1]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[2], other[2])
    return across * down if across > 0 and down > 0 else 0.0
