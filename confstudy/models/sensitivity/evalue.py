"""E-values: how strong a hidden common cause must be to explain an effect away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from confstudy.errors import AnalysisError, did_you_mean, listing

__all__ = ["EValue", "evalue"]

Measure = Literal["RR", "OR", "HR", "difference"]
_MEASURES = ("RR", "OR", "HR", "difference")


@dataclass(frozen=True, repr=False)
class EValue:
    """An E-value for the estimate and for the limit of its interval.

    Attributes
    ----------
    table
        One row for the estimate and each limit given: ``term, estimate, risk_ratio, e_value``;
        ``e_value`` is missing for the limit farther from the null.
    """

    measure: str
    true: float
    table: pd.DataFrame

    @property
    def estimate(self) -> float:
        """The E-value of the estimate."""
        return float(self.table["e_value"].iloc[0])

    @property
    def limit(self) -> float:
        """The E-value of the limit nearer to the null; 1 where the interval contains the null."""
        found = self.table["e_value"].iloc[1:].dropna()
        return float(found.iloc[0]) if len(found) else float("nan")

    def __repr__(self) -> str:
        with pd.option_context("display.float_format", "{:.4f}".format):
            return f"E-value ({self.measure}, null {self.true:g})\n" + self.table.to_string(
                index=False
            )


def evalue(
    estimate: float,
    conf_low: float | None = None,
    conf_high: float | None = None,
    *,
    measure: Measure = "RR",
    rare: bool = False,
    sd: float | None = None,
    std_error: float | None = None,
    true: float | None = None,
) -> EValue:
    """Say how strongly a hidden cause must go with exposure and outcome to explain an effect.

    Parameters
    ----------
    estimate, conf_low, conf_high
        A ratio with its interval, or a difference of means.
    measure
        ``RR``, ``OR``, ``HR`` or ``difference``.
    rare
        Whether fewer than about 15 % have the outcome, so that odds and hazard ratios are near
        risk ratios.
    sd
        For a difference, the outcome's standard deviation; leave it out where the estimate is
        in standard deviations already.
    std_error
        For a difference, of the estimate: gives the interval in place of its limits.
    true
        The value it is asked to be explained away to; by default the null.

    Returns
    -------
    EValue
        With ``.table``, ``.estimate`` and ``.limit``.

    Raises
    ------
    AnalysisError
        A ratio that is not above 0, limits that do not enclose the estimate, no such measure.

    Notes
    -----
    VanderWeele and Ding (2017). Estimand: the smallest risk ratio that a hidden common cause
    must have with both exposure and outcome, beyond the covariates, to move the estimate (or
    the limit) to ``true``: RR + √(RR (RR − 1)). Common odds ratios become risk ratios by their
    square root, common hazard ratios by (1 − ½^√HR) / (1 − ½^√(1/HR)), differences of d
    standard deviations by exp(.91 d), their limits by exp(.91 d ± 1.78 se).
    Assumes: these conversions; one hidden cause, or several as one.
    Does not show: that there is no such cause, nor what measurement or selection do.

    Examples
    --------
    >>> round(evalue(2.5).estimate, 4)
    4.4365
    """
    if measure not in _MEASURES:
        raise AnalysisError(
            f"'{measure}' is no measure.{did_you_mean(measure, _MEASURES)} "
            f"Measures: {listing(_MEASURES)}."
        )
    null = (0.0 if measure == "difference" else 1.0) if true is None else true
    values = {"estimate": estimate, "conf_low": conf_low, "conf_high": conf_high}
    given = {name: float(value) for name, value in values.items() if value is not None}
    _check(given, measure, null, sd, std_error)
    ratios = {name: _risk_ratio(value, measure, rare, sd) for name, value in given.items()}
    if measure == "difference" and std_error is not None:
        reach = 1.78 * std_error / (sd or 1.0)
        ratios["conf_low"] = ratios["estimate"] * np.exp(-reach)
        ratios["conf_high"] = ratios["estimate"] * np.exp(reach)
    target = _risk_ratio(null, measure, rare, sd)
    return EValue(measure, null, _rows(given, ratios, target))


def _check(
    given: dict[str, float], measure: str, null: float, sd: float | None, error: float | None
) -> None:
    if not np.isfinite([*given.values(), null]).all():
        raise AnalysisError("An E-value needs finite numbers.")
    if measure != "difference" and min([*given.values(), null]) <= 0:
        raise AnalysisError(f"A ratio ({measure}) is above 0: give it as such, not as a logarithm.")
    if measure != "difference" and (sd is not None or error is not None):
        raise AnalysisError("'sd' and 'std_error' are for measure='difference'.")
    if (sd is not None and not sd > 0) or (error is not None and not error >= 0):
        raise AnalysisError("'sd' is above 0, and 'std_error' is not below it.")
    if error is not None and len(given) > 1:
        raise AnalysisError("Give either 'std_error' or the limits, not both.")
    low, high = given.get("conf_low", -np.inf), given.get("conf_high", np.inf)
    if not low <= given["estimate"] <= high:
        raise AnalysisError("The estimate must lie between its limits.")


def _risk_ratio(value: float, measure: str, rare: bool, sd: float | None) -> float:
    if measure == "difference":
        return float(np.exp(0.91 * value / (sd or 1.0)))
    if measure == "RR" or rare:
        return value
    if measure == "OR":
        return float(np.sqrt(value))
    return float((1 - 0.5 ** np.sqrt(value)) / (1 - 0.5 ** np.sqrt(1 / value)))


def _rows(given: dict[str, float], ratios: dict[str, float], target: float) -> pd.DataFrame:
    above = ratios["estimate"] >= target
    near = "conf_low" if above else "conf_high"
    rows = []
    for name, ratio in ratios.items():
        value = np.nan
        if name == "estimate":
            value = _strength(ratio / target)
        elif name == near:
            crossed = ratio <= target if above else ratio >= target
            value = 1.0 if crossed else _strength(ratio / target)
        rows.append(
            {
                "term": name,
                "estimate": given.get(name, np.nan),
                "risk_ratio": ratio,
                "e_value": value,
            }
        )
    return pd.DataFrame(rows)


def _strength(ratio: float) -> float:
    ratio = max(ratio, 1 / ratio)
    return float(ratio + np.sqrt(ratio * (ratio - 1)))
