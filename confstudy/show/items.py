"""How well each item goes with the rest of its scale."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from confstudy.errors import AnalysisError, unknown
from confstudy.release.cell import Cell
from confstudy.show.figure import Figure
from confstudy.show.theme import BLUE, GREY, INK, ORANGE, drawing
from confstudy.survey.items import complete, keyed
from confstudy.survey.scoring import Scores
from confstudy.words import number

__all__ = ["items"]


def items(scores: Scores, scale: str | None = None) -> Figure:
    """Draw the correlation of each item with the sum of the other items of its scale.

    Items that run clearly against the others, as a forgotten reversal makes them, are marked.

    Parameters
    ----------
    scores
        From :func:`confstudy.score`.
    scale
        One scale; without it all that have two items or more.

    Raises
    ------
    AnalysisError
        Where the scale is not in the codebook, or no item has such a correlation.

    Examples
    --------
    >>> import confstudy as cs
    >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
    >>> cs.plot.items(scores, "stigma").table["against"].any()
    np.False_
    """
    if scale is not None and scale not in scores.codebook.scales:
        known = scores.codebook.scales
        raise AnalysisError(unknown("Scales", [scale], known, "the codebook"))
    table = scores.items.reindex(columns=_COLUMNS)
    table = table[table["scale"] == scale] if scale is not None else table
    table = table[table["item_rest"].notna()].reset_index(drop=True)
    if table.empty:
        raise AnalysisError(
            "No item has a correlation with the rest of its scale: it takes two items that vary."
        )
    names = list(dict.fromkeys(table["scale"]))
    with drawing(height=0.8 + 0.33 * (len(table) + len(names))) as (canvas, axes):
        _draw(axes, table, [scores.codebook.label(name) for name in names])
        axes.set_xlabel("Item–rest correlation")
    said = "; ".join(f"{row['label']} {_said(row)}" for row in table.to_dict("records"))
    marked = " Squares mark items that run against their scale." if table["against"].any() else ""
    cells = tuple(_cell(scores, name) for name in names)
    counts = [cell.n for cell in cells]
    n = f"{min(counts):,}" + (f" to {max(counts):,}" if max(counts) > min(counts) else "")
    return Figure(
        canvas=canvas,
        alt=f"Dot plot of item–rest correlations with 95 % intervals: {said}.",
        caption="Correlation of each item with the sum of the other items of its scale, with its "
        f"95 % interval, n = {n}. "
        f"(R): reverse-keyed, turned round.{marked}",
        table=table,
        smallest=min(counts),
        cells=cells,
    )


def _cell(scores: Scores, name: str) -> Cell:
    """Those who answered every item of a scale that was asked."""
    items = keyed(scores.frame, scores.codebook.scales[name])
    return Cell(name, f"items:{name}", (name,), scores.frame.index[complete(items)])


_COLUMNS = "scale item label reverse_keyed item_rest conf_low conf_high against".split()


def _draw(axes: Axes, table: pd.DataFrame, headings: list[str]) -> None:
    starts = (table["scale"] != table["scale"].shift()).cumsum().to_numpy()
    places = -(np.arange(len(table)) + starts).astype(float)
    axes.axvline(0, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    for clear, colour, marker in ((False, BLUE, "o"), (True, ORANGE, "s")):
        rows = table[table["against"] == clear]
        at = places[table["against"] == clear]
        axes.hlines(at, rows["conf_low"], rows["conf_high"], color=colour, linewidth=1.4)
        axes.plot(rows["item_rest"], at, marker, color=colour, markersize=5)
        for right, value, place in zip(rows["conf_high"], rows["item_rest"], at, strict=True):
            axes.annotate(
                number(value), (right, place), (4, 0),
                textcoords="offset points", va="center", fontsize=7.5, color=colour,
            )  # fmt: skip
    heads = {places[starts == group].max() + 1: head for group, head in enumerate(headings, 1)}
    ticks = dict(zip(places, map(_labelled, table.to_dict("records")), strict=True)) | heads
    axes.set_yticks(list(ticks), list(ticks.values()), fontsize=7.5)
    for place, text in zip(ticks, axes.get_yticklabels(), strict=True):
        if place in heads:
            text.set_fontweight("bold")
            text.set_color(INK)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_ylim(places.min() - 0.6, 0.5)
    # Room to the right for the label of the last tick keeps the layout the same in every drawing.
    low = min(0.0, float(table["conf_low"].min())) - 0.05
    axes.set_xlim(low, 1 + 0.1 * (1 - low))
    axes.set_xticks([tick for tick in (-1, -0.5, 0, 0.5, 1) if tick > low])


def _labelled(row: Mapping[Any, Any]) -> str:
    label = textwrap.shorten(row["label"], 58, placeholder=" …")
    return textwrap.fill(label + (" (R)" if row["reverse_keyed"] else ""), 32)


def _said(row: Mapping[Any, Any]) -> str:
    text = number(row["item_rest"])
    return f"{text}, against its scale" if row["against"] else text
