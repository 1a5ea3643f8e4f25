"""The lines of a diagram in inches: they curve between rows and pass a row upright."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from confstudy.show.layers import Edge, Layout
from confstudy.show.network import Link

__all__ = ["Page", "Route", "routes"]

Point = tuple[float, float]
Curve = tuple[Point, Point]
T = TypeVar("T", Edge, Link)


@dataclass(frozen=True)
class Page:
    """Where rows and boxes stand: (top, bottom) of a row, name → (width, height) and lines."""

    layout: Layout
    bands: Sequence[tuple[float, float]]
    sizes: Mapping[str, tuple[float, float]]
    words: Mapping[str, Sequence[str]]
    lane: float

    def edge(self, name: str, *, top: bool) -> float:
        """The height of the upper or lower edge of a box."""
        upper, lower = self.bands[self.layout.row[name]]
        half = self.sizes[name][1] / 2
        return (upper + lower) / 2 + (half if top else -half)


@dataclass(frozen=True)
class Route:
    """One line: the points between which it curves or, inside a row, runs straight."""

    link: Link
    points: tuple[Point, ...]
    head: bool
    upward: bool = False

    @property
    def curves(self) -> Iterator[Curve]:
        """The pieces from row to row."""
        return zip(self.points[::2], self.points[1::2], strict=True)

    def along(self, count: int = 24) -> NDArray[np.float64]:
        """(pieces, count, 2) points on the curves."""
        t = np.linspace(0, 1, count)[:, None]
        found = []
        for (x0, y0), (x1, y1) in self.curves:
            across = x0 + (x1 - x0) * (3 * t**2 - 2 * t**3)
            middle = (y0 + y1) / 2
            down = (1 - t) ** 3 * y0 + 3 * t * (1 - t) * middle + t**3 * y1
            found.append(np.hstack([across, down]))
        return np.array(found)


def routes(page: Page, links: Sequence[Link]) -> tuple[list[Route], dict[Link, Point]]:
    """The line of every link, and for causes that act together the point where they meet.

    Links into a box that stands above their cause run upwards, one by one.
    """
    row = page.layout.row
    leave, enter = _ports(page, links)
    # Beside the line of a cause's own, not on it.
    beside = {link: page.lane * 0.35 * (len(link.causes) > 1) for link in links}
    found: list[Route] = []
    knots: dict[Link, Point] = {}
    for link in links:
        end = enter.get(link)
        downward = all(row[cause] < row[link.effect] for cause in link.causes)
        lines = [
            _line(page, (cause, link.effect), leave, end, beside[link]) for cause in link.causes
        ]
        if len(lines) > 1 and downward and end is not None:
            knot = _knot(page, lines, end, link.effect)
            knots[link] = knot
            found += [Route(link, (*line[:-1], knot), head=False) for line in lines]
            lines = [[knot, (end, page.edge(link.effect, top=True))]]
        for line, cause in zip(lines, link.causes, strict=False):
            found.append(Route(link, tuple(line), True, row[cause] > row[link.effect]))
    return found, knots


def _knot(page: Page, lines: Sequence[list[Point]], end: float, effect: str) -> Point:
    starts = [line[-2] for line in lines]
    top = page.edge(effect, top=True)
    across = 0.35 * float(np.mean([x for x, _ in starts])) + 0.65 * end
    return across, top + 0.42 * (min(y for _, y in starts) - top)


def _line(
    page: Page, ends: Edge, leave: Mapping[Edge, float], end: float | None, beside: float
) -> list[Point]:
    above, below = sorted(ends, key=page.layout.row.__getitem__)
    course = page.layout.course((above, below))
    points: list[Point] = [(leave[above, below] + beside, page.edge(above, top=False))]
    for row, across in course[1:-1]:
        upper, lower = page.bands[row]
        points += [(across + beside, upper), (across + beside, lower)]
    last = course[-1][1] if end is None else end
    return [*points, (last, page.edge(below, top=True))]


def _ports(page: Page, links: Sequence[Link]) -> tuple[dict[Edge, float], dict[Link, float]]:
    """Where each line leaves its upper box, and where each link enters its lower one."""
    row = page.layout.row
    leaving: dict[str, dict[Edge, float]] = defaultdict(dict)
    entering: dict[str, dict[Link, float]] = defaultdict(dict)
    for link in links:
        came = []
        for cause in link.causes:
            above, below = sorted((cause, link.effect), key=row.__getitem__)
            course = page.layout.course((above, below))
            leaving[above][above, below] = course[1][1]
            came.append(course[-2][1])
        if all(row[cause] < row[link.effect] for cause in link.causes):
            entering[link.effect][link] = float(np.mean(came))
    leave = {edge: x for name, near in leaving.items() for edge, x in _spaced(page, name, near)}
    enter = {link: x for name, near in entering.items() for link, x in _spaced(page, name, near)}
    return leave, enter


def _spaced(page: Page, name: str, near: Mapping[T, float]) -> Iterator[tuple[T, float]]:
    middle, wide = page.layout.across[name], page.sizes[name][0]
    step = min(0.2, 0.84 * wide / max(len(near), 1))
    order = sorted(near, key=near.__getitem__)
    for place, key in enumerate(order):
        yield key, middle + (place - (len(order) - 1) / 2) * step
