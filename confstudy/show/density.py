"""How a variable is spread, as smooth curves in which no single respondent shows."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from confstudy.codebook.schema import Codebook
from confstudy.errors import AnalysisError
from confstudy.models.formula import Data
from confstudy.release.cell import Cell
from confstudy.release.decision import THRESHOLD, Decision
from confstudy.show.binned import complete_rows, label_of
from confstudy.show.figure import Figure
from confstudy.show.theme import BLUE, GREY, ORANGE, drawing
from confstudy.words import number

__all__ = ["density"]

Floats = NDArray[np.float64]
_STYLES = ((BLUE, "-"), (ORANGE, (0, (5, 1.5))), ("#009E73", (0, (1.5, 1))), ("#CC79A7", "-."))
#: Respondents a curve needs: those cut off at both ends, and as many in between.
_LEAST = 3 * THRESHOLD


def density(
    data: Data, variable: str, by: str | None = None, codebook: Codebook | None = None
) -> Figure:
    """Draw how a variable is spread, as a smooth curve without its ends.

    Ten respondents or more lie beyond either end of a curve, and every answer is smoothed at
    least over its ten nearest neighbours, so that no single one shows.

    Parameters
    ----------
    data
        A survey, scores or a frame.
    variable
        A variable of numbers.
    by
        One of up to four levels: a curve each.
    codebook
        For the labels; that of a survey is used by itself.

    Raises
    ------
    DisclosureRefused
        A group has fewer than thirty answers, or almost all its answers are alike.

    Notes
    -----
    Gaussian kernel; the bandwidth is Silverman's (1986, equation 3.31), or the distance to the
    tenth nearest neighbour where that is larger.

    Examples
    --------
    >>> import confstudy as cs
    >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
    >>> density(scores, "privacy", by="arm").table["group"].unique().tolist()
    ['none', 'conditional', 'absolute']
    """
    frame = complete_rows(data, [variable], *([by] if by else []))
    parts = {"": frame}
    if by:
        parts = {str(level): part for level, part in frame.groupby(by, observed=True)}
    if len(parts) > len(_STYLES):
        raise AnalysisError(f"More than {len(_STYLES)} curves cannot be told apart: name fewer.")
    curves = {
        level: _curve(np.sort(part[variable].to_numpy(float))) for level, part in parts.items()
    }
    label = label_of(variable, data, codebook)
    with drawing(height=2.7) as (canvas, axes):
        for (level, curve), (colour, dash) in zip(curves.items(), _STYLES, strict=False):
            axes.plot(
                *curve, color=colour, linestyle=dash, label=f"{level} (n = {len(parts[level]):,})"
            )
        _dressed(axes, label, keyed=len(parts) > 1)
    tops = {
        level: number(float(at[heights.argmax()]), 1) for level, (at, heights) in curves.items()
    }
    peaks = "; ".join(
        f"{level + ': ' if level else ''}peak near {top}" for level, top in tops.items()
    )
    groups = f" by {label_of(by, data, codebook)}" if by else ""
    return Figure(
        canvas=canvas,
        alt=f"Density curve of {label}{groups}, {len(frame):,} respondents; {peaks}.",
        caption=f"Smoothed distribution of {label}{groups} (n = {len(frame):,}); {THRESHOLD} or "
        "more respondents lie beyond either end.",
        table=pd.concat(
            pd.DataFrame({"group": level, "value": places, "density": heights})
            for level, (places, heights) in curves.items()
        ).reset_index(drop=True),
        smallest=min(map(len, parts.values())),
        cells=tuple(
            Cell(f"{by}={level}" if by else "all", f"density:{variable}", (variable,), part.index)
            for level, part in parts.items()
        ),
    )


def _ends(values: Floats) -> tuple[float, float]:
    """Between answers that have ten or more strictly beyond them; ``values`` are sorted."""
    n = len(values)
    first = int(np.searchsorted(values, values[THRESHOLD - 1], side="right")) if n >= _LEAST else n
    last = int(np.searchsorted(values, values[-THRESHOLD], side="left")) - 1 if n >= _LEAST else 0
    if last - first < THRESHOLD or values[first] == values[last]:
        why = f"a group has fewer than {_LEAST} answers, or nearly all answered alike"
        Decision("fail", "percentiles", why).require("The density")
    return float(values[first : first + 2].mean()), float(values[last - 1 : last + 1].mean())


def _curve(values: Floats) -> tuple[Floats, Floats]:
    """200 places and the density there, of sorted values."""
    n, k = len(values), THRESHOLD
    low, high = _ends(values)
    quarter = float(np.subtract(*np.quantile(values, [0.75, 0.25]))) / 1.34
    spread = min(float(values.std()), quarter) if quarter > 0 else float(values.std())
    near = np.full(n, np.inf)
    for before in range(k + 1):
        first = np.arange(n) - before
        held = (first >= 0) & (first + k < n)
        start = first[held]
        reach = np.maximum(values[held] - values[start], values[start + k] - values[held])
        near[held] = np.minimum(near[held], reach)
    width = np.maximum(0.9 * spread * n**-0.2, near)
    places = np.linspace(low, high, 200)
    heights = np.zeros(200)
    for place in range(0, n, 5000):
        some = slice(place, place + 5000)
        away = (places[:, None] - values[some]) / width[some]
        heights += (np.exp(-(away**2) / 2) / width[some]).sum(axis=1)
    return places, heights / (n * np.sqrt(2 * np.pi))


def _dressed(axes: Axes, label: str, *, keyed: bool) -> None:
    axes.set_ylim(bottom=0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_color(GREY)
    axes.set_xlabel("\n".join(textwrap.wrap(label, 42)))
    if keyed:
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1))
