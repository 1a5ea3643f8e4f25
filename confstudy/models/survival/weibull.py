"""Weibull regression: what stretches or shortens the time, where its shape is known."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError
from confstudy.models.fit import FitWarning
from confstudy.models.formula import Data, as_frame, build_design
from confstudy.models.survival.cox import quoted, split_left
from confstudy.models.survival.times import checked, clusters_of, happened
from confstudy.models.table import coefficient_table, shown

__all__ = ["WeibullFit", "weibull"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class WeibullFit:
    """A fitted Weibull regression of log time.

    Attributes
    ----------
    coefficients, covariance
        (p + 1,) and (p + 1, p + 1), in the order of ``terms``; the logarithm of the scale last.
    scores
        (n, p + 1).
    problems
        Why the numbers cannot be believed; empty when they can.
    used
        The rows of the data behind it, by their index.
    """

    formula: str
    terms: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    scores: Floats
    log_likelihood: float
    df: float
    errors: str
    n: int
    events: int
    dropped: int
    problems: tuple[str, ...]
    level: float = 0.95
    used: pd.Index[Any] = field(default_factory=lambda: pd.Index([]))

    @property
    def scale(self) -> float:
        """σ, the inverse of the Weibull shape; hazards fall with time where it is above 1."""
        return float(np.exp(self.coefficients[-1]))

    @property
    def table(self) -> pd.DataFrame:
        """Coefficients of log time, and of the log scale, with the columns every fit has."""
        return coefficient_table(
            self.terms, self.coefficients, self.covariance, self.df, self.level, self.problems
        )

    def __repr__(self) -> str:
        lost = f" ({self.dropped:,} incomplete)" if self.dropped else ""
        head = f"weibull: {self.formula}\nn = {self.n:,}{lost}, {self.events:,} events, "
        head += f"standard errors {self.errors}"
        if self.problems:
            return f"{head}\nNOT TO BE USED: {'; '.join(self.problems)}"
        return f"{head}\n{shown(self.table)}"


def weibull(
    formula: str, data: Data, *, cluster: str | None = None, level: float = 0.95
) -> WeibullFit:
    """Fit a Weibull regression of the logarithm of time (accelerated failure time).

    Parameters
    ----------
    formula
        ``time + event ~ predictors``.
    data
        A survey, scores or a frame; one row a respondent.
    cluster
        Column whose groups may be alike: sandwich errors summed over them.
    level
        Of the intervals.

    Returns
    -------
    WeibullFit
        With ``.table`` (coefficients of log time) and ``.scale``; minus a coefficient divided by
        the scale is a log hazard ratio.

    Raises
    ------
    AnalysisError
        Times that are not above 0, no event, unknown or collinear columns.

    Warns
    -----
    FitWarning
        The likelihood has no maximum; no numbers then.

    Notes
    -----
    Kalbfleisch and Prentice (1980, section 3.6), by maximum likelihood.

    Estimand: how much longer, by ratio, times are for a step of a predictor.
    Assumes: Weibull times given the predictors, independent censoring, independent respondents
    or clusters.
    Does not show: an effect unless the predictors block every other path.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> stays = rng.exponential(8, 300)
    >>> weeks = pd.DataFrame({"until": np.minimum(stays, 20), "dropout": stays < 20})
    >>> bool(abs(weibull("until + dropout ~ 1", weeks).scale - 1) < 0.15)
    True
    """
    if not 0 < level < 1:
        raise AnalysisError(f"'level' lies between 0 and 1, such as .95; {level:g} does not.")
    start, stop, event, right = split_left(formula)
    if start is not None:
        raise AnalysisError("A Weibull regression takes one row a respondent: 'time + event ~ …'.")
    asked = tuple(name for name in (stop, event, cluster) if name)
    design = build_design(f"{quoted(stop)} ~ {right}", data, also=asked)
    frame = as_frame(data).loc[design.used]
    seen = happened(frame[event], event).astype(float)
    time = checked(frame, stop, None)[1]
    if not seen.any() or time.min() <= 0:
        raise AnalysisError(f"'{stop}' is above 0, and somebody has the event '{event}'.")
    groups = clusters_of(frame, cluster) if cluster else None
    here, value, scores, information, problems = _climbed(np.log(time), seen, design.matrix)
    covariance, df = np.full_like(information, np.nan), float("inf")
    if not problems:
        covariance = np.asarray(np.linalg.inv(information), dtype=float)
        if groups is not None:
            sums = np.zeros((int(groups.max()) + 1, len(here)))
            np.add.at(sums, groups, scores)
            covariance, df = covariance @ sums.T @ sums @ covariance, float(groups.max())
    else:
        warnings.warn(f"'{formula}': {'; '.join(problems)}.", FitWarning, stacklevel=2)
    return WeibullFit(
        formula=formula,
        terms=(*design.terms, "log(scale)"),
        coefficients=here,
        covariance=covariance,
        scores=scores,
        log_likelihood=value,
        df=df,
        errors=f"sandwich by {cluster}" if cluster else "nonrobust",
        n=len(time),
        events=int(seen.sum()),
        dropped=design.dropped,
        problems=problems,
        level=level,
        used=frame.index,
    )


def _climbed(
    log_time: Floats, seen: Floats, matrix: Floats
) -> tuple[Floats, float, Floats, Floats, tuple[str, ...]]:
    """The maximum by Newton's method with halved steps, from least squares."""
    slopes = np.linalg.lstsq(matrix, log_time, rcond=None)[0]
    spread = float(np.std(log_time - matrix @ slopes))
    here: Floats = np.append(slopes, np.log(max(spread * np.sqrt(6) / np.pi, 1e-3)))
    value, scores, information = _likelihood(here, log_time, seen, matrix)
    for _ in range(200):
        # Where the surface is not yet bowl-shaped, its eigenvalues are turned.
        values, vectors = np.linalg.eigh(information)
        values = np.maximum(np.abs(values), 1e-8 * np.abs(values).max())
        gradient = scores.sum(axis=0)
        step = vectors @ ((vectors.T @ gradient) / values)
        won = gradient @ step
        if not (np.isfinite(step).all() and won >= 0):
            break
        for half in range(40):
            there = here + step / 2**half
            found = _likelihood(there, log_time, seen, matrix)
            if np.isfinite(found[0]) and found[0] >= value - 1e-13 * abs(value):
                break
        else:
            break
        here, (value, scores, information) = there, found
        if won < 1e-20:
            break
    return here, value, scores, information, _problems(here, scores, information)


def _problems(here: Floats, scores: Floats, information: Floats) -> tuple[str, ...]:
    if not np.isfinite(information).all():
        return ("not converged: no maximum of the likelihood was reached",)
    scale = np.sqrt(np.maximum(np.diag(information), 1e-300))
    if np.linalg.eigvalsh(information / np.outer(scale, scale))[0] < 1e-10:
        return ("singular Hessian: the data do not determine all coefficients",)
    gradient = scores.sum(axis=0)
    if gradient @ np.linalg.solve(information, gradient) > 1e-8 or np.abs(here).max() > 500:
        return ("not converged: no maximum of the likelihood was reached",)
    return ()


def _likelihood(
    here: Floats, log_time: Floats, seen: Floats, matrix: Floats
) -> tuple[float, Floats, Floats]:
    """The log-likelihood, (n, p + 1) scores and minus the Hessian."""
    with np.errstate(over="ignore", invalid="ignore"):
        scale = np.exp(here[-1])
        z = (log_time - matrix @ here[:-1]) / scale
        grown = np.exp(z)
        value = float((seen * (z - here[-1] - log_time) - grown).sum())
        excess = grown - seen
        scores = np.column_stack([matrix * (excess / scale)[:, None], z * excess - seen])
        cross = matrix.T @ ((excess + z * grown) / scale)
        corner = (z * excess + z**2 * grown).sum()
        inner = matrix.T @ (matrix * (grown / scale**2)[:, None])
        information = np.block([[inner, cross[:, None]], [cross[None, :], np.array([[corner]])]])
    return value, scores, information
