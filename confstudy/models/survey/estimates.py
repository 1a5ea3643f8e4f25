"""Means, totals and ratios of a population, with domains and design effects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from confstudy.errors import AnalysisError
from confstudy.models.formula import Data
from confstudy.models.survey.design import AnyDesign
from confstudy.models.survey.domains import Columns, Domain, columns_of, prepared
from confstudy.models.survey.result import SurveyEstimate
from confstudy.models.survey.sample import Sample

__all__ = ["require_level", "survey_mean", "survey_ratio", "survey_total"]

Floats = NDArray[np.float64]
_ONE = "one respondent only: no standard error"


class _Parts(NamedTuple):
    """Columns whose weighted sums make an estimate: above and below the line, (N, p)."""

    terms: list[str]
    above: Floats
    below: Floats | None


def survey_mean(
    variables: str | Sequence[str],
    data: Data,
    design: AnyDesign = None,
    *,
    by: str = "",
    where: ArrayLike | None = None,
    level: float = 0.95,
) -> SurveyEstimate:
    """The means of variables in the population; of a categorical one, the share of each level.

    Parameters
    ----------
    variables
        Columns of the data; rows that lack any of them are left out and counted.
    data, design
        A survey, scores or a frame; its design, by default the declared one.
    by
        Column of groups, to estimate each of them; the design stays that of everybody.
    where
        (rows of the data,) true for a subpopulation.
    level
        Of the intervals, which use the t distribution.

    Returns
    -------
    SurveyEstimate
        With ``.table``; ``deff`` is the variance over that of a simple random sample without
        replacement (with replacement, where weights do not sum to more than respondents).

    Notes
    -----
    Estimand: the mean over the population that the weights stand for.
    Assumes: weights that are inverse chances of being in the sample, nonresponse included;
    first-stage clusters drawn independently.
    Does not show: what those who cannot be sampled or did not answer would have said.
    Source: Särndal, Swensson & Wretman (1992), Model Assisted Survey Sampling.

    Examples
    --------
    >>> import pandas as pd
    >>> from confstudy.models.survey.design import SurveyDesign
    >>> frame = pd.DataFrame({"y": [1.0, 2, 4, 9]})
    >>> survey_mean("y", frame, SurveyDesign()).table[["estimate", "std_error", "df"]]
       estimate  std_error   df
    0       4.0   1.779513  3.0
    """
    columns = prepared(_names(variables), data, design, by, where)
    terms, above = _above(columns, variables)
    return _estimated("mean", columns, _Parts(terms, above, np.ones_like(above)), by, level)


def survey_total(
    variables: str | Sequence[str],
    data: Data,
    design: AnyDesign = None,
    *,
    by: str = "",
    where: ArrayLike | None = None,
    level: float = 0.95,
) -> SurveyEstimate:
    """The totals of variables in the population; of a categorical one, the people at each level.

    Parameters and result are those of :func:`survey_mean`.

    Notes
    -----
    Estimand: the sum over the population that the weights stand for; rows that lack a variable
    count as no people.
    Assumes: weights that sum to the population.
    Does not show: as :func:`survey_mean`.
    Source: Horvitz & Thompson (1952), JASA 47, 663.

    Examples
    --------
    >>> import pandas as pd
    >>> from confstudy.models.survey.design import SurveyDesign
    >>> frame = pd.DataFrame({"y": [1.0, 2, 4, 9], "w": [10.0, 10, 10, 10]})
    >>> survey_total("y", frame, SurveyDesign(weights="w")).table[["estimate", "std_error"]]
       estimate  std_error
    0     160.0  71.180522
    """
    columns = prepared(_names(variables), data, design, by, where)
    terms, above = _above(columns, variables)
    return _estimated("total", columns, _Parts(terms, above, None), by, level)


def survey_ratio(
    numerator: str,
    denominator: str,
    data: Data,
    design: AnyDesign = None,
    *,
    by: str = "",
    where: ArrayLike | None = None,
    level: float = 0.95,
) -> SurveyEstimate:
    """The ratio of two totals in the population.

    Parameters
    ----------
    numerator, denominator
        Columns of numbers; other parameters and the result as :func:`survey_mean`.

    Notes
    -----
    Estimand: the total of the one over the total of the other, not the mean of ratios.
    Assumes: as :func:`survey_mean`; a denominator well away from 0.
    Does not show: how the ratio differs between people.
    Source: Woodruff (1971), JASA 66, 411.

    Examples
    --------
    >>> import pandas as pd
    >>> from confstudy.models.survey.design import SurveyDesign
    >>> frame = pd.DataFrame({"kept": [1.0, 2, 4], "booked": [2.0, 4, 4]})
    >>> float(survey_ratio("kept", "booked", frame, SurveyDesign()).estimates[0])
    0.7
    """
    columns = prepared([numerator, denominator], data, design, by, where)
    (_, above), (_, below) = (columns_of(columns.frame, n) for n in (numerator, denominator))
    if above.shape[1] > 1 or below.shape[1] > 1:
        raise AnalysisError("A ratio is of two columns of numbers.")
    parts = _Parts([f"{numerator} / {denominator}"], above, below)
    return _estimated("ratio", columns, parts, by, level)


def require_level(level: float) -> None:
    """Refuse a level outside 0 to 1."""
    if not 0 < level < 1:
        raise AnalysisError(f"'level' lies between 0 and 1, such as .95; {level:g} does not.")


def _names(variables: str | Sequence[str]) -> list[str]:
    return [variables] if isinstance(variables, str) else list(variables)


def _above(columns: Columns, variables: str | Sequence[str]) -> tuple[list[str], Floats]:
    found = [columns_of(columns.frame, name) for name in _names(variables)]
    return [term for terms, _ in found for term in terms], np.hstack([part for _, part in found])


def _estimated(kind: str, columns: Columns, parts: _Parts, by: str, level: float) -> SurveyEstimate:
    """Every term in every domain, jointly."""
    require_level(level)
    base = columns.domains[0].sample
    whole = replace(base, rows=np.any([part.sample.rows for part in columns.domains], axis=0))
    inside = [domain.sample.rows[whole.rows].astype(float) for domain in columns.domains]
    above = np.hstack([part[:, None] * parts.above[whole.rows] for part in inside])
    below = None
    if parts.below is not None:
        below = np.hstack([part[:, None] * parts.below[whole.rows] for part in inside])

    def statistic(weights: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            sums = weights.T @ above
            return np.asarray(sums if below is None else sums / (weights.T @ below))

    weights = whole.domain_weights
    estimates = statistic(weights[:, None])[0]
    influence = weights[:, None] * above
    if below is not None:
        if not (weights @ below).all():
            raise AnalysisError("A ratio's denominator is 0.")
        influence = weights[:, None] * (above - estimates * below) / (weights @ below)
    covariance = whole.spread(influence, estimates, statistic)
    count, size = len(parts.terms), [_size(domain) for domain in columns.domains]
    one = np.repeat([n < 2 and parts.below is not None for n in size], count)
    # What rounding leaves of no variation at all is none.
    still = np.diag(covariance) <= (1e-13 * estimates) ** 2
    covariance = np.where(still[:, None] | still, 0.0, covariance)
    covariance = np.where(one[:, None] | one, np.nan, covariance)
    return SurveyEstimate(
        kind=kind,
        terms=tuple(parts.terms) * len(columns.domains),
        estimates=estimates,
        covariance=covariance,
        df=np.repeat([_df(domain.sample) for domain in columns.domains], count),
        n=np.repeat(size, count),
        errors=whole.words,
        dropped=columns.dropped,
        deff=None if kind == "ratio" else _deff(kind, columns, parts, np.diag(covariance)),
        by=by,
        groups=tuple(np.repeat([domain.group for domain in columns.domains], count).tolist()),
        notes=_notes(one, covariance),
        level=level,
        used=columns.used,
    )


def _size(domain: Domain) -> int:
    return int((domain.sample.domain_weights > 0).sum())


def _df(sample: Sample) -> float:
    df = sample.df
    return df if df > 0 else float("nan")


def _notes(one: NDArray[np.bool_], covariance: Floats) -> tuple[str, ...]:
    lost = ~np.isfinite(np.diag(covariance))
    if not lost.any():
        return ()
    empty = "a replicate has nobody here: no standard error"
    return tuple(_ONE if a else empty if b else "" for a, b in zip(one, lost, strict=True))


def _deff(kind: str, columns: Columns, parts: _Parts, variance: Floats) -> Floats:
    """Variance over that of a simple random sample of as many respondents."""
    simple = []
    for domain in columns.domains:
        weights, values = domain.sample.domain_weights, parts.above[domain.sample.rows]
        n, people = _size(domain), weights.sum()
        middle = weights @ values / people
        scale = n / (n - 1) if n > 1 else np.nan
        spread = scale * (weights @ (values - middle) ** 2) / people
        finite = (people - n) / people if people > n else 1.0
        simple.append(spread / n * finite * (people**2 if kind == "total" else 1.0))
    of = np.concatenate(simple)
    return np.asarray(np.divide(variance, of, out=np.full_like(of, np.nan), where=variance > 0))
