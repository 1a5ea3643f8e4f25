"""The tipping point: how different the unanswered must be for the conclusion to change."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from confstudy.errors import AnalysisError, unknown
from confstudy.models.families import FamilyName
from confstudy.models.missing.degrees import barnard_rubin
from confstudy.models.missing.delta import Deltas
from confstudy.models.missing.pooling import Pooled

__all__ = ["Tipping", "tipping"]

Floats = NDArray[np.float64]
_ROUNDS = 6


@dataclass(frozen=True, repr=False)
class Tipping:
    """A conclusion over a range of deltas, and where it changes.

    Attributes
    ----------
    table
        One row a delta: ``delta, estimate, std_error, df, p_value, conf_low, conf_high``,
        ``same`` (whether the conclusion is that under missing at random), and the means of the
        ``answered`` and the ``unanswered``.
    points
        One row a change that lies within the deltas: ``change`` (``interval reaches null``,
        ``interval leaves null``, ``estimate reaches null``), ``delta``, and ``conf_low,
        conf_high``, what other imputations would have given (jackknife over the imputations).
    pooled
        The fit under missing at random.
    missing
        How many values were shifted.
    """

    formula: str
    family: FamilyName
    term: str
    variable: str
    scale: str
    null: float
    level: float
    table: pd.DataFrame
    points: pd.DataFrame
    pooled: Pooled
    missing: int

    @property
    def n(self) -> int:
        """Respondents."""
        return self.pooled.n

    def __repr__(self) -> str:
        head = (
            f"Tipping point of '{self.term}' in {self.formula} ({self.family}), "
            f"'{self.variable}' shifted ({self.scale})"
        )
        low, high = self.table["delta"].iloc[[0, -1]]
        with pd.option_context("display.float_format", "{:.4f}".format, "display.width", 120):
            found = self.points.to_string(index=False) if len(self.points) else (
                f"the conclusion is the same for every delta from {low:g} to {high:g}"
            )  # fmt: skip
            return f"{head}\n{found}\n{self.table.to_string(index=False)}"


def tipping(
    formula: str,
    deltas: Deltas,
    term: str,
    family: FamilyName = "ols",
    *,
    null: float = 0.0,
    **options: Any,
) -> Tipping:
    """Find the delta at which a conclusion about one coefficient changes.

    Parameters
    ----------
    formula, family, options
        The model, as for :func:`confstudy.fit`.
    deltas
        Shifted imputations, from :func:`confstudy.delta`.
    term
        The coefficient the conclusion is about.
    null
        The value it is compared with.

    Returns
    -------
    Tipping
        ``.points`` and ``.table``; draw it with ``cs.plot.tipping``.

    Raises
    ------
    AnalysisError
        A term the model does not have, a fit that cannot be believed under missing at random.

    Notes
    -----
    The conclusion is on which side of ``null`` the interval lies, or that it covers it. Between the
    deltas that were asked for, the change is found by fitting at further ones. Deltas between
    two tipping points are a confidence set for the delta under which the coefficient is null.
    Fits that cannot be believed stand in the table without numbers.

    Source: Yan, Lee and Li (2009).
    Estimand: the smallest difference between unanswered and answered that changes the
    conclusion. Assumes: as :func:`confstudy.delta`. Does not show: whether so large a difference
    is plausible; compare ``unanswered`` with ``answered``.

    Examples
    --------
    >>> import confstudy as cs
    >>> from confstudy.models.missing.delta import delta
    >>> survey = cs.load("data_synthetic/therapy.parquet")
    >>> shifted = delta(survey, "fear_1", [-1, 1], columns=["fear_1", "topics"], m=3, iterations=2)
    >>> len(tipping("topics ~ fear_1", shifted, "fear_1").table)
    3
    """
    curve = _Curve(formula, deltas, term, family, null, options)
    first = curve.at(0.0)
    if term not in first.terms:
        raise AnalysisError(unknown("Terms", [term], first.terms, "the model"))
    if first.problems:
        raise AnalysisError(f"'{formula}' cannot be fitted: {'; '.join(first.problems)}.")
    for delta in deltas.deltas:
        curve.at(delta)
    points = _points(curve)
    said = [f"delta {delta:g}: {pool.problems[0]}" for delta, pool in curve.good(False)]
    table = _table(curve).merge(deltas.table, on="delta")
    if said:
        table["note"] = ["; ".join(curve.found[d].problems) for d in table["delta"]]
    missing = int(deltas.imputed.plan.columns[deltas.variable].wanted.sum())
    return Tipping(
        formula, family, term, deltas.variable, deltas.scale, null, first.level, table, points,
        first, missing,
    )  # fmt: skip


class _Curve:
    """The pooled fits so far, by delta."""

    def __init__(
        self, formula: str, deltas: Deltas, term: str, family: FamilyName, null: float, options: Any
    ) -> None:
        self.formula, self.deltas, self.term = formula, deltas, term
        self.family, self.null, self.options = family, null, options
        self.found: dict[float, Pooled] = {}

    def at(self, delta: float) -> Pooled:
        """The fit under this delta, made once."""
        if delta not in self.found:
            one = Deltas(self.deltas.imputed, self.deltas.variable, (delta,), self.deltas.level)
            self.found[delta] = one.fit(self.formula, self.family, **self.options)[delta]
        return self.found[delta]

    def good(self, believed: bool = True) -> list[tuple[float, Pooled]]:
        """In the order of the deltas, the fits that can (or cannot) be believed."""
        return [(d, p) for d, p in sorted(self.found.items()) if p.converged == believed]

    def arrays(self) -> tuple[Floats, Floats, Floats]:
        """Deltas (D,), and (D, m) estimates and variances of the coefficient."""
        good = self.good()
        place = good[0][1].terms.index(self.term)
        estimates = [[fit.coefficients[place] for fit in pool.fits] for _, pool in good]
        variances = [[fit.covariance[place, place] for fit in pool.fits] for _, pool in good]
        return np.array([delta for delta, _ in good]), np.array(estimates), np.array(variances)

    def distances(self, keep: NDArray[np.bool_]) -> dict[str, Floats]:
        """(D,) by kind of change: above 0 where null is left out, and the estimate less null.

        Where null is left out under missing at random, so that crossing it cannot be missed,
        values of the other sign count as reaching it.
        """
        places, estimates, variances = self.arrays()
        estimates, within = estimates[:, keep], variances[:, keep].mean(axis=1)
        m, pool = int(keep.sum()), self.found[0.0]
        mean, between = estimates.mean(axis=1), estimates.var(axis=1, ddof=1)
        complete = pool.complete[pool.terms.index(self.term)]
        df = barnard_rubin(within, between, m, complete)
        margin = stats.t.ppf(0.5 + pool.level / 2, df) * np.sqrt(within + (1 + 1 / m) * between)
        away = mean - self.null
        zero = int(np.flatnonzero(places == 0.0)[0])
        side = np.sign(away[zero]) if abs(away[zero]) > margin[zero] else np.sign(away)
        return {"interval": side * away - margin, "estimate": away}


def _points(curve: _Curve) -> pd.DataFrame:
    m, level = curve.found[0.0].imputations, curve.found[0.0].level
    everything = np.ones(m, dtype=bool)
    quantile = float(stats.t.ppf(0.5 + level / 2, m - 1))
    rows = []
    for kind, side in itertools.product(("interval", "estimate"), (-1, 1)):
        root = _refined(curve, kind, side)
        if np.isnan(root):
            continue
        places = curve.arrays()[0]
        inside = curve.distances(everything)["interval"][places == 0.0][0] < 0
        margin = quantile * _chance_error(curve, kind, side)
        rows.append(
            {
                "change": f"{kind} {'leaves' if kind == 'interval' and inside else 'reaches'} null",
                "delta": root,
                "conf_low": root - margin,
                "conf_high": root + margin,
            }
        )
    return pd.DataFrame(rows, columns=["change", "delta", "conf_low", "conf_high"])


def _chance_error(curve: _Curve, kind: str, side: int) -> float:
    """Standard error of a change by the imputations there happen to be (jackknife)."""
    m = curve.found[0.0].imputations
    if m < 3:
        return float("nan")
    places = curve.arrays()[0]
    found = np.array(
        [_crossing(places, curve.distances(np.arange(m) != left)[kind], side) for left in range(m)]
    )
    return float(np.sqrt((m - 1) / m * np.sum((found - found.mean()) ** 2)))


def _refined(curve: _Curve, kind: str, side: int) -> float:
    """The change nearest to 0 on one side, after fits close to it."""
    everything = np.ones(curve.found[0.0].imputations, dtype=bool)

    def crossing() -> float:
        return _crossing(curve.arrays()[0], curve.distances(everything)[kind], side)

    root = crossing()
    for _ in range(_ROUNDS):
        if np.isnan(root) or root in curve.found:
            break
        pool = curve.at(float(root))
        if pool.problems:
            break
        last, root = root, crossing()
        if abs(root - last) < 1e-6 * np.ptp(curve.arrays()[0]):
            break
    return root


def _crossing(places: Floats, values: Floats, side: int) -> float:
    """Where the values change their sign first on one side of 0, interpolated; NaN if nowhere."""
    chosen = places >= 0 if side > 0 else places <= 0
    at, value = places[chosen][::side], values[chosen][::side]
    change = np.flatnonzero(np.sign(value[1:]) != np.sign(value[:-1]))
    if not len(change):
        return float("nan")
    i = int(change[0])
    share = value[i] / (value[i] - value[i + 1])
    return float(at[i] + share * (at[i + 1] - at[i]))


def _table(curve: _Curve) -> pd.DataFrame:
    kept = ["estimate", "std_error", "df", "p_value", "conf_low", "conf_high"]
    rows = [
        curve.found[d].table.set_index("term").loc[curve.term, kept] for d in curve.deltas.deltas
    ]
    table = pd.DataFrame(rows).astype(float).reset_index(drop=True)
    table.insert(0, "delta", curve.deltas.deltas)
    known = table["estimate"].notna()
    side = (table["conf_low"] > curve.null).astype(int) - (table["conf_high"] < curve.null)
    same = side == side[table["delta"] == 0].iloc[0]
    return table.assign(same=same.astype("boolean").where(known))
