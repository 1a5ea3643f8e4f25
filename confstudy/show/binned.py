"""What stands in for a scatter of single points: means of groups."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.ticker import PercentFormatter
from scipy import stats

from confstudy.codebook.schema import Codebook
from confstudy.errors import AnalysisError, unknown
from confstudy.models.formula import Data, as_frame
from confstudy.release.cell import Cell
from confstudy.release.decision import Decision, worst
from confstudy.release.statistics import check_statistic
from confstudy.show.figure import Figure
from confstudy.show.theme import BLUE, drawing
from confstudy.survey.survey import Survey
from confstudy.words import interval, number

__all__ = ["binned", "complete_rows", "label_of"]


def binned(data: Data, x: str, y: str, codebook: Codebook | None = None, bins: int = 10) -> Figure:
    """Draw the mean of one variable along another, instead of a scatter of respondents.

    Respondents are put into groups of like ``x``, as equal in size as ties allow. Groups whose
    mean would tell single answers are put together with a neighbour.

    Parameters
    ----------
    data
        A survey, scores or a frame; rows that lack either variable are left out.
    x, y
        Variables of numbers, or of 0 and 1.
    codebook
        For the labels; that of a survey is used by itself.
    bins
        How many groups at the most, 2 to 50.

    Raises
    ------
    DisclosureRefused
        Even all respondents together are too few, or answered too much alike.

    Notes
    -----
    Points are group means of both variables; intervals are 95 % t intervals of the mean of
    ``y`` of independent respondents. Starr and Goldfarb (2020) describe such plots.

    Examples
    --------
    >>> import confstudy as cs
    >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
    >>> figure = binned(scores, "privacy", "alliance", bins=5)
    >>> figure.table.columns.tolist(), bool(figure.table["n"].min() >= 10)
    (['x', 'y', 'conf_low', 'conf_high', 'n'], True)
    """
    if not 2 <= bins <= 50:
        raise AnalysisError(f"'bins' is from 2 to 50, not {bins}.")
    frame = complete_rows(data, [x, y])
    parts = _groups(frame, bins)
    table = pd.DataFrame([_row(part) for part in parts])
    share = set(frame[y].unique()) <= {0, 1}
    names = [label_of(name, data, codebook) for name in (x, y)]
    with drawing(height=2.9) as (canvas, axes):
        axes.vlines(table["x"], table["conf_low"], table["conf_high"], color=BLUE, linewidth=1.2)
        axes.plot(table["x"], table["y"], "o", color=BLUE, markersize=5)
        axes.set_xlabel("\n".join(textwrap.wrap(names[0], 42)))
        axes.set_ylabel("\n".join(textwrap.wrap(f"Mean of {names[1]}", 34)))
        if share:
            axes.yaxis.set_major_formatter(PercentFormatter(xmax=1, decimals=0))
            axes.set_ylabel("\n".join(textwrap.wrap(f"Share with {names[1]}", 34)))
    ends = table.iloc[[0, -1]].to_numpy(dtype=float)
    said = " to ".join(
        f"{number(at, 1)}: {number(m)} {interval(lo, hi)}" for at, m, lo, hi, _ in ends
    )
    least, most = int(table["n"].min()), int(table["n"].max())
    each = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    return Figure(
        canvas=canvas,
        alt=f"Points with intervals: mean of {names[1]} in {len(table)} groups by {names[0]}. "
        f"From {said}.",
        caption=f"Mean of {names[1]} with 95 % intervals in {len(table)} groups of {each} "
        f"respondents by {names[0]} (n = {len(frame):,}).",
        table=table,
        smallest=least,
        cells=tuple(
            Cell(f"{x} {place} of {len(parts)}", quantity, (x, y), part.index)
            for place, part in enumerate(parts, 1)
            for quantity in ("count", f"total:{x}", f"total:{y}")
        ),
    )


def complete_rows(data: Data, numbers: list[str], *groups: str) -> pd.DataFrame:
    """The rows that have all columns; ``numbers`` must be numbers, ``groups`` may be levels."""
    frame = as_frame(data)
    absent = [name for name in (*numbers, *groups) if name not in frame]
    if absent:
        raise AnalysisError(unknown("Columns", absent, map(str, frame.columns), "the data"))
    words = [name for name in numbers if not pd.api.types.is_numeric_dtype(frame[name])]
    if words:
        raise AnalysisError(f"'{words[0]}' has levels, not numbers: use cs.release.table.")
    used = frame[list(dict.fromkeys([*numbers, *groups]))].dropna()
    return used.astype(dict.fromkeys(numbers, float))


def _groups(frame: pd.DataFrame, bins: int) -> list[pd.DataFrame]:
    """Groups by the first column; one that may not be shown joins its smaller neighbour."""
    ranks = frame.iloc[:, 0].rank(method="average", pct=True)
    codes = np.ceil(ranks * bins).astype(int)
    parts = [part for _, part in frame.groupby(codes)]
    while True:
        decided = [_decided(part) for part in parts]
        failed = [place for place, one in enumerate(decided) if one.status == "fail"]
        if not failed:
            return parts
        if len(parts) == 1:
            decided[0].require("The figure")
        place = failed[0]
        beside = [other for other in (place - 1, place + 1) if 0 <= other < len(parts)]
        other = min(beside, key=lambda near: len(parts[near]))
        first, last = sorted([place, other])
        parts[first : last + 1] = [pd.concat(parts[first : last + 1])]


def _decided(part: pd.DataFrame) -> Decision:
    x, y = part.iloc[:, 0], part.iloc[:, -1]
    # All may have the same x where it is a level that ten or more share.
    along = [check_statistic(x, "mean" if x.nunique() > 2 else "count")]
    return worst([*along, check_statistic(y, "mean"), check_statistic(y, "sd")])


def _row(part: pd.DataFrame) -> dict[str, float]:
    n, mean = len(part), float(part.iloc[:, -1].mean())
    margin = float(stats.t.ppf(0.975, n - 1) * part.iloc[:, -1].std() / np.sqrt(n))
    ends = {"conf_low": mean - margin, "conf_high": mean + margin}
    return {"x": float(part.iloc[:, 0].mean()), "y": mean, **ends, "n": n}


def label_of(name: str, data: Data, codebook: Codebook | None) -> str:
    """What the codebook calls a variable; its name where there is none."""
    book = codebook or (data.codebook if isinstance(data, Survey) else None)
    known = {} if book is None else {**book.variables, **book.scales}
    return book.label(name) if book is not None and name in known else name
