"""Where the boxes of a directed graph stand: causes above effects, few crossings, no overlap.

After Sugiyama, Tagawa & Toda (1981): layers by the longest path, neighbours' means for the
order within a layer, places by least squares under the distances that boxes need.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

__all__ = ["Layout", "arranged"]

Edge = tuple[str, str]
Knot = tuple[str, str, int]
Layers = list[list[str | Knot]]
Joined = dict[str | Knot, list[str | Knot]]


@dataclass(frozen=True)
class Layout:
    """Rows from the top, and each name's and each bend's place across.

    Attributes
    ----------
    row
        Name → its row.
    across
        Name, or (cause, effect, row) where an arrow passes a row → its place in inches.
    rows
        How many rows there are.
    width
        In inches.
    """

    row: dict[str, int]
    across: dict[str | Knot, float]
    rows: int
    width: float

    def course(self, edge: Edge) -> list[tuple[int, float]]:
        """(row, place) of an arrow's start, of each row it passes, and of its end."""
        first, last = self.row[edge[0]], self.row[edge[1]]
        bends = [(row, self.across[(*edge, row)]) for row in range(first + 1, last)]
        return [(first, self.across[edge[0]]), *bends, (last, self.across[edge[1]])]


def arranged(
    widths: Mapping[str, float], edges: Sequence[Edge], *, width: float, lane: float
) -> Layout:
    """Place the boxes of a graph without circles in rows, in the least width they need.

    Parameters
    ----------
    widths
        Name → the width of its box with the distance to its neighbour, in inches.
    edges
        (cause, effect); those that would close a circle must have been left out.
    width
        Of the page, in inches. A row has the fewest boxes where all that passes it must fit;
        the page grows where even one box has no room.
    lane
        The width an arrow needs where it passes a row.
    """
    for share in (0.9, 0.8, 0.7, 0.6, 0.5, 0.4):
        row = _rows(widths, edges, share * width)
        layers, joined = _knotted(row, edges)
        room = {n: widths[n] if isinstance(n, str) else lane for layer in layers for n in layer}
        needed = max(sum(room[node] for node in layer) for layer in layers)
        if needed <= width:
            break
    width = max(width, needed)
    layers = _ordered(layers, joined, {n: at for at, layer in enumerate(layers) for n in layer})
    return Layout(row, _spread(layers, joined, room, width), len(layers), width)


def _knotted(row: Mapping[str, int], edges: Sequence[Edge]) -> tuple[Layers, Joined]:
    """The boxes of each row with the bends of the arrows that pass it, and who is joined."""
    layers: Layers = [[] for _ in range(max(row.values()) + 1)]
    for name, at in row.items():
        layers[at].append(name)
    joined: Joined = {name: [] for name in row}
    for cause, effect in edges:
        bends: list[str | Knot] = [(cause, effect, at) for at in range(row[cause] + 1, row[effect])]
        for at, bend in enumerate(bends, row[cause] + 1):
            layers[at].append(bend)
            joined[bend] = []
        for above, below in pairwise([cause, *bends, effect]):
            joined[above].append(below)
            joined[below].append(above)
    return layers, joined


def _rows(widths: Mapping[str, float], edges: Sequence[Edge], most: float) -> dict[str, int]:
    """Rows by the longest path from below, none fuller than ``most`` (Coffman & Graham 1972)."""
    effects: dict[str, set[str]] = {name: set() for name in widths}
    causes: dict[str, set[str]] = {name: set() for name in widths}
    for cause, effect in edges:
        effects[cause].add(effect)
        causes[effect].add(cause)
    height: dict[str, int] = {}
    waiting = [name for name in widths if not effects[name]]
    left = {name: len(effects[name]) for name in widths}
    while waiting:
        name = waiting.pop(0)
        height[name] = 1 + max((height[below] for below in effects[name]), default=-1)
        for cause in sorted(causes[name]):
            left[cause] -= 1
            if not left[cause]:
                waiting.append(cause)
    place: dict[str, int] = {}
    filled: dict[int, float] = defaultdict(float)
    order = {name: number for number, name in enumerate(widths)}
    # From the bottom up: each as low as its effects and the room allow.
    for name in sorted(height, key=lambda name: (height[name], order[name])):
        at = 1 + max((place[below] for below in effects[name]), default=-1)
        while filled[at] and filled[at] + widths[name] > most:
            at += 1
        place[name] = at
        filled[at] += widths[name]
    top = max(place.values())
    return {name: top - place[name] for name in widths}


def _ordered(layers: Layers, joined: Joined, level: Mapping[str | Knot, int]) -> Layers:
    """The order in each layer that crossed the fewest arrows in some sweeps down and up."""
    best, fewest = layers, _crossings(layers, joined, level)
    for sweep in range(24):
        down = sweep % 2 == 0
        place = {node: float(n) for layer in layers for n, node in enumerate(layer)}
        turned: Layers = [list(layer) for layer in layers]
        for number in range(len(layers)) if down else reversed(range(len(layers))):
            towards = number - 1 if down else number + 1
            means = {}
            for node in turned[number]:
                near = [place[other] for other in joined[node] if level[other] == towards]
                means[node] = float(np.mean(near)) if near else place[node]
            turned[number].sort(key=lambda node: (means[node], place[node]))
            size = max(len(turned[number]) - 1, 1)
            place |= {node: n * 10 / size for n, node in enumerate(turned[number])}
        layers = turned
        crossed = _crossings(layers, joined, level)
        if crossed < fewest:
            best, fewest = layers, crossed
    return best


def _crossings(
    layers: Layers,
    joined: Joined,
    level: Mapping[str | Knot, int],
) -> int:
    place = {node: n for layer in layers for n, node in enumerate(layer)}
    crossed = 0
    for number, layer in enumerate(layers):
        ends = [
            (place[node], place[other])
            for node in layer
            for other in joined[node]
            if level[other] == number + 1
        ]
        pairs = np.array(sorted(ends)).reshape(-1, 2)
        left, right = pairs[:, 0], pairs[:, 1]
        crossed += int(((left[:, None] < left[None, :]) & (right[:, None] > right[None, :])).sum())
    return crossed


def _spread(
    layers: Layers,
    joined: Joined,
    room: Mapping[str | Knot, float],
    width: float,
) -> dict[str | Knot, float]:
    """Places near the neighbours' mean, at the distances that the boxes need."""
    place: dict[str | Knot, float] = {}
    for layer in layers:
        place |= dict(zip(layer, (np.arange(len(layer)) + 0.5) * width / len(layer), strict=True))
    for sweep in range(30):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            sizes = np.array([room[node] for node in layer])
            wish = np.array(
                [np.mean([place[other] for other in joined[node] or [node]]) for node in layer]
            )
            weight = np.array([1.0 if isinstance(node, str) else 3.0 for node in layer])
            place |= dict(zip(layer, _apart(wish, sizes, weight, width), strict=True))
    left = min(place[node] - room[node] / 2 for node in place)
    right = max(place[node] + room[node] / 2 for node in place)
    middle = (width - left - right) / 2
    return {node: float(at + middle) for node, at in place.items()}


def _apart(
    wish: np.ndarray[tuple[int], np.dtype[np.float64]],
    sizes: np.ndarray[tuple[int], np.dtype[np.float64]],
    weight: np.ndarray[tuple[int], np.dtype[np.float64]],
    width: float,
) -> list[float]:
    """The places nearest the wished ones, in their order, far enough apart and on the page."""
    offset = np.cumsum(sizes) - sizes / 2
    blocks: list[list[float]] = []
    for value, heavy in zip(wish - offset, weight, strict=True):
        blocks.append([value, heavy, 1])
        # Pool adjacent violators: the least-squares fit that goes up.
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            last, before = blocks.pop(), blocks.pop()
            total = before[1] + last[1]
            mean = (before[0] * before[1] + last[0] * last[1]) / total
            blocks.append([mean, total, before[2] + last[2]])
    free = [block[0] for block in blocks for _ in range(int(block[2]))]
    bounded = np.clip(free, 0, width - sizes.sum())
    return [float(at) for at in bounded + offset]
