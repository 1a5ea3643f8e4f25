"""Predicted outcome along an exposure."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from confstudy.codebook.schema import Codebook
from confstudy.models.fit import Fit
from confstudy.models.predict import levels_of, predictions
from confstudy.release.cell import of_model
from confstudy.release.fits import check_model
from confstudy.show.figure import Figure
from confstudy.show.theme import BLUE, drawing
from confstudy.words import interval, number, percent, with_level

__all__ = ["predicted"]


def predicted(
    fit: Fit, variable: str, *, codebook: Codebook | None = None, at_least: str | None = None
) -> Figure:
    """Draw the average prediction along a variable, with its 95 % band.

    Parameters
    ----------
    fit
        A fitted model.
    variable
        One of its variables: a line from its 5th to its 95th percentile, or a point a level.
    codebook
        For the labels.
    at_least
        For an ordered outcome, the lowest level that counts; by default the upper half.

    Examples
    --------
    >>> import confstudy as cs
    >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
    >>> model = cs.fit("concealment ~ privacy", scores, "logit")
    >>> len(cs.plot.predicted(model, "privacy").table)
    25
    """
    check_model(fit).require("The prediction")
    if fit.family.name.startswith("ordered") and at_least is None:
        levels = fit.levels
        at_least = levels[(len(levels) + 1) // 2]
    table = predictions(fit, variable, at_least=at_least)
    share = fit.family.chance
    outcome, exposure = (_label(name, codebook) for name in (fit.design.name, variable))
    what = _what(fit, outcome, at_least)
    line = levels_of(fit, variable) is None
    with drawing(height=2.9) as (canvas, axes):
        (_line if line else _points)(axes, table)
        axes.set_xlabel("\n".join(textwrap.wrap(exposure, 42)))
        axes.set_ylabel("\n".join(textwrap.wrap(what, 34)))
        if share:
            axes.yaxis.set_major_formatter(PercentFormatter(xmax=1, decimals=0))
            axes.set_ylim(*_span(table))
    ends = table.iloc[[0, -1]] if line else table
    said = "; ".join(_said(row, share) for row in ends.to_dict("records"))
    kind = "Line with band" if line else "Points with intervals"
    return Figure(
        canvas=canvas,
        alt=f"{kind}: {what} by {exposure}. {said}.",
        caption=f"Average prediction with {fit.percent} {'band' if line else 'intervals'}, other "
        f"predictors as observed (n = {fit.n:,}).",
        table=table,
        smallest=_smallest(fit, variable, line, at_least),
        cells=of_model(fit),
    )


def _label(name: str, codebook: Codebook | None) -> str:
    known = {} if codebook is None else {**codebook.variables, **codebook.scales}
    return codebook.label(name) if codebook is not None and name in known else name


def _what(fit: Fit, outcome: str, at_least: str | None) -> str:
    if at_least is not None:
        return f"{outcome}: {at_least} or more"
    if fit.family.chance and fit.design.levels:
        return with_level(outcome, fit.design.levels[-1])
    return outcome


def _said(row: Mapping[Any, Any], share: bool) -> str:
    value = number(row["value"], 1) if isinstance(row["value"], float) else str(row["value"])
    if not share:
        limits = interval(row["conf_low"], row["conf_high"])
        return f"{value}: {number(row['estimate'])} {limits}"
    limits = interval(100 * row["conf_low"], 100 * row["conf_high"], 0)
    return f"{value}: {percent(row['estimate'])} {limits}"


def _smallest(fit: Fit, variable: str, line: bool, at_least: str | None) -> int:
    """Fewest respondents behind a mark: at a point, on either side of its share."""
    if line:
        return fit.n
    outcome = pd.Series(fit.design.outcome, index=fit.design.frame.index)
    if not fit.family.chance:
        outcome = outcome * 0
    elif at_least is not None:
        outcome = outcome >= np.unique(fit.design.outcome)[fit.levels.index(at_least)]
    table = pd.crosstab(fit.design.frame[variable].astype(str), outcome)
    return int(table.to_numpy().min())


def _line(axes: Axes, table: pd.DataFrame) -> None:
    axes.fill_between(
        table["value"], table["conf_low"], table["conf_high"], color=BLUE, alpha=0.18, linewidth=0
    )
    axes.plot(table["value"], table["estimate"], color=BLUE)


def _points(axes: Axes, table: pd.DataFrame) -> None:
    places = np.arange(len(table))
    axes.vlines(places, table["conf_low"], table["conf_high"], color=BLUE)
    axes.plot(places, table["estimate"], "o", color=BLUE, markersize=7)
    axes.set_xticks(places, ["\n".join(textwrap.wrap(str(value), 14)) for value in table["value"]])
    axes.set_xlim(-0.5, len(table) - 0.5)


def _span(table: pd.DataFrame) -> tuple[float, float]:
    """From zero where that costs little, and never beyond 0 to 1."""
    low, high = float(table["conf_low"].min()), float(table["conf_high"].max())
    margin = 0.12 * (high - low)
    return (0.0 if low < 0.5 else max(0.0, low - margin)), min(1.0, high + margin)
