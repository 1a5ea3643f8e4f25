"""Path diagrams: who acts on whom."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from confstudy.errors import AnalysisError
from confstudy.show.figure import Figure
from confstudy.show.theme import BLUE, GREY, INK, WIDTH, drawing

__all__ = ["Arrow", "paths"]

Point = tuple[float, float]
_BOX = 1.3
_ROW = 0.95


@dataclass(frozen=True)
class Arrow:
    """A path from a cause to an effect, with what is written on it."""

    cause: str
    effect: str
    text: str = ""
    main: bool = False


def paths(arrows: Sequence[Arrow], *, n: int, caption: str = "") -> Figure:
    """Draw a path diagram: the main path from left to right, what else acts on it above.

    Parameters
    ----------
    arrows
        The paths; those marked ``main`` make one chain, which runs downwards when it has
        more than three names.
    n
        Respondents behind the numbers on the arrows.

    Examples
    --------
    >>> import confstudy as cs
    >>> arrow = cs.plot.Arrow("Perceived privacy", "Trust", "0.50", main=True)
    >>> cs.plot.paths([arrow], n=600)
    Figure: Path diagram. Perceived privacy → Trust (0.50).
    """
    chain = _chain(arrows)
    places, height = _places(chain, arrows)
    with drawing(height=height) as (canvas, axes):
        axes.set_axis_off()
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(0, height)
        boxes = {name: _box(axes, place, name, name in chain) for name, place in places.items()}
        for arrow in arrows:
            _arrow(axes, arrow, places, boxes)
    said = "; ".join(
        f"{arrow.cause} → {arrow.effect}" + (f" ({arrow.text})" if arrow.text else "")
        for arrow in arrows
    )
    table = pd.DataFrame([vars(arrow) for arrow in arrows])
    return Figure(canvas, f"Path diagram. {said}.", caption, table, smallest=n)


def _chain(arrows: Sequence[Arrow]) -> list[str]:
    """The names on the main path, in order."""
    after = {arrow.cause: arrow.effect for arrow in arrows if arrow.main}
    starts = [cause for cause in after if cause not in after.values()]
    if len(starts) != 1:
        raise AnalysisError("The main arrows of a path diagram make one chain without a circle.")
    chain = starts
    while chain[-1] in after:
        chain = [*chain, after[chain[-1]]]
    return chain


def _places(chain: Sequence[str], arrows: Sequence[Arrow]) -> tuple[dict[str, Point], float]:
    """Centres of the boxes in inches, and the height they need."""
    names = dict.fromkeys(name for arrow in arrows for name in (arrow.cause, arrow.effect))
    others = [name for name in names if name not in chain]
    edge = _BOX / 2 + 0.08
    if len(chain) > 3:
        height = _ROW * len(chain)
        places = {name: (WIDTH / 2, height - _ROW * (row + 0.5)) for row, name in enumerate(chain)}
        for row, name in enumerate(others):
            side = edge if row % 2 == 0 else WIDTH - edge
            places[name] = (side, height - _ROW * (row // 2 + 1))
        return places, height
    rows = [others[start : start + 3] for start in range(0, len(others), 3)]
    height = _ROW * (len(rows) + 1)
    step = (WIDTH - 2 * edge) / max(len(chain) - 1, 1)
    places = {name: (edge + step * place, _ROW / 2) for place, name in enumerate(chain)}
    for row, here in enumerate(rows):
        gap = WIDTH / len(here)
        y = _ROW * (row + 1.5)
        places |= {name: (gap * (place + 0.5), y) for place, name in enumerate(here)}
    return places, height


def _box(axes: Axes, place: Point, name: str, main: bool) -> FancyBboxPatch:
    text = textwrap.fill(name, 19)
    height = 0.2 + 0.15 * (text.count("\n") + 1)
    corner = (place[0] - _BOX / 2, place[1] - height / 2)
    box = FancyBboxPatch(
        corner, _BOX, height, boxstyle="round,pad=0,rounding_size=0.08", zorder=2,
        facecolor=BLUE if main else "#eef0f4", edgecolor=BLUE if main else GREY, linewidth=0.8,
    )  # fmt: skip
    axes.add_patch(box)
    colour = "white" if main else INK
    axes.text(*place, text, ha="center", va="center", fontsize=7.5, color=colour, zorder=3)
    return box


def _arrow(
    axes: Axes, arrow: Arrow, places: Mapping[str, Point], boxes: Mapping[str, FancyBboxPatch]
) -> None:
    start, end = places[arrow.cause], places[arrow.effect]
    colour = BLUE if arrow.main else GREY
    axes.add_patch(
        FancyArrowPatch(
            start, end, patchA=boxes[arrow.cause], patchB=boxes[arrow.effect], shrinkA=2, shrinkB=2,
            arrowstyle="-|>", mutation_scale=11, color=colour, zorder=1,
            linewidth=2.2 if arrow.main else 0.9,
        )
    )  # fmt: skip
    if arrow.text:
        upright = start[0] == end[0]
        axes.annotate(
            arrow.text, (0.5 * (start[0] + end[0]), 0.5 * (start[1] + end[1])),
            (6, 0) if upright else (0, 6), textcoords="offset points", fontsize=8, color=colour,
            ha="left" if upright else "center", va="center" if upright else "bottom", zorder=4,
        )  # fmt: skip
