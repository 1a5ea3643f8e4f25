"""The path diagram of a structural model: what acts on what, how strongly, on whose word."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from confstudy.release.decision import THRESHOLD
from confstudy.show.figure import Figure
from confstudy.show.layers import Edge, arranged
from confstudy.show.network import Network, chosen, network
from confstudy.show.routes import Page, routes
from confstudy.show.strokes import draw_box, draw_line, draw_numbers, size, wrapped
from confstudy.show.theme import WIDTH, drawing
from confstudy.simulate.model.structure import Structure
from confstudy.words import join

__all__ = ["path_diagram"]

#: More boxes are drawn on a page's width, more arrows without their numbers.
_LINKS = 36
#: Up to how many boxes: the page's width, and the lane of an arrow that passes a row.
_FORMATS = ((24, (WIDTH, 0.17)), (40, (11.0, 0.09)), (10_000, (14.0, 0.07)))
_LETTERS = 16


def path_diagram(
    structure: Structure,
    *,
    only: Collection[str] | None = None,
    effects_of: str | None = None,
    between: tuple[str, str] | None = None,
    title: str | None = None,
) -> Figure:
    """Draw a structural model: causes above their effects, a coefficient on every arrow.

    Solid blue arrows raise, dashed orange ones lower; grey ones have no sign of their own.
    Causes that act together meet in a dot. A question mark, on a paler arrow, marks a number
    whose source nobody has verified. What is assigned, belongs to a therapist or practice, is
    an event or is counted says so in its box. A model of more than 24 boxes fills the width of
    a landscape page; more than 36 arrows stand without numbers.

    Parameters
    ----------
    only
        The variables and events to draw, with the arrows among them.
    effects_of
        Only this variable and what it has an effect on.
    between
        A cause and an effect: only they and what lies between them.
    title
        Above the diagram.

    Returns
    -------
    Figure
        Its table has one row an arrow: causes, effect, coefficients, sign, assumed.

    Raises
    ------
    StructureError
        A name is not in the model, or nothing is left to draw.

    Examples
    --------
    >>> from confstudy.simulate.model.read import read_structure
    >>> figure = path_diagram(read_structure("therapy"), only=["P", "T"])
    >>> figure.alt
    'Path diagram of 2 boxes and 1 arrow. Perceived privacy → Trust (0.50, assumed).'
    """
    part = chosen(structure, network(structure), only, effects_of, between)
    part, alone = part.joined, part.alone
    numbers = len(part.links) <= _LINKS
    page, height = _page(part, numbers)
    wide = page.layout.width
    with drawing(height=height, width=wide) as (canvas, axes):
        axes.set_axis_off()
        axes.set_xlim(0, wide)
        axes.set_ylim(0, height)
        if title:
            axes.set_title(title)
        lines, knots = routes(page, part.links)
        for line in lines:
            draw_line(axes, line, knots.get(line.link))
        for name, box in part.boxes.items():
            draw_box(axes, page, name, box)
        if numbers:
            draw_numbers(axes, page, lines, knots.values())
    return Figure(
        canvas, _alt(part, numbers, alone), _caption(part, numbers, title), _table(part), THRESHOLD
    )


def _edges(part: Network) -> list[Edge]:
    """Cause and effect of every arrow, turned round where it would close a circle."""
    after: dict[str, set[str]] = {name: set() for name in part.boxes}
    pairs = dict.fromkeys((cause, link.effect) for link in part.links for cause in link.causes)
    edges: dict[Edge, None] = {}
    for cause, effect in pairs:
        reached, waiting = {effect}, [effect]
        while waiting:
            more = after[waiting.pop()] - reached
            reached |= more
            waiting += more
        above, below = (effect, cause) if cause in reached else (cause, effect)
        if above != below:
            after[above].add(below)
            edges[above, below] = None
    return list(edges)


def _page(part: Network, numbers: bool) -> tuple[Page, float]:
    width, lane = next(how for n, how in _FORMATS if len(part.boxes) <= n)
    words = {name: wrapped(box, _LETTERS) for name, box in part.boxes.items()}
    sizes = {name: size(lines) for name, lines in words.items()}
    layout = arranged(
        {name: across + 0.12 for name, (across, _) in sizes.items()},
        _edges(part), width=width, lane=lane,
    )  # fmt: skip
    ends = np.zeros(layout.rows)
    for link in part.links:
        ends[layout.row[link.effect]] += max(len(link.texts), 1)
    gaps = (0.34 + 0.06 * np.minimum(ends, 12)) if numbers else 0.26 + 0.01 * np.minimum(ends, 20)
    tall = [max(sizes[n][1] for n in sizes if layout.row[n] == row) for row in range(layout.rows)]
    height = float(sum(tall) + gaps[1:].sum() + 0.1)
    at, bands = height - 0.05, []
    for row, high in enumerate(tall):
        at -= gaps[row] if row else 0
        bands.append((at, at - high))
        at -= high
    return Page(layout, bands, sizes, words, lane), height


def _table(part: Network) -> pd.DataFrame:
    labels = {name: box.label for name, box in part.boxes.items()}
    return pd.DataFrame(
        [
            {
                "causes": " × ".join(labels[cause] for cause in link.causes),
                "effect": labels[link.effect],
                "coefficients": ", ".join(text.rstrip("?") for text in link.texts),
                "sign": link.sign,
                "assumed": link.assumed,
            }
            for link in part.links
        ]
    )


def _alt(part: Network, numbers: bool, alone: Sequence[str]) -> str:
    table = _table(part)
    boxes, arrows = len(part.boxes), len(table)
    counted = f"{boxes} boxes and {arrows} arrow{'s' * (arrows != 1)}"
    if numbers:
        said = [
            f"{row['causes']} → {row['effect']}{_said(row)}" for row in table.to_dict("records")
        ]
    else:
        groups = table.groupby("causes", sort=False)["effect"]
        said = [f"{causes} → {', '.join(effects)}" for causes, effects in groups]
    rest = f" No arrow touches {join(list(alone))}." if alone else ""
    return f"Path diagram of {counted}. {'; '.join(said)}.{rest}"


def _said(row: Mapping[object, object]) -> str:
    words = [str(row["coefficients"])] * bool(row["coefficients"]) + ["assumed"] * bool(
        row["assumed"]
    )
    return f" ({', '.join(words)})" if words else ""


def _caption(part: Network, numbers: bool, title: str | None) -> str:
    words = [f"{title}." if title else "Path diagram."]
    words.append("Solid blue arrows raise, dashed orange ones lower.")
    if any(len(link.causes) > 1 for link in part.links):
        words.append("Causes that act together meet in a dot.")
    if numbers and any(link.assumed for link in part.links):
        words.append("A question mark: assumed, no source was verified.")
    return " ".join(words)
