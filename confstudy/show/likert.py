"""Answers to the items of a scale as stacked bars."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, unknown
from confstudy.release.cell import Cell
from confstudy.release.counts import pooled, pools
from confstudy.release.decision import THRESHOLD
from confstudy.show.figure import Figure
from confstudy.show.theme import drawing, likert_colours
from confstudy.survey.survey import Survey
from confstudy.words import percent

__all__ = ["likert"]


def likert(survey: Survey, scale: str) -> Figure:
    """Draw how each item of a scale was answered, one bar an item, 100 % wide.

    Answers given by fewer than ten respondents are counted with the next answer towards the
    middle.

    Examples
    --------
    >>> import confstudy as cs
    >>> survey = cs.load("data_synthetic/therapy.parquet")
    >>> len(cs.plot.likert(survey, "privacy").table)
    6
    """
    declared = survey.codebook.scales.get(scale)
    if declared is None:
        known = survey.codebook.scales
        raise AnalysisError(unknown("Scales", [scale], known, "the codebook"))
    if declared.key:
        raise AnalysisError(
            f"'{scale}' is a test of knowledge, whose answers are right or wrong: use "
            f"cs.plot.items(scores, '{scale}')."
        )
    low, high = declared.points
    points = list(range(low, high + 1))
    names = list(declared.anchors) or [str(point) for point in points]
    counts = np.stack([pooled(_counts(survey.frame[item], points)) for item in declared.items])
    shares = counts / counts.sum(axis=1, keepdims=True)
    labels = [
        survey.codebook.label(item) + (" (R)" if item in declared.reverse else "")
        for item in declared.items
    ]
    with drawing(height=0.95 + 0.42 * len(labels)) as (canvas, axes):
        _draw(axes, shares, labels, names)
    table = pd.DataFrame(shares, columns=names).assign(item=labels, n=counts.sum(axis=1))
    upper = shares[:, len(points) // 2 + 1 :].sum(axis=1)
    said = "; ".join(
        f"{label}: {percent(share)}" for label, share in zip(labels, upper, strict=True)
    )
    answered = f"{counts.sum(axis=1).min():,} to {counts.sum(axis=1).max():,}"
    return Figure(
        canvas=canvas,
        alt=f"Stacked bars of the answers to {survey.codebook.label(scale)}. "
        f"Above the middle: {said}.",
        caption=f"Answers to “{survey.codebook.label(scale)}”, {answered} an item. (R): "
        f"reverse-keyed. Answers by fewer than {THRESHOLD} are shown with the next one.",
        table=table,
        smallest=int(counts[counts > 0].min()),
        cells=tuple(c for item in declared.items for c in _cells(survey.frame[item], points)),
    )


def _counts(column: pd.Series[float], points: list[int]) -> NDArray[np.int64]:
    return np.array([int((column == point).sum()) for point in points], dtype=np.int64)


def _cells(column: pd.Series[float], points: list[int]) -> list[Cell]:
    """Those who gave each answer that is drawn, with the rare ones drawn with it."""
    target = pools(_counts(column, points))
    drawn = column.map(dict(zip(points, target.tolist(), strict=True)))
    name = str(column.name)
    return [
        Cell(f"{name}={points[place]}", "count", (name,), column.index[drawn == place])
        for place in sorted(set(drawn.dropna().astype(int)))
    ]


def _draw(axes: Axes, shares: NDArray[np.float64], labels: list[str], names: list[str]) -> None:
    places = np.arange(len(labels))[::-1]
    left = np.zeros(len(labels))
    for share, colour, name in zip(shares.T, likert_colours(len(names)), names, strict=True):
        axes.barh(places, share, left=left, color=colour, height=0.72, label=name)
        for place, width, start in zip(places, share, left, strict=True):
            if width >= 0.08:
                axes.text(
                    start + width / 2, place, f"{100 * width:.0f}", ha="center", va="center",
                    fontsize=7.5, color="white" if _dark(colour) else "black",
                )  # fmt: skip
        left += share
    axes.set_yticks(places, [textwrap.fill(label, 30) for label in labels], fontsize=7.5)
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(PercentFormatter(xmax=1, decimals=0))
    axes.spines["left"].set_visible(False)
    columns = 3 if len(names) > 5 or max(map(len, names)) > 9 else len(names)
    axes.figure.legend(
        loc="outside upper center", ncols=columns, fontsize=7.5, handlelength=1, columnspacing=1
    )


def _dark(colour: str) -> bool:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 140
