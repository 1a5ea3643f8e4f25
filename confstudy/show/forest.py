"""Studies and what they add up to: the forest plot and the funnel plot."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from scipy import stats

from confstudy.errors import AnalysisError
from confstudy.models.meta.result import Meta
from confstudy.show.figure import Figure
from confstudy.show.theme import BLUE, GREY, INK, ORANGE, drawing
from confstudy.words import interval, number

__all__ = ["forest", "funnel"]

Scale = Literal["plain", "exp", "tanh"]
_BACK: dict[str, Callable[[float], float]] = {
    "plain": float,
    "exp": lambda value: float(np.exp(value)),
    "tanh": lambda value: float(np.tanh(value)),
}
#: Published studies are no respondents: a count that any rule of release lets pass.
_PUBLISHED = 10**9


def forest(found: Meta, *, label: str = "Effect", scale: Scale = "plain") -> Figure:
    """Draw each study's estimate, the pooled one and where a new study's effect lies.

    Parameters
    ----------
    found
        From :func:`confstudy.meta`, without moderators.
    label
        What the estimates are.
    scale
        ``exp`` writes log ratios as ratios, ``tanh`` Fisher's z as correlations.

    Examples
    --------
    >>> from confstudy.models.meta.pool import meta
    >>> figure = forest(meta([0.32, 0.13, 0.06, 0.50], [0.010, 0.003, 0.004, 0.003]))
    >>> figure.alt.startswith("Forest plot of 4 studies")
    True
    """
    _require(found, scale)
    table = _rows(found)
    with drawing(height=1.0 + 0.25 * len(table)) as (canvas, axes):
        _draw(axes, table, found, scale)
        axes.set_xlabel(f"{label}, with {found.percent} interval")
    said = [f"{row['label']} {_said(row, scale)}" for row in table.to_dict("records")]
    spread = f"tau2 {number(found.tau2, 4)}, I2 {number(found.i2, 0)} %"
    return Figure(
        canvas=canvas,
        alt=f"Forest plot of {found.k} studies. {label}: {'; '.join(said)}. {spread}.",
        caption=f"{label} of {found.k} studies, squares by weight; diamond: pooled "
        f"({found.method}, {found.errors}); bar: where {found.percent} of true effects lie. "
        f"{spread}.",
        table=table,
        smallest=_PUBLISHED,
    )


def funnel(found: Meta, *, label: str = "Effect", scale: Scale = "plain") -> Figure:
    """Draw estimates against their standard errors: a lopsided funnel speaks of selection.

    Parameters
    ----------
    found, label, scale
        As for :func:`forest`.

    Examples
    --------
    >>> from confstudy.models.meta.pool import meta
    >>> figure = funnel(meta([0.32, 0.13, 0.06, 0.50], [0.010, 0.003, 0.004, 0.003]))
    >>> figure.table.columns.tolist()
    ['label', 'estimate', 'std_error']
    """
    _require(found, scale)
    studies = found.studies
    table = pd.DataFrame(
        {
            "label": studies.labels,
            "estimate": studies.estimates,
            "std_error": np.sqrt(studies.variances),
        }
    )
    centre, deepest = found.estimate, float(table["std_error"].max()) * 1.08
    wide = float(stats.norm.ppf(0.5 + found.level / 2))
    with drawing(height=3.2) as (canvas, axes):
        for side in (-1, 1):
            axes.plot(
                [centre, centre + side * wide * deepest], [0, deepest],
                color=GREY, linewidth=0.9, linestyle=(0, (4, 3)),
            )  # fmt: skip
        axes.plot([centre, centre], [0, deepest], color=ORANGE, linewidth=1.2)
        axes.plot(
            table["estimate"], table["std_error"], "o", color=BLUE, markersize=5,
            markeredgecolor="white", markeredgewidth=0.6,
        )  # fmt: skip
        axes.set_ylim(deepest, 0)
        axes.set_ylabel("Standard error")
        axes.set_xlabel(label)
        _scaled(axes, scale)
    outside = int((np.abs(table["estimate"] - centre) > wide * table["std_error"]).sum())
    right = int((table["estimate"] > centre).sum())
    pooled = number(_BACK[scale](centre))
    said = f"{right} of {found.k} lie above the pooled {pooled}, {outside} outside"
    return Figure(
        canvas=canvas,
        alt=f"Funnel plot of {found.k} studies: {label} by standard error "
        f"{number(table['std_error'].min(), 3)} to {number(table['std_error'].max(), 3)}. {said} "
        f"the funnel of {found.percent}.",
        caption=f"{label} of {found.k} studies by standard error. Line: pooled estimate; dashed: "
        f"where {found.percent} of studies would lie if they had one true effect.",
        table=table,
        smallest=_PUBLISHED,
    )


def _require(found: Meta, scale: str) -> None:
    if scale not in _BACK:
        raise AnalysisError(f"scale='{scale}' is not known: it is 'plain', 'exp' or 'tanh'.")
    if len(found.coefficients) > 1:
        raise AnalysisError("Forest and funnel plots are of a pooled estimate, without moderators.")
    if found.problems:
        raise AnalysisError(f"There is no pooled estimate to draw: {'; '.join(found.problems)}.")


def _rows(found: Meta) -> pd.DataFrame:
    studies = found.studies
    margin = float(stats.norm.ppf(0.5 + found.level / 2)) * np.sqrt(studies.variances)
    weight = 1 / (studies.variances + found.tau2)
    each = pd.DataFrame(
        {
            "label": studies.labels,
            "estimate": studies.estimates,
            "conf_low": studies.estimates - margin,
            "conf_high": studies.estimates + margin,
            "weight": weight / weight.sum(),
        }
    )
    row = found.table.iloc[0]
    ends = (row["conf_low"], row["conf_high"]), found.prediction
    whole = pd.DataFrame(
        [
            {"label": name, "estimate": found.estimate, "conf_low": low, "conf_high": high}
            for name, (low, high) in zip(("Pooled", "A new study"), ends, strict=True)
        ]
    )
    return pd.concat([each, whole.assign(weight=np.nan)], ignore_index=True)


def _draw(axes: Axes, table: pd.DataFrame, found: Meta, scale: Scale) -> None:
    k = found.k
    places = np.append(np.arange(k + 1, 1, -1), [0.6, -0.4]).astype(float)
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.axvline(found.estimate, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
    studies = table.iloc[:k]
    axes.hlines(places[:k], studies["conf_low"], studies["conf_high"], color=BLUE, linewidth=1.2)
    size = 14 + 90 * studies["weight"] / studies["weight"].max()
    axes.scatter(studies["estimate"], places[:k], s=size, marker="s", color=BLUE, zorder=3)
    low, high = table.loc[k, ["conf_low", "conf_high"]]
    axes.fill(
        [low, found.estimate, high, found.estimate], 0.6 + np.array([0, 0.3, 0, -0.3]),
        color=ORANGE, zorder=3,
    )  # fmt: skip
    new = table.iloc[k + 1]
    axes.hlines(places[k + 1], new["conf_low"], new["conf_high"], color=ORANGE, linewidth=4)
    axes.set_yticks(
        places, [textwrap.shorten(label, 24, placeholder="…") for label in table["label"]]
    )
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_ylim(-1, k + 1.6)
    for place, row in zip(places, table.to_dict("records"), strict=True):
        if row["label"] == "A new study":
            words = interval(_BACK[scale](row["conf_low"]), _BACK[scale](row["conf_high"]))
        else:
            words = _said(row, scale)
        axes.annotate(
            words, (1, place), (4, 0), xycoords=("axes fraction", "data"),
            textcoords="offset points", va="center", fontsize=7.5, color=INK,
        )  # fmt: skip
    _scaled(axes, scale)


def _said(row: Mapping[Any, Any], scale: Scale) -> str:
    back = _BACK[scale]
    ends = interval(back(row["conf_low"]), back(row["conf_high"]))
    return f"{number(back(row['estimate']))} {ends}"


def _scaled(axes: Axes, scale: Scale) -> None:
    """Ticks of round numbers on the scale that is written."""
    low, high = axes.get_xlim()
    if scale == "exp":
        many = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100]
        few = [0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2]
        ratios = many if high - low > np.log(4) else few
        ticks = [ratio for ratio in ratios if low <= np.log(ratio) <= high]
        axes.set_xticks(np.log(ticks), [f"{ratio:g}" for ratio in ticks])
    elif scale == "tanh":
        steps = np.round(np.arange(-8, 9, 2) / 10, 1)
        ticks = [r for r in steps if low <= np.arctanh(r) <= high]
        axes.set_xticks(np.arctanh(ticks), [number(r, 1) for r in ticks])
    else:
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_formatter(
            FuncFormatter(lambda value, _: f"{value:g}".replace("-", "−"))
        )
    axes.set_xlim(low, high)
