"""How well a model fits: χ² and the indices made of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from confstudy.models.latent.implied import Moments
from confstudy.models.latent.solve import Solution

__all__ = ["Misfit", "indices", "likelihood_measures", "rmsea_interval", "srmr", "stretched"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Misfit:
    """A test of fit and of the model without relations.

    Attributes
    ----------
    scale, base_scale
        What χ² was divided by to be ``scaled``, each; 1 where it was not.
    size
        N, or N − 1 where χ² was made with that.
    """

    chi2: float
    df: float
    base_chi2: float
    base_df: int
    size: float
    groups: int = 1
    scale: float = 1.0
    base_scale: float = 1.0


def indices(test: Misfit) -> dict[str, float]:
    """χ² with its p-value, CFI, TLI and RMSEA with interval and test of close fit.

    CFI: Bentler (1990); TLI: Tucker and Lewis (1973); RMSEA: Steiger and Lind (1980),
    Browne and Cudeck (1993). With scales these are the robust ones of Brosseau-Liard and
    Savalei (2014), which use χ² less scale × df.
    """
    chi2, df, base, base_df = test.chi2, test.df, test.base_chi2, test.base_df
    excess, base_excess = chi2 - test.scale * df, base - test.base_scale * base_df
    low, high, close = rmsea_interval(test)
    most = max(excess, base_excess, 0.0)
    cfi = 1 - max(excess, 0.0) / most if most > 0 else 1.0
    tli = 1.0
    if df > 0 and base_df > 0 and base_excess != 0:
        tli = 1 - (excess / df) / (base_excess / base_df)
    per = test.size * df / test.groups
    return {
        "chi2": chi2,
        "df": float(df),
        "p_value": float(stats.chi2.sf(chi2, df)) if df else float("nan"),
        "cfi": float(cfi),
        "tli": float(tli),
        "rmsea": float(np.sqrt(max(excess, 0.0) / per)) if df else 0.0,
        "rmsea_low": low,
        "rmsea_high": high,
        "rmsea_close_p": close,
    }


def stretched(test: Misfit, scale: float) -> dict[str, float]:
    """The interval and test of the scaled RMSEA as lavaan makes them: of χ² on scale × df."""
    low, high, close = rmsea_interval(replace(test, df=scale * test.df))
    return {"rmsea_low": low, "rmsea_high": high, "rmsea_close_p": close}


def rmsea_interval(test: Misfit) -> tuple[float, float, float]:
    """The 90 % interval of the RMSEA, and the p-value of its being .05 or less."""
    if not test.df or not np.isfinite(test.chi2):
        return (float("nan"),) * 3 if test.df else (0.0, 0.0, float("nan"))
    chi2, df = test.chi2 / test.scale, test.df
    unit = test.size * df / test.groups / test.scale

    def limit(chance: float) -> float:
        if stats.chi2.cdf(chi2, df) <= chance:
            return 0.0
        top = max(4 * chi2, 50.0)
        while stats.ncx2.cdf(chi2, df, top) > chance:
            top *= 2
        root = optimize.brentq(
            lambda shift: _below(chi2, df, shift) - chance, 0.0, top, xtol=1e-12, rtol=1e-13
        )
        return float(np.sqrt(root / unit))

    return limit(0.95), limit(0.05), float(1 - _below(chi2, df, 0.05**2 * unit))


def _below(chi2: float, df: float, shift: float) -> float:
    return float(stats.ncx2.cdf(chi2, df, shift) if shift > 0 else stats.chi2.cdf(chi2, df))


def srmr(solution: Solution) -> float:
    """The mean standardised residual of covariances, variances and, if modelled, means.

    In units of the sample's standard deviations (Bentler 1995).
    """
    total = 0.0
    for group, data, sample in zip(
        solution.model.groups, solution.data, solution.moments, strict=True
    ):
        implied = group.moments(solution.parameters)
        total += data.size * _residual(sample, implied, solution.means)
    return total / solution.size


def _residual(sample: Moments, implied: Moments, means: bool) -> float:
    size = np.sqrt(np.diag(sample.covariance))
    away = (sample.covariance - implied.covariance) / np.outer(size, size)
    squares = away[np.tril_indices(len(size))] ** 2
    if means:
        squares = np.append(squares, ((sample.mean - implied.mean) / size) ** 2)
    return float(np.sqrt(squares.mean()))


def likelihood_measures(solution: Solution) -> dict[str, float]:
    """The log-likelihood given the held exposures, AIC and BIC."""
    value, size = solution.log_likelihood - _held(solution), solution.model.size
    return {
        "log_likelihood": value,
        "parameters": float(size),
        "aic": 2 * size - 2 * value,
        "bic": float(np.log(solution.size) * size - 2 * value),
    }


def _held(solution: Solution) -> float:
    """The log-likelihood of the exposures alone, whose moments are held at the sample's."""
    total = 0.0
    for data, free in zip(solution.data, solution.saturated, strict=True):
        fixed = free.fixed
        if len(fixed):
            block = free.sample.covariance[np.ix_(fixed, fixed)]
            constant = len(fixed) * (np.log(2 * np.pi) + 1) + np.linalg.slogdet(block)[1]
            total -= data.size / 2 * float(constant)
    return total
