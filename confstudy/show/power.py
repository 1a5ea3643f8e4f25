"""Power over the sizes of a design, and what each analysis makes of its estimand."""

from __future__ import annotations

from textwrap import fill
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from confstudy.design.curve import Curve
from confstudy.design.result import Diagnosis
from confstudy.errors import DeclarationError
from confstudy.show.figure import Figure
from confstudy.show.theme import BLUE, GREY, INK, ORANGE, drawing
from confstudy.words import interval, number, percent

__all__ = ["diagnosis", "power"]

#: Colour, dash and mark of each line; more lines than these are refused.
_STYLES = (
    (BLUE, "-", "o"),
    (ORANGE, (0, (5, 1.5)), "s"),
    ("#009E73", (0, (1.5, 1)), "^"),
    ("#CC79A7", "-.", "D"),
    (INK, (0, (3, 1, 1, 1)), "v"),
)
_LABELS = {"n": "Clients", "clients": "Clients of each therapist", "therapists": "Therapists"}
_MOST = 12
#: Characters that fit beside each other on a phone.
_LEGEND, _LINE = 46, 62


def power(curve: Curve, *, label: str = "") -> Figure:
    """Draw power over a number of the design, with 95 % Monte Carlo bands and the wanted power.

    Parameters
    ----------
    curve
        From :func:`confstudy.power_curve`. The first number it goes over is the axis; each
        estimand, answer and other number is a line, of which there are five at most.
    label
        What the number is called.

    Raises
    ------
    DeclarationError
        More lines than can be told apart.

    Examples
    --------
    >>> from confstudy.design.answers import difference
    >>> from confstudy.design.curve import power_curve
    >>> from confstudy.design.estimands import ate
    >>> from confstudy.design.simple import two_arms
    >>> effect, answer = ate("y", arm=("treated", "control")), difference("y", by="arm")
    >>> curve = power_curve(two_arms(0.5, 64, seed=1), effect, answer, over={"n": [60, 120]})
    >>> power(curve).alt.startswith("Line with band: power by clients")
    True
    """
    first, *others = curve.over
    long = curve.long
    long = long[long["diagnosand"] == "power_all"]
    lines = list(long.groupby([*others, "estimand", "answer"], sort=False))
    if len(lines) > len(_STYLES):
        raise DeclarationError(
            f"{len(lines)} lines cannot be told apart in one figure, {len(_STYLES)} can: diagnose "
            "fewer estimands, answers or other numbers."
        )
    keys = [key for key, _ in lines]
    names = _names(keys, [*(f"{other} = " for other in others), "", ""])
    called = label or _LABELS.get(first, first)
    several = len(lines) > 1
    with drawing(height=3.0 + 0.2 * len(lines) * several) as (canvas, axes):
        for name, (_, part), style in zip(names, lines, _STYLES, strict=False):
            _line(axes, part.sort_values(first), first, name, style)
        _target(axes, curve.target)
        axes.set_xlabel(called)
        axes.set_ylabel("Power")
        axes.set_ylim(0, 1.02)
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol="\u202f%"))
        if several:
            canvas.legend(loc="outside upper left", handlelength=3.2)
    said = "; ".join(
        f"{name}: {_said(part.sort_values(first), first)}"
        for name, (_, part) in zip(names, lines, strict=True)
    )
    drawn = curve.diagnosis.table["replications"]
    return Figure(
        canvas=canvas,
        alt=f"Line with band: power by {called.lower()}, wanted {percent(curve.target)}. {said}.",
        caption=f"Share of replications with a significant result, with 95\u202f% Monte Carlo "
        f"bands ({drawn.min():,} replications a point or more). Fits that failed count as not "
        "significant. Dashed: the wanted power.",
        table=curve.table,
        smallest=int(drawn.min()),
    )


def diagnosis(found: Diagnosis) -> Figure:
    """Draw where the estimates of each analysis lie, beside the estimand.

    Parameters
    ----------
    found
        From :func:`confstudy.diagnose`, with twelve combinations at most.

    Raises
    ------
    DeclarationError
        More combinations than that, or none with an estimate.

    Examples
    --------
    >>> from confstudy.design.answers import difference
    >>> from confstudy.design.diagnose import diagnose
    >>> from confstudy.design.estimands import ate
    >>> from confstudy.design.simple import two_arms
    >>> effect, answer = ate("y", arm=("treated", "control")), difference("y", by="arm")
    >>> diagnosis(diagnose(two_arms(0.5, 64, seed=1), effect, answer)).table.columns[0]
    'design'
    """
    findings = [each for each in found.findings if len(each.replications.estimate)]
    if not 0 < len(findings) <= _MOST:
        raise DeclarationError(
            f"{len(findings)} combinations have estimates, and 1 to {_MOST} can be drawn: "
            "diagnose fewer, or read the table."
        )
    names = _names([each.label for each in findings], ["", "", ""])
    rows, said = [], []
    with drawing(height=1.0 + 0.62 * len(findings)) as (canvas, axes):
        for at, (name, each) in enumerate(zip(names[::-1], findings[::-1], strict=True)):
            estimates = each.replications.estimate
            low, middle, high = np.quantile(estimates, [0.05, 0.5, 0.95])
            axes.hlines(at, low, high, color=BLUE)
            axes.plot([estimates.mean()], [at], "o", color=BLUE, markersize=5)
            axes.plot([each.truth], [at], "|", color=ORANGE, markersize=15, markeredgewidth=2)
            powered, covered = (each.diagnosands[n].value for n in ("power", "coverage"))
            words = f"power {percent(powered)}, coverage {percent(covered, 1)}"
            axes.annotate(
                fill(f"{name}: {words}", _LINE), (0, at), (0, 11), fontsize=7.5, color=INK,
                xycoords=("axes fraction", "data"), textcoords="offset points",
            )  # fmt: skip
            rows.append((*each.label, each.truth, low, middle, high))
            said.append(
                f"{name}: estimand {number(each.truth)}, estimates from "
                f"{interval(low, high)}, {words}"
            )
        axes.set_ylim(-0.5, len(findings) - 0.4)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_xlabel("Estimate, and estimand (upright tick)")
    columns = ["design", "estimand", "answer", "truth", "low", "median", "high"]
    drawn = min(len(each.found.failed) for each in findings)
    return Figure(
        canvas=canvas,
        alt=f"Bars: estimates over replications beside the estimand. {'; '.join(reversed(said))}.",
        caption=f"Estimates over {drawn:,} replications or more: 5th to 95th percentile and mean; "
        "upright tick: the estimand.",
        table=pd.DataFrame(rows[::-1], columns=columns),
        smallest=drawn,
    )


def _names(keys: list[tuple[Any, ...]], before: list[str]) -> list[str]:
    """What tells several things apart, in words; of one thing the last of its key."""
    columns = list(zip(*keys, strict=True))
    telling = [place for place, values in enumerate(columns) if len(set(values)) > 1]
    shown = telling or [len(before) - 1]
    return [", ".join(f"{before[place]}{key[place]}" for place in shown) for key in keys]


def _line(
    axes: Axes, part: pd.DataFrame, first: str, name: str, style: tuple[str, object, str]
) -> None:
    colour, dash, mark = style
    at = part[first].to_numpy(float)
    axes.fill_between(
        at, part["conf_low"], part["conf_high"], color=colour, alpha=0.18, linewidth=0
    )
    axes.plot(
        at, part["value"], color=colour, linestyle=dash, marker=mark, markersize=4,
        label=fill(name, _LEGEND),
    )  # fmt: skip


def _target(axes: Axes, target: float) -> None:
    axes.axhline(target, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.annotate(
        percent(target), (0, target), (3, 3), color=GREY, fontsize=7.5,
        xycoords=("axes fraction", "data"), textcoords="offset points",
    )  # fmt: skip


def _said(part: pd.DataFrame, first: str) -> str:
    return ", ".join(
        f"{row['value']:.2f} {interval(row['conf_low'], row['conf_high'])} at {row[first]:g}"
        for row in part.to_dict("records")
    )
