"""How many are still there: Kaplan-Meier curves with intervals and numbers at risk."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from confstudy.codebook.schema import Codebook
from confstudy.models.survival.curves import LEAST, Curves
from confstudy.release.counts import check_count
from confstudy.release.decision import Decision
from confstudy.show.figure import Figure
from confstudy.show.theme import BLUE, ORANGE, drawing
from confstudy.words import interval, number, percent

__all__ = ["survival"]

#: Colour and dash of each group; more groups than these are refused.
_STYLES = ((BLUE, "-"), (ORANGE, (0, (5, 1.5))), ("#009E73", (0, (1.5, 1))), ("#CC79A7", "-."))


def survival(curves: Curves, *, codebook: Codebook | None = None) -> Figure:
    """Draw survival curves as steps at round times, with their intervals.

    A step is drawn only where ten or more had the event since the last and ten or more remain;
    below stand the numbers at risk, to the nearest ten.

    Parameters
    ----------
    curves
        From :func:`confstudy.survival_curve`, with four groups at the most.
    codebook
        For the labels.

    Raises
    ------
    DisclosureRefused
        More than four groups, or one in which too few have the event to draw a step.

    Examples
    --------
    >>> from confstudy.models.survival.curves import survival_curve
    >>> weeks = np.random.default_rng(2).exponential(20, 300)
    >>> data = pd.DataFrame({"until": np.minimum(weeks, 26), "dropout": weeks < 26})
    >>> survival(survival_curve("until", "dropout", data)).table.columns[:3].tolist()
    ['group', 'time', 'about_at_risk']
    """
    table = curves.released
    parts = [table[table["group"] == group] for group in curves.groups]
    _require_drawable(curves, parts)
    labels = [_label(group, curves) for group in curves.groups]
    end = float(table["time"].max()) * 1.04
    height = 2.6 + 0.2 * (len(parts) + 1)
    time, event = (_name(name, codebook) for name in (curves.time, curves.event))
    with drawing(height=height) as (canvas, whole):
        whole.remove()
        share = [height - 0.55, 0.19 * (len(parts) + 1)]
        axes, below = canvas.subplots(2, 1, sharex=True, height_ratios=share)
        for part, label, (colour, dash) in zip(parts, labels, _STYLES, strict=False):
            _steps(axes, part, label, colour, dash, end)
        axes.set_xlim(0, end)
        axes.set_ylim(0, 1.02)
        axes.yaxis.set_major_formatter(PercentFormatter(xmax=1, decimals=0))
        axes.set_ylabel("\n".join(textwrap.wrap(f"Without {event}", 30)))
        axes.set_xlabel("\n".join(textwrap.wrap(time, 42)))
        axes.tick_params(axis="x", labelbottom=True)
        if len(parts) > 1:
            axes.legend(loc="lower left")
        _at_risk(below, curves, [tick for tick in axes.get_xticks().tolist() if 0 <= tick <= end])
    said = "; ".join(
        f"{label + ': ' if label else ''}{_said(part)}"
        for part, label in zip(parts, labels, strict=True)
    )
    level = percent(curves.level)
    by = f" by {curves.by}" if curves.by else ""
    n = sum(len(steps.times.time) for steps in curves.steps)
    return Figure(
        canvas=canvas,
        alt=f"Survival curve: share without {event}{by}, with {level} bands. {said}.",
        caption=f"Kaplan-Meier estimate with {level} bands (n = {n:,}). A step gathers ten or more "
        "who had the event since the last. Numbers at risk are to the nearest ten.",
        table=table,
        smallest=LEAST,
    )


def _require_drawable(curves: Curves, parts: Sequence[pd.DataFrame]) -> None:
    if len(parts) > len(_STYLES):
        Decision("fail", "groups", f"more than {len(_STYLES)} curves cannot be told apart").require(
            "The survival curve"
        )
    for part, steps in zip(parts, curves.steps, strict=True):
        if part.empty:
            check_count(min(9, int(steps.times.event.sum()))).require("The survival curve")


def _name(name: str, codebook: Codebook | None) -> str:
    known = codebook is not None and name in codebook.variables
    return codebook.label(name) if codebook is not None and known else name


def _label(group: str, curves: Curves) -> str:
    return group if curves.by else ""


def _steps(
    axes: Axes,
    part: pd.DataFrame,
    label: str,
    colour: str,
    dash: object,
    end: float,
) -> None:
    times = np.concatenate([[0.0], part["time"].to_numpy(), [end]])
    shown = {
        name: np.concatenate([[1.0], part[name].to_numpy(), part[name].to_numpy()[-1:]])
        for name in ("survival", "conf_low", "conf_high")
    }
    axes.fill_between(
        times, shown["conf_low"], shown["conf_high"],
        step="post", color=colour, alpha=0.16, linewidth=0,
    )  # fmt: skip
    axes.step(
        times, shown["survival"], where="post", color=colour, linestyle=dash, label=label or None
    )


def _at_risk(axes: Axes, curves: Curves, ticks: Sequence[float]) -> None:
    """Rows of rounded numbers, one a group, at the ticks of the curves."""
    axes.axis("off")
    axes.set_ylim(len(curves.steps) + 0.5, -0.5)
    axes.text(0, 0, "At risk, about", fontsize=7.5, va="center")
    for row, (steps, (colour, _)) in enumerate(zip(curves.steps, _STYLES, strict=False), 1):
        for tick in ticks:
            left = int(((steps.times.entry < tick) & (steps.times.time >= tick)).sum())
            said = f"{round(left, -1):,}" if left >= LEAST else "–"
            axes.text(tick, row, said, fontsize=7.5, color=colour, ha="center", va="center")


def _said(part: pd.DataFrame) -> str:
    last = part.iloc[-1]
    limits = interval(100 * last["conf_low"], 100 * last["conf_high"], 0)
    return f"{percent(last['survival'])} {limits} at {number(last['time'], 0)}"
