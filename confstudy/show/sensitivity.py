"""What a hidden cause could do to a result: the ρ curve, contours, and the E-value's curve."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from confstudy.errors import AnalysisError
from confstudy.models.sensitivity.evalue import EValue
from confstudy.models.sensitivity.rho import RhoSensitivity
from confstudy.models.sensitivity.robustness import Robustness
from confstudy.show.figure import Figure
from confstudy.show.theme import BLUE, GREY, INK, ORANGE, drawing
from confstudy.words import interval, join, number, percent

__all__ = ["sensitivity"]


def sensitivity(result: RhoSensitivity | Robustness | EValue, *, n: int | None = None) -> Figure:
    """Draw how a result depends on what was not measured.

    Parameters
    ----------
    result
        A ρ curve, robustness values (as contours) or an E-value.
    n
        For an E-value, how many respondents its estimate comes from.

    Raises
    ------
    AnalysisError
        An E-value without ``n``.

    Examples
    --------
    >>> from confstudy.models.sensitivity.evalue import evalue
    >>> sensitivity(evalue(2.5), n=200).alt[:50]
    'Curve: the risk ratios a hidden cause must have wi'
    """
    if isinstance(result, RhoSensitivity):
        return _rho(result)
    if isinstance(result, Robustness):
        return _contours(result)
    if n is None:
        raise AnalysisError("Say how many respondents the estimate comes from: n=….")
    return _evalue(result, n)


def _rho(result: RhoSensitivity) -> Figure:
    table = result.table.sort_values("rho").reset_index(drop=True)
    with drawing(height=2.9) as (canvas, axes):
        axes.fill_between(
            table["rho"], table["conf_low"], table["conf_high"],
            color=BLUE, alpha=0.18, linewidth=0,
        )  # fmt: skip
        axes.plot(table["rho"], table["indirect"], color=BLUE)
        axes.axhline(0, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
        if np.isfinite(result.rho_zero):
            axes.plot(result.rho_zero, 0, "D", color=ORANGE, markersize=6)
            axes.annotate(
                f"ρ = {number(result.rho_zero)}", (result.rho_zero, 0), (6, 8),
                textcoords="offset points", fontsize=8, color=ORANGE,
            )  # fmt: skip
        axes.set_xlabel(f"ρ of the errors of {result.mediator}\nand {result.outcome}")
        axes.set_ylabel("\n".join(textwrap.wrap(f"Indirect effect, {result.measured}", 30)))
    ends = table.iloc[[0, int(np.abs(table["rho"].to_numpy()).argmin()), len(table) - 1]]
    said = "; ".join(
        f"at ρ {number(row['rho'], 1)} {number(row['indirect'], 3)} "
        f"{interval(row['conf_low'], row['conf_high'], 3)}"
        for row in ends.to_dict("records")
    )
    zero = "It never reaches zero."
    if np.isfinite(result.rho_zero):
        zero = f"It is zero at ρ = {number(result.rho_zero)}."
    return Figure(
        canvas=canvas,
        alt=f"Curve with band: the indirect effect of {result.exposure} on {result.outcome} "
        f"through {result.mediator} by the correlation ρ of what the two leave unexplained: "
        f"{said}. {zero}",
        caption=f"Indirect effect ({result.contrast}) were there a hidden common cause of "
        f"{result.mediator} and {result.outcome}, with {100 * result.level:g} % band "
        f"(n = {result.n:,}).",
        table=table,
        smallest=result.smallest,
    )


def _contours(result: Robustness) -> Figure:
    table, row = result.benchmarks, result.table.iloc[0]
    value, beyond = float(row["robustness_value"]), float(row["robustness_value_alpha"])
    shown = [value, *(table[name].max() for name in ("r2_exposure", "r2_outcome") if len(table))]
    highest = float(np.clip(1.3 * max(shown), 0.05, 0.95))
    with drawing(height=3.6) as (canvas, axes):
        _draw_contours(axes, result, highest)
        axes.xaxis.set_major_formatter(PercentFormatter(xmax=1, decimals=0))
        axes.yaxis.set_major_formatter(PercentFormatter(xmax=1, decimals=0))
        axes.set_xlabel(f"Hidden variable's share of the rest of\n{result.term}")
        axes.set_ylabel(f"its share of the rest of {result.outcome}")
    said = "; ".join(
        f"{r['times']:g} × {r['covariate']} {number(r['estimate'])} "
        f"{interval(r['conf_low'], r['conf_high'])}"
        for r in table.to_dict("records")
    )
    compared = f" Were it as strong as a covariate: {said}." if said else ""
    return Figure(
        canvas=canvas,
        alt=f"Contour plot: the coefficient of {result.term} on {result.outcome}, now "
        f"{number(row['estimate'])}, by the shares a hidden variable explains of both. "
        f"Robustness value {percent(value)}, {percent(beyond)} at α = {result.alpha:g}.{compared}",
        caption=f"Coefficient of {result.term} were there a hidden variable (n = {result.n:,}). "
        f"Solid orange: nothing left; dashed: no longer different from zero at α = "
        f"{result.alpha:g}.",
        table=result.contours(highest),
        smallest=result.n,
    )


def _draw_contours(axes: Axes, result: Robustness, highest: float) -> None:
    grid = np.linspace(0, highest, 81)
    found = result.adjusted(*np.meshgrid(grid, grid, indexing="ij"))
    estimate = found["estimate"].to_numpy().reshape(81, 81).T
    lines = axes.contour(grid, grid, estimate, levels=8, colors=[GREY], linewidths=0.8)
    lines.set_linestyle("solid")
    axes.clabel(lines, fontsize=7, fmt="%.2g", colors=[INK])
    row = result.table.iloc[0]
    sign = 1.0 if row["estimate"] >= 0 else -1.0
    needed = result.needed
    statistic = sign * found["statistic"].to_numpy().reshape(81, 81).T
    axes.contour(grid, grid, sign * estimate, levels=[0], colors=[ORANGE], linewidths=1.8)
    dashed = axes.contour(grid, grid, statistic, levels=[needed], colors=[ORANGE], linewidths=1.4)
    dashed.set_linestyle((0, (4, 3)))
    axes.plot(0, 0, "s", color=BLUE, markersize=6, clip_on=False)
    axes.annotate(
        f"now {number(row['estimate'])}", (0, 0), (7, 5),
        textcoords="offset points", fontsize=7.5, color=BLUE,
    )  # fmt: skip
    for r in result.benchmarks.to_dict("records"):
        right = r["r2_exposure"] > 0.55 * highest
        axes.plot(r["r2_exposure"], r["r2_outcome"], "D", color=INK, markersize=4.5, clip_on=False)
        axes.annotate(
            f"{r['times']:g} × {r['covariate']}: {number(r['estimate'])}",
            (r["r2_exposure"], r["r2_outcome"]), (-6 if right else 6, 5),
            textcoords="offset points", ha="right" if right else "left", fontsize=7, color=INK,
            bbox=_PAPER,
        )  # fmt: skip
    axes.set_xlim(0, highest)
    axes.set_ylim(0, highest)


def _evalue(result: EValue, n: int) -> Figure:
    marks = result.table.dropna(subset="e_value")
    highest = max(2.0, 2.2 * float(marks["e_value"].max()))
    curves = []
    with drawing(height=3.2) as (canvas, axes):
        for row, colour, style in zip(
            marks.to_dict("records"), (BLUE, ORANGE), ("solid", (0, (4, 3))), strict=False
        ):
            value = float(row["e_value"])
            if value <= 1:
                continue
            ratio = value**2 / (2 * value - 1)
            across = np.linspace(ratio * highest / (highest + ratio - 1), highest, 200)
            across = np.maximum(across, ratio * 1.0001)
            curve = pd.DataFrame({"term": row["term"], "exposure": across})
            curve["outcome"] = ratio * (across - 1) / (across - ratio)
            kept = curve[curve["outcome"] <= highest]
            axes.plot(kept["exposure"], kept["outcome"], color=colour, linestyle=style)
            axes.plot(value, value, "D", color=colour, markersize=6)
            axes.annotate(
                f"{_NAMES[row['term']]}: {number(value)}", (value, value), (7, 4),
                textcoords="offset points", fontsize=8, color=colour,
            )  # fmt: skip
            curves.append(kept)
        axes.set_xlim(1, highest)
        axes.set_ylim(1, highest)
        axes.set_xlabel("Risk ratio of hidden cause and exposure")
        axes.set_ylabel("risk ratio of hidden cause\nand outcome")
    said = join([f"{_NAMES[r['term']]} {number(r['e_value'])}" for r in marks.to_dict("records")])
    return Figure(
        canvas=canvas,
        alt="Curve: the risk ratios a hidden cause must have with exposure and with outcome to "
        f"explain the effect away. E-values, where both are equal: {said}.",
        caption=f"What a hidden common cause must do to explain away the effect (n = {n:,}). "
        "Above and right of a curve it could; diamonds are the E-values.",
        table=pd.concat(curves, ignore_index=True) if curves else marks,
        smallest=n,
    )


_PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85}
_NAMES = {"estimate": "estimate", "conf_low": "lower limit", "conf_high": "upper limit"}
