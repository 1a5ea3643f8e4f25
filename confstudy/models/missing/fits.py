"""A model fitted to every completed data set, and pooled."""

from __future__ import annotations

import warnings
from typing import Any

from confstudy.errors import AnalysisError
from confstudy.models.families import FamilyName
from confstudy.models.fit import Fit, FitWarning, fit
from confstudy.models.missing.imputed import Imputed
from confstudy.models.missing.pooling import Pooled, pooled

__all__ = ["fit_each", "fit_imputed"]


def fit_each(
    formula: str, imputed: Imputed, family: FamilyName = "ols", **options: Any
) -> list[Fit]:
    """The fits to the completed data sets, in their order; problems are in the fits."""
    if not isinstance(imputed, Imputed):
        raise AnalysisError("Give completed data sets, as cs.impute makes them.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FitWarning)
        return [fit(formula, data, family, **options) for data in imputed]


def fit_imputed(
    formula: str, imputed: Imputed, family: FamilyName = "ols", **options: Any
) -> Pooled:
    """Fit a model to every completed data set and pool: what ``cs.fit`` does with an Imputed.

    Parameters
    ----------
    formula, family, options
        As for :func:`confstudy.fit`.
    imputed
        Completed data sets, from :func:`confstudy.impute`.

    Returns
    -------
    Pooled
        With ``.table`` as a fit has it, and ``.diagnostics``.

    Warns
    -----
    FitWarning
        A fit cannot be believed; the table then holds no numbers.

    Notes
    -----
    Estimand: the coefficients in the population the respondents stand for, those without an
    answer included. Assumes: as :func:`confstudy.fit` and :func:`confstudy.impute`.
    Does not show: an effect, nor whether answers are missing at random.

    Examples
    --------
    >>> import confstudy as cs
    >>> from confstudy.models.missing.impute import impute
    >>> survey = cs.load("data_synthetic/therapy.parquet")
    >>> imputed = impute(survey, ["fear_1", "topics", "gender"], m=3, iterations=2)
    >>> list(fit_imputed("topics ~ fear_1", imputed).table["term"])
    ['Intercept', 'fear_1']
    """
    pool = pooled(fit_each(formula, imputed, family, **options))
    if pool.problems:
        warnings.warn(f"'{formula}': {'; '.join(pool.problems)}.", FitWarning, stacklevel=2)
    return pool
