"""Coefficients with their intervals, and with the truth where it is known."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter, ScalarFormatter

from confstudy.codebook.schema import Codebook
from confstudy.errors import AnalysisError
from confstudy.models.fit import Fit
from confstudy.release.cell import of_model
from confstudy.release.fits import check_model
from confstudy.show.figure import Figure
from confstudy.show.theme import BLUE, GREY, ORANGE, drawing
from confstudy.words import interval, number, term_labels

__all__ = ["coefficients"]


def coefficients(
    fit: Fit, *, truth: pd.DataFrame | None = None, codebook: Codebook | None = None
) -> Figure:
    """Draw a model's coefficients: odds ratios for logit and ordered, differences for ols.

    Parameters
    ----------
    fit
        A fitted model; its intercept and thresholds are left out.
    truth
        ``term, truth``, as :func:`confstudy.population_values` gives it, for simulated data.
    codebook
        For the labels.

    Examples
    --------
    >>> import confstudy as cs
    >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
    >>> model = cs.fit("concealment ~ privacy", scores, "logit")
    >>> cs.plot.coefficients(model, codebook=scores.codebook).table["label"].tolist()
    ['Perceived privacy']
    """
    check_model(fit).require("The coefficients")
    if fit.problems:
        raise AnalysisError(
            f"'{fit.formula}' has no coefficients to draw: {'; '.join(fit.problems)}."
        )
    ratio = bool(fit.family.ratio)
    table = _rows(fit, truth, codebook, ratio)
    if table.empty:
        raise AnalysisError(f"'{fit.formula}' has no predictor whose coefficient could be drawn.")
    quantity = (fit.family.ratio or fit.family.effect).capitalize()
    with drawing(height=0.75 + 0.42 * len(table)) as (canvas, axes):
        _draw(axes, table, ratio)
        axes.set_xlabel(f"{quantity}, with {fit.percent} interval")
    known = " Diamonds mark the value in the simulated population." if truth is not None else ""
    said = "; ".join(
        f"{row['label']} {_said(row)}"
        + (f", truth {number(row['truth'])}" if truth is not None else "")
        for row in table.to_dict("records")
    )
    return Figure(
        canvas=canvas,
        alt=f"Coefficient plot. {quantity}s with {fit.percent} intervals for "
        f"{fit.design.name}: {said}.",
        caption=f"{quantity}s with {fit.percent} intervals (n = {fit.n:,}).{known}",
        table=table,
        smallest=fit.n,
        cells=of_model(fit),
    )


def _rows(
    fit: Fit, truth: pd.DataFrame | None, codebook: Codebook | None, ratio: bool
) -> pd.DataFrame:
    table = fit.table[["term", "estimate", "conf_low", "conf_high"]]
    if truth is not None:
        table = table.merge(truth, on="term", how="left")
    table = table[table["term"].isin(fit.design.terms) & (table["term"] != "Intercept")]
    labels = term_labels(fit, codebook)
    table = table.assign(label=[labels[term] for term in table["term"]])
    if ratio:
        numbers = [name for name in ("estimate", "conf_low", "conf_high", "truth") if name in table]
        table[numbers] = np.exp(table[numbers])
    return table.reset_index(drop=True)


def _draw(axes: Axes, table: pd.DataFrame, ratio: bool) -> None:
    places = np.arange(len(table))[::-1]
    axes.axvline(1 if ratio else 0, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.hlines(places, table["conf_low"], table["conf_high"], color=BLUE)
    axes.plot(table["estimate"], places, "o", color=BLUE, markersize=6)
    if "truth" in table:
        axes.plot(
            table["truth"], places, "D", markersize=8, markerfacecolor="none",
            markeredgecolor=ORANGE, markeredgewidth=1.4,
        )  # fmt: skip
    axes.set_yticks(places, [textwrap.fill(label, 26) for label in table["label"]])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_ylim(-0.6, len(table) - 0.4)
    if ratio:
        _log_axis(axes, table)
    for place, row in zip(places, table.to_dict("records"), strict=True):
        middle = 0.5 * (row["conf_low"] + row["conf_high"])
        axes.annotate(
            _said(row), (middle, place), (0, 8),
            textcoords="offset points", ha="center", fontsize=7.5, color=BLUE,
        )  # fmt: skip


def _said(row: Mapping[Any, Any]) -> str:
    return f"{number(row['estimate'])} {interval(row['conf_low'], row['conf_high'])}"


def _log_axis(axes: Axes, table: pd.DataFrame) -> None:
    axes.set_xscale("log")
    low = min(0.8, float(table["conf_low"].min()) / 1.1)
    high = max(1.25, float(table["conf_high"].max()) * 1.1)
    ticks = [t for t in (0.1, 0.2, 0.33, 0.5, 0.75, 1, 1.33, 2, 3, 5, 10) if low <= t <= high]
    axes.set_xlim(low, high)
    axes.set_xticks(ticks)
    axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.xaxis.set_tick_params(which="minor", length=0)
