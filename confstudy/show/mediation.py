"""The effects of a mediation analysis with their intervals."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from confstudy.errors import AnalysisError
from confstudy.models.mediation.result import Mediation
from confstudy.show.figure import Figure
from confstudy.show.theme import BLUE, GREY, INK, ORANGE, drawing
from confstudy.words import interval, number

__all__ = ["mediation"]


def mediation(result: Mediation) -> Figure:
    """Draw total, direct and indirect effects, and each path, with their intervals.

    Parameters
    ----------
    result
        What :func:`confstudy.models.mediation.mediate.mediate` found.

    Raises
    ------
    AnalysisError
        The analysis cannot be believed.

    Examples
    --------
    >>> import confstudy as cs
    >>> from confstudy.models.mediation.mediate import mediate
    >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
    >>> found = mediate(scores, "privacy", "alliance", "stigma", bootstrap=0)
    >>> mediation(found).table["term"].tolist()
    ['total', 'direct', 'indirect']
    """
    if result.problems:
        raise AnalysisError(f"There are no effects to draw: {'; '.join(result.problems)}.")
    rows = ~result.table["term"].str.endswith("proportion")
    table = result.table.loc[rows, ["term", "estimate", "conf_low", "conf_high"]]
    table = table.reset_index(drop=True)
    ratio = result.scale != "difference"
    with drawing(height=0.95 + 0.42 * len(table)) as (canvas, axes):
        _draw(axes, table, ratio)
        what = f"{result.scale.capitalize()} in the {result.measured}"
        axes.set_xlabel("\n".join(textwrap.wrap(what, 44)))
    said = "; ".join(
        f"{row['term']} {_said(row['estimate'], row['conf_low'], row['conf_high'])}"
        for row in table.to_dict("records")
    )
    via = ", ".join(result.mediators)
    return Figure(
        canvas=canvas,
        alt=f"Points with {result.percent} intervals: effects of {result.exposure} "
        f"({result.contrast}) by {via}, {result.scale} in the {result.measured}. {said}.",
        caption=f"{result.exposure}, {result.contrast}: effects with {result.percent} intervals "
        f"(n = {result.n:,}); {result.method}.",
        table=table,
        smallest=result.smallest,
    )


def _draw(axes: Axes, table: pd.DataFrame, ratio: bool) -> None:
    places = np.arange(len(table))[::-1]
    if ratio:
        axes.set_xscale("log")
    axes.axvline(1 if ratio else 0, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    for place, row in zip(places, table.to_dict("records"), strict=True):
        term = str(row["term"]).removeprefix("within: ").removeprefix("between: ")
        through = "indirect" in term
        colour = ORANGE if through else INK if term == "total" else BLUE
        marker = "D" if through else "s" if term == "total" else "o"
        axes.hlines(place, row["conf_low"], row["conf_high"], color=colour)
        axes.plot(row["estimate"], place, marker, color=colour, markersize=5.5)
        axes.annotate(
            _said(row["estimate"], row["conf_low"], row["conf_high"]),
            (row["estimate"], place), (0, 8),
            textcoords="offset points", ha="center", fontsize=7.5, color=colour,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        )  # fmt: skip
    axes.set_yticks(places, [textwrap.fill(term, 26) for term in table["term"]])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_ylim(-0.6, len(table) - 0.3)
    axes.margins(x=0.12)
    if ratio:
        _ratio_ticks(axes, table)


def _ratio_ticks(axes: Axes, table: pd.DataFrame) -> None:
    low, high = float(table["conf_low"].min()) / 1.1, float(table["conf_high"].max()) * 1.1
    near = (0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2)
    wide = (0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 100)
    ticks = [tick for tick in (near if high < 4 * low else wide) if low <= tick <= high]
    axes.set_xlim(low, high)
    axes.set_xticks(ticks or [1], [f"{tick:g}" for tick in ticks or [1]])
    axes.xaxis.set_minor_locator(NullLocator())


def _said(estimate: float, low: float, high: float) -> str:
    digits = 2 if abs(estimate) >= 0.1 else 3
    return f"{number(estimate, digits)} {interval(low, high, digits)}"
