"""Shares of variance that groups explain: η² and ω²."""

from __future__ import annotations

from scipy import stats

from confstudy.errors import AnalysisError
from confstudy.models.effect_sizes.effect import Effect, noncentral
from confstudy.models.effect_sizes.samples import columns, levels_in_order, numbers
from confstudy.models.formula import Data

__all__ = ["eta_squared", "omega_squared"]

#: F and its two degrees of freedom.
Ratio = tuple[float, float, float]


def eta_squared(first: str | Ratio, second: Data | None = None, *, level: float = 0.95) -> Effect:
    """Partial η²: the share of variance explained in the sample.

    Parameters
    ----------
    first, second
        ``"outcome ~ group"`` and data (one-way), or F with its two degrees of freedom.
    level
        Of the interval; 90 % goes with a test at 5 %.

    Notes
    -----
    η² = F·df₁/(F·df₁ + df₂). The interval inverts the noncentral F distribution, λ/(λ + df₁ +
    df₂ + 1) (Steiger 2004; packages that leave out df₁ + 1 give slightly higher limits).

    Estimand: the share of the outcome's variance that the groups explain (which η² itself
    overstates; ω² does less). Assumes: normal outcomes of equal variance, independent
    respondents, groups of fixed sizes. Does not show: which groups differ.

    Examples
    --------
    >>> round(eta_squared((4.0, 2, 57)).estimate, 4)
    0.1231
    """
    f, df, rest = _ratio(first, second)
    return _explained("partial η²", f * df / (f * df + rest), (f, df, rest), level)


def omega_squared(first: str | Ratio, second: Data | None = None, *, level: float = 0.95) -> Effect:
    """Partial ω²: the share of variance explained, nearly without bias; 0 at the least.

    Parameters
    ----------
    first, second, level
        As for :func:`eta_squared`.

    Notes
    -----
    ω² = df₁(F − 1)/(df₁(F − 1) + df₁ + df₂ + 1) (Hays 1963); the interval is that of η², as both
    estimate the same share.

    Estimand, assumes, does not show: as :func:`eta_squared`.

    Examples
    --------
    >>> round(omega_squared((4.0, 2, 57)).estimate, 4)
    0.0909
    """
    f, df, rest = _ratio(first, second)
    estimate = max(0.0, df * (f - 1) / (df * (f - 1) + df + rest + 1))
    return _explained("partial ω²", estimate, (f, df, rest), level)


def _explained(name: str, estimate: float, ratio: Ratio, level: float) -> Effect:
    f, df, rest = ratio
    n = df + rest + 1
    limits = noncentral(
        lambda ncp: float(stats.ncf.cdf(f, df, rest, ncp) if ncp else stats.f.cdf(f, df, rest)),
        f * df, level, signed=False,
    )  # fmt: skip
    low, high = (limit / (limit + n) for limit in limits)
    return Effect(
        name=name, estimate=estimate, std_error=float("nan"), df=rest, conf_low=low,
        conf_high=high, statistic=f, p_value=float(stats.f.sf(f, df, rest)), n=round(n),
        method="noncentral F", level=level,
    )  # fmt: skip


def _ratio(first: str | Ratio, second: Data | None) -> Ratio:
    if not isinstance(first, str):
        given = numbers(first)
        if given.shape != (3,) or not (given[0] >= 0 and (given[1:] > 0).all()):
            raise AnalysisError("Give F (0 or more) and its two degrees of freedom (above 0).")
        f, df, rest = given.tolist()
        return f, df, rest
    outcome, group = columns(first, second)
    values = numbers(outcome, outcome.name)
    levels = levels_in_order(group)
    parts = [values[(group == level).to_numpy()] for level in levels]
    df, rest = float(len(levels) - 1), float(len(values) - len(levels))
    within = float(sum(((part - part.mean()) ** 2).sum() for part in parts))
    if df < 1 or rest < 1 or within <= 1e-14 * float((values**2).sum()):
        raise AnalysisError(f"'{first}' needs two or more groups, in which the outcome varies.")
    between = float(sum(len(p) * (p.mean() - values.mean()) ** 2 for p in parts))
    return (between / df) / (within / rest), df, rest
