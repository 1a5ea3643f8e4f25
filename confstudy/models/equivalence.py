"""Is an effect too small to matter? Two one-sided tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from scipy import stats

from confstudy.errors import AnalysisError, unknown
from confstudy.models.effect_sizes.effect import Effect

__all__ = ["Equivalence", "WithTable", "equivalence"]


class WithTable(Protocol):
    """Any fitted model: a table of coefficients, and whether they can be believed."""

    @property
    def table(self) -> pd.DataFrame:
        """With the columns term, estimate, std_error and df."""

    @property
    def problems(self) -> tuple[str, ...]:
        """Empty where they can be believed."""


@dataclass(frozen=True, repr=False)
class Equivalence:
    """Two one-sided tests of an effect against bounds.

    Attributes
    ----------
    name, estimate, bounds
        What is tested, on its own scale.
    table
        One row a bound: ``term, estimate, std_error, statistic, df, p_value, conf_low,
        conf_high``, on the scale of the test; the interval has the level 1 − 2α.
    p_value
        The larger of the two.
    p_difference
        Of the plain test that there is no effect.
    conf_low, conf_high
        The interval on the effect's own scale.
    """

    name: str
    estimate: float
    bounds: tuple[float, float]
    table: pd.DataFrame
    p_value: float
    p_difference: float
    conf_low: float
    conf_high: float
    alpha: float

    @property
    def equivalent(self) -> bool:
        """Whether effects at or beyond the bounds are rejected."""
        return self.p_value < self.alpha

    @property
    def conclusion(self) -> str:
        """What the two kinds of tests say together."""
        differs = self.p_difference < self.alpha
        if self.equivalent:
            also = ", though not zero" if differs else ""
            return f"equivalent: an effect within the bounds{also}"
        return (
            "not equivalent: an effect, which may matter" if differs else "undecided: too few data"
        )

    def __repr__(self) -> str:
        percent = f"{100 * (1 - 2 * self.alpha):g} %"
        low, high = self.bounds
        return (
            f"{self.name}: {self.estimate:.4f}, {percent} interval [{self.conf_low:.4f}, "
            f"{self.conf_high:.4f}], bounds [{low:g}, {high:g}]\n"
            f"{self.conclusion} (p = {self.p_value:.4f}; no effect: p = {self.p_difference:.4f})"
        )


def equivalence(
    effect: Effect | WithTable | tuple[float, float] | tuple[float, float, float],
    bounds: float | tuple[float, float],
    *,
    term: str | None = None,
    standardised: bool = False,
    alpha: float = 0.05,
) -> Equivalence:
    """Test whether an effect lies within bounds, by two one-sided tests (TOST).

    Parameters
    ----------
    effect
        An effect size, such as ``cs.sizes.mean_difference(…)``, ``paired_difference``,
        ``risk_difference`` or ``correlation``; a fitted model, with ``term``; or an estimate
        with its standard error (and degrees of freedom).
    bounds
        The smallest effects that would matter, below and above; one number stands for both.
        For ratios, on the ratio's scale: .8 and 1.25.
    term
        Which coefficient of a fitted model.
    standardised
        The bounds are in standard deviations (differences of means only): of the two groups'
        root mean variance, or of the differences of pairs.
    alpha
        Of each test; the interval that goes with them has the level 1 − 2α, 90 % for .05.

    Returns
    -------
    Equivalence
        With ``.table``, ``.p_value``, ``.equivalent``, ``.conclusion``.

    Raises
    ------
    AnalysisError
        Bounds that are not below and above, a term the model has not, an effect that cannot be
        believed or has no standard error.

    Notes
    -----
    Schuirmann (1987); for correlations on Fisher's z, for ratios on the logarithm (Lakens 2017).

    Estimand: none; a test that the effect lies within the bounds.
    Assumes: as the effect or the fit; bounds set before the data were seen.
    Does not show: that there is no effect.

    Examples
    --------
    >>> equivalence((0.02, 0.05), 0.2)
    estimate: 0.0200, 90 % interval [-0.0622, 0.1022], bounds [-0.2, 0.2]
    equivalent: an effect within the bounds (p = 0.0002; no effect: p = 0.6892)
    """
    if not 0 < alpha < 0.5:
        raise AnalysisError(f"'alpha' lies between 0 and .5, such as .05; {alpha:g} does not.")
    found = _found(effect, term)
    low, high = bounds if isinstance(bounds, tuple) else (-abs(bounds), abs(bounds))
    factor = 1.0
    if standardised:
        factor = found.spread
        if not factor > 0:
            raise AnalysisError("Standardised bounds are for mean_difference, paired_difference.")
    edges = [found.to_scale(edge * factor) for edge in (low, high)]
    if not (np.isfinite(edges).all() and edges[0] < edges[1]):
        raise AnalysisError("'bounds' are two effects, the lower one first, that could occur.")
    centre, error, df = found.to_scale(found.estimate), found.std_error, found.df
    statistics = np.array([(centre - edge) / error for edge in edges])
    chances = np.array([stats.t.sf(statistics[0], df), stats.t.cdf(statistics[1], df)])
    margin = float(stats.t.ppf(1 - alpha, df)) * error
    table = pd.DataFrame(
        {
            "term": ["above the lower bound", "below the upper bound"],
            "estimate": centre,
            "std_error": error,
            "statistic": statistics,
            "df": df,
            "p_value": chances,
            "conf_low": centre - margin,
            "conf_high": centre + margin,
        }
    )
    return Equivalence(
        name=found.name,
        estimate=found.estimate,
        bounds=(low * factor, high * factor),
        table=table,
        p_value=float(chances.max()),
        p_difference=float(2 * stats.t.sf(abs(centre / error), df)),
        conf_low=found.from_scale(centre - margin),
        conf_high=found.from_scale(centre + margin),
        alpha=alpha,
    )


def _found(effect: object, term: str | None) -> Effect:
    """The effect with its standard error, wherever it comes from."""
    if isinstance(effect, tuple):
        estimate, error, *rest = (float(value) for value in effect)
        found = _plain("estimate", estimate, error, rest[0] if rest else float("inf"))
    elif isinstance(effect, Effect):
        found = effect
    else:
        found = _coefficient(effect, term)
    if found.problems:
        raise AnalysisError(f"The effect cannot be used: {'; '.join(found.problems)}.")
    if not (np.isfinite(found.std_error) and found.std_error > 0):
        raise AnalysisError(f"{found.name} has no standard error to test with.")
    return found


def _coefficient(fit: object, term: str | None) -> Effect:
    table, problems = getattr(fit, "table", None), getattr(fit, "problems", ())
    if not isinstance(table, pd.DataFrame):
        raise AnalysisError("Give an effect size, a fitted model, or (estimate, standard error).")
    if problems:
        raise AnalysisError(f"The fit cannot be used: {'; '.join(problems)}.")
    if term not in set(table["term"]):
        terms = list(table["term"])
        raise AnalysisError(unknown("Terms", [str(term)], terms, "the model"))
    row = dict(table.loc[table["term"] == term].iloc[0])
    return _plain(str(term), float(row["estimate"]), float(row["std_error"]), float(row["df"]))


def _plain(name: str, estimate: float, error: float, df: float) -> Effect:
    missing = float("nan")
    return Effect(name, estimate, error, df, missing, missing, missing, missing, 0, "Wald")
