"""A conclusion under a range of deltas, and the tipping point."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from confstudy.models.missing.tip import Tipping
from confstudy.release.fits import check_model
from confstudy.show.figure import Figure
from confstudy.show.theme import BLUE, GREY, INK, ORANGE, drawing
from confstudy.words import interval, number

__all__ = ["tipping"]

_UNIT = {
    "value": "its own unit",
    "log odds": "log odds",
    "probit": "probit",
    "log rate": "log rate",
}


def tipping(found: Tipping, *, label: str = "") -> Figure:
    """Draw a coefficient under every delta, and where the conclusion changes.

    Parameters
    ----------
    found
        From :func:`confstudy.tipping`.
    label
        A name for the coefficient; by default its term.

    Examples
    --------
    >>> import confstudy as cs
    >>> from confstudy.models.missing.delta import delta
    >>> from confstudy.models.missing.tip import tipping as find
    >>> survey = cs.load("data_synthetic/therapy.parquet")
    >>> shifted = delta(survey, "fear_1", [-1, 1], columns=["fear_1", "topics"], m=3, iterations=2)
    >>> figure = tipping(find("topics ~ fear_1", shifted, "fear_1"))
    >>> figure.alt.startswith("Line with band")
    True
    """
    check_model(found.pooled).require("The tipping point")
    what = label or found.term
    table = found.table
    with drawing(height=3.0) as (canvas, axes):
        _draw(axes, found)
        axes.set_xlabel(f"Delta: unanswered ‘{found.variable}’ shifted by ({_UNIT[found.scale]})")
        axes.set_ylabel(f"{what}, with {found.pooled.percent} interval")
    ends = table.iloc[[0, -1]].to_dict("records")
    zero = table.loc[table["delta"] == 0].iloc[0]
    said = [
        f"missing at random {number(zero['estimate'])} "
        f"{interval(zero['conf_low'], zero['conf_high'])}",
        *(f"delta {number(row['delta'])}: {number(row['estimate'])} "
          f"{interval(row['conf_low'], row['conf_high'])}" for row in ends),
    ]  # fmt: skip
    changes = [
        f"{row['change']} at delta {number(row['delta'])}"
        for row in found.points.to_dict("records")
    ]
    verdict = "; ".join(changes) or "the conclusion is the same over all deltas"
    return Figure(
        canvas=canvas,
        alt=f"Line with band: coefficient of {what} by delta. {'; '.join(said)}. "
        f"Tipping: {verdict}.",
        caption=f"Coefficient of {what} were the unanswered ‘{found.variable}’ different by delta "
        f"(n = {found.n:,}, {found.pooled.imputations} imputations). Dashed: {number(found.null)}, "
        "and missing at random. Marks: where the conclusion changes.",
        table=table,
        smallest=found.missing,
    )


def _draw(axes: Axes, found: Tipping) -> None:
    table = found.table.dropna(subset=["estimate"])
    axes.axhline(found.null, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.axvline(0, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.fill_between(
        table["delta"], table["conf_low"], table["conf_high"], color=BLUE, alpha=0.18, linewidth=0
    )
    axes.plot(table["delta"], table["estimate"], color=BLUE, marker="o", markersize=4)
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.18 * (high - low))
    marks = {"estimate reaches null": "D"}
    for row in found.points.to_dict("records"):
        mark = marks.get(row["change"], "s")
        axes.plot(
            [row["delta"]], [found.null], mark, markersize=7, markerfacecolor="none",
            markeredgecolor=ORANGE, markeredgewidth=1.4, zorder=3,
        )  # fmt: skip
        if np.isfinite(row["conf_low"]):
            axes.hlines(found.null, row["conf_low"], row["conf_high"], color=ORANGE, linewidth=1.4)
        axes.annotate(
            number(row["delta"]), (row["delta"], found.null), (0, 9), color=INK,
            textcoords="offset points", ha="center", fontsize=7.5,
        )  # fmt: skip
