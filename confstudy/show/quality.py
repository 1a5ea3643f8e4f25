"""What is missing and why, and where respondents stopped."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.figure import SubFigure
from numpy.typing import NDArray

from confstudy.release.decision import THRESHOLD
from confstudy.show.figure import Figure
from confstudy.show.theme import BLUE, GREY, INK, ORANGE, drawing
from confstudy.survey.checks.answers import REASONS
from confstudy.survey.quality import Quality
from confstudy.words import percent

__all__ = ["nonresponse_shown", "quality", "still_there"]

_MOST = 20
#: The reasons drawn, and the grey rest for those given by fewer than ten.
_COLOURS = {
    "blank": BLUE,
    "refused": ORANGE,
    "dont_know": "#009E73",
    "lost": "#CC79A7",
    "out_of_range": "#56B4E9",
    "unlisted": INK,
    "suppressed": "#b9bdc6",
    "several": GREY,
}
_HATCHES = {"out_of_range": "////", "several": "xxxx"}
_WORDS = REASONS | {
    "lost": "lost",
    "out_of_range": "out of range",
    "unlisted": "not a level",
    "suppressed": "suppressed",
    "several": "several reasons",
}


def quality(found: Quality) -> Figure:
    """Draw missing answers by reason for each variable, over the curve of those still there.

    Bars are shares of those who were asked, the 20 variables with most missing. Reasons that
    fewer than ten gave are added to the next rarest one of the variable, and variables with
    fewer than ten missing answers are left out. The curve falls only after ten or more have
    stopped. Questions that were not asked are no missing answers here.

    Parameters
    ----------
    found
        From :func:`confstudy.check`.

    Examples
    --------
    >>> import confstudy as cs
    >>> survey = cs.load("data_synthetic/therapy.parquet")
    >>> figure = cs.plot.quality(cs.check(survey))
    >>> len(figure.table) <= 20
    True
    """
    table, curve = nonresponse_shown(found), still_there(found)
    start = int(curve[0]) if len(curve) else 0
    fallen = bool((curve < start).any())
    bars, below = 0.95 + 0.2 * max(len(table), 2), 1.7 if fallen else 0.0
    with drawing(height=bars + below) as (canvas, axes):
        axes.remove()
        if fallen:
            grid = canvas.add_gridspec(2, 1, height_ratios=[bars, below])
            _draw_bars(canvas.add_subfigure(grid[0]), table)
            _draw_curve(canvas.add_subfigure(grid[1]).subplots(), curve / start)
        else:
            _draw_bars(canvas, table)
    counts = table[[name for name in _COLOURS if name in table]].to_numpy(dtype=np.int64)
    steps = -np.diff(curve)
    return Figure(
        canvas=canvas,
        alt=_alt(table, curve / max(start, 1)),
        caption=_caption(found, table, fallen=fallen),
        table=table,
        smallest=int(min([found.n, *counts[counts > 0], *steps[steps > 0]])),
    )


def nonresponse_shown(found: Quality) -> pd.DataFrame:
    """One row a variable drawn, most missing first, none of its counts from 1 to 9.

    ``variable, label, asked, missing, share`` and the reasons that occur; ``several`` holds
    reasons put together.
    """
    reasons = [name for name in REASONS if name in found.missing and name != "not_asked"]
    described = ["variable", "label", "asked"]
    rows: list[dict[str, Any]] = []
    for row in found.missing.to_dict("records"):
        counts = _together({name: int(row[name]) for name in reasons})
        missing, answered = sum(counts.values()), row["asked"] - sum(counts.values())
        if missing >= THRESHOLD and not 0 < answered < THRESHOLD:
            counts |= {"missing": missing, "share": missing / row["asked"]}
            rows.append({str(name): row[name] for name in described} | counts)
    table = pd.DataFrame(rows, columns=[*described, "missing", "share", *_COLOURS])
    table = table.sort_values("share", ascending=False, kind="stable").head(_MOST)
    empty = [name for name in _COLOURS if not table[name].notna().any()]
    return table.drop(columns=empty).fillna(0).reset_index(drop=True)


def _together(counts: dict[str, int]) -> dict[str, int]:
    """Counts from 1 to 9 put together, with the next smallest until they are ten or more."""
    ranked = sorted(((count, name) for name, count in counts.items() if count))
    small = [name for count, name in ranked if count < THRESHOLD]
    while small and len(small) < len(ranked) and sum(counts[n] for n in small) < THRESHOLD:
        small.append(ranked[len(small)][1])
    kept = {name: count for name, count in counts.items() if count and name not in small}
    return kept | ({"several": sum(counts[name] for name in small)} if small else {})


def still_there(found: Quality) -> NDArray[np.int64]:
    """How many had not stopped before each question, falling by ten or more, or not.

    It starts with those who answered anything; the last fall holds all who stopped later.
    """
    reached = found.attrition["reached"].to_numpy(dtype=np.int64)
    shown = reached.copy()
    for place in range(1, len(shown)):
        if shown[place - 1] - reached[place] < THRESHOLD:
            shown[place] = shown[place - 1]
    if len(shown) and shown[-1] < shown[0]:
        shown[shown == shown[-1]] = reached[-1]
    return shown


def _draw_bars(part: SubFigure | Canvas, table: pd.DataFrame) -> None:
    axes = part.subplots()
    places = -np.arange(len(table))
    left = np.zeros(len(table))
    for name, colour in _COLOURS.items():
        if name in table:
            width = (table[name] / table["asked"]).to_numpy(dtype=float)
            axes.barh(
                places, width, left=left, height=0.7, color=colour, label=_WORDS[name],
                hatch=_HATCHES.get(name), edgecolor="white", linewidth=0,
            )  # fmt: skip
            left += width
    labels = [_short(str(label)) for label in table["label"]]
    axes.set_yticks(places, labels, fontsize=7.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_ylim(0.4 - max(len(table), 1), 0.6)
    axes.set_xlim(0, max(1.05 * left.max(initial=0), 0.02))
    axes.xaxis.set_major_formatter(_ticks)
    axes.set_xlabel("Missing, of those asked")
    if table.empty:
        words = f"No variable has {THRESHOLD} or more\nmissing answers to show"
        axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center")
    else:
        part.legend(
            loc="outside upper center", ncols=2, fontsize=7.5, handlelength=1.2, columnspacing=1
        )


def _ticks(value: float, _: float = 0) -> str:
    return f"{100 * value:.4g}\u202f%"


def _short(label: str) -> str:
    """Both ends of a long label: questions often differ in their last words."""
    start = textwrap.shorten(label, 18, placeholder="")
    end = textwrap.shorten(label[::-1], 14, placeholder="")[::-1]
    return label if len(label) <= 34 else f"{start} … {end}"


def _draw_curve(axes: Axes, shares: NDArray[np.float64]) -> None:
    places = np.arange(1, len(shares) + 1)
    axes.step(places, shares, where="post", color=BLUE)
    axes.set_xlim(1, len(shares))
    fallen = 1 - shares[-1]
    axes.set_ylim(max(0.0, 1 - 1.4 * fallen), 1 + 0.06 * fallen)
    axes.yaxis.set_major_formatter(_ticks)
    axes.set_xlabel("Question, in the order of the codebook")
    axes.set_ylabel("Still answering")


def _alt(table: pd.DataFrame, shares: NDArray[np.float64]) -> str:
    said = "; ".join(
        f"{row['label']} {percent(row['share'], 1)}" for row in table.to_dict("records")
    )
    bars = (
        f"Bars of missing answers, stacked by reason, for {len(table)} variables: {said}."
        if said
        else f"No variable has {THRESHOLD} or more missing answers to show."
    )
    if not (shares < 1).any():
        return bars
    return (
        f"{bars} Below, a falling curve: {percent(shares[-1], 1)} were still answering at the end."
    )


def _caption(found: Quality, table: pd.DataFrame, *, fallen: bool) -> str:
    shown = (
        f"{len(table)} variables with the largest shares" if len(table) == _MOST else "Variables"
    )
    below = (
        f"Below: who had not broken off, in steps of {THRESHOLD} or more."
        if fallen
        else f"Fewer than {THRESHOLD} broke off."
    )
    return (
        f"Missing answers by reason, n = {found.n:,}. {shown} with {THRESHOLD} or more missing; "
        f"reasons that fewer gave are put together. {below}"
    )
