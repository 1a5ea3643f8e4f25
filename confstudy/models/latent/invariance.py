"""Whether a scale measures the same in every group: four models, each stricter."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from confstudy.errors import AnalysisError
from confstudy.models.fit import FitWarning
from confstudy.models.formula import Data
from confstudy.models.latent.result import SemFit
from confstudy.models.latent.sem import sem

__all__ = ["Invariance", "invariance"]

_EQUAL = {
    "configural": (),
    "metric": ("loadings",),
    "scalar": ("loadings", "intercepts"),
    "strict": ("loadings", "intercepts", "residuals"),
}


@dataclass(frozen=True, repr=False)
class Invariance:
    """The four models, and how much worse each fits than the one before."""

    fits: dict[str, SemFit]
    group: str

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with any of the models; empty when nothing is."""
        return tuple(
            f"{name}: {problem}" for name, fit in self.fits.items() for problem in fit.problems
        )

    @property
    def table(self) -> pd.DataFrame:
        """One row a model.

        ``term, chi2, df, p_value, cfi, tli, rmsea, srmr, aic, bic``, then what changes from
        the model before: ``chi2_change, df_change, p_change, cfi_change, rmsea_change``, and
        ``note`` where a model has problems. Tests are scaled where the errors are robust.
        """
        rows, before = [], None
        for name, fit in self.fits.items():
            row: dict[str, object] = {"term": name, **_shown(fit)}
            row |= _change(before, fit)
            if self.problems:
                row["note"] = "; ".join(fit.problems)
            rows.append(row)
            before = fit
        return pd.DataFrame(rows)

    def __repr__(self) -> str:
        first = next(iter(self.fits.values()))
        dropped = f" ({first.dropped:,} incomplete)" if first.dropped else ""
        head = (
            f"measurement invariance across {self.group}, {first.estimator}: "
            f"n = {first.n:,}{dropped} in {len(first.groups)} groups"
        )
        if self.problems:
            head += f"\nNOT TO BE USED as they are: {'; '.join(self.problems)}"
        with pd.option_context("display.float_format", "{:.4f}".format, "display.width", 160):
            return f"{head}\n{self.table.to_string(index=False)}"


def invariance(
    model: str,
    data: Data,
    group: str,
    *,
    estimator: str = "ml",
    cluster: str | None = None,
    weights: str | None = None,
    missing: str = "drop",
) -> Invariance:
    """Test whether a measurement model is the same in every group.

    Configural: the same form. Metric: the same loadings. Scalar: the same intercepts too.
    Strict: the same residual variances too.

    Parameters
    ----------
    model, data, estimator, cluster, weights, missing
        As for :func:`confstudy.models.latent.sem.sem`; not ``wlsmv``.
    group
        Column of the groups.

    Returns
    -------
    Invariance
        With ``table`` and the four ``fits``.

    Raises
    ------
    AnalysisError
        Where there is one group only, and as for ``sem``.

    Notes
    -----
    Estimand: how much worse the same parameters in all groups fit the population.
    Assumes: the measurement model in each group; normal answers, unless ``mlr``.
    Does not show: that means may be compared because a test found nothing; with few
    respondents it finds nothing. Changes in CFI beyond .01 count as a loss (Cheung and
    Rensvold 2002).

    Sources: Meredith (1993); Satorra and Bentler (2001) for differences of scaled tests.

    Examples
    --------
    >>> from confstudy.models.latent.invariance import invariance
    >>> import confstudy as cs
    >>> survey = cs.load("data_synthetic/therapy.parquet")
    >>> found = invariance(
    ...     "stigma =~ stigma_1 + stigma_2 + stigma_3 + stigma_4", survey, "telehealth")
    >>> found.table["term"].tolist()
    ['configural', 'metric', 'scalar', 'strict']
    """
    if estimator == "wlsmv":
        raise AnalysisError("Invariance is not offered for 'wlsmv': use 'mlr'.")
    fits = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FitWarning)
        for name, equal in _EQUAL.items():
            fits[name] = sem(
                model, data, estimator=estimator, group=group, equal=equal, cluster=cluster,
                weights=weights, missing=missing,
            )  # fmt: skip
            if len(fits[name].groups) < 2:
                raise AnalysisError(f"'{group}' has one group: there is nothing to compare.")
    found = Invariance(fits, group)
    if found.problems:
        warnings.warn(f"invariance: {'; '.join(found.problems)}.", FitWarning, stacklevel=2)
    return found


def _shown(fit: SemFit) -> dict[str, float]:
    values = fit.measures
    names = ("chi2", "df", "p_value", "cfi", "tli", "rmsea", "srmr", "aic", "bic")
    return {name: values.get(f"{name}_scaled", values.get(name, np.nan)) for name in names}


def _change(before: SemFit | None, fit: SemFit) -> dict[str, float]:
    names = ("chi2_change", "df_change", "p_change", "cfi_change", "rmsea_change")
    if before is None or before.fatal or fit.fatal:
        return dict.fromkeys(names, np.nan)
    one, two = before.measures, fit.measures
    df = two["df"] - one["df"]
    chi2 = two["chi2"] - one["chi2"]
    if "scale" in two:
        held = one["df"] * one["scale"] if one["df"] else 0.0
        scale = (two["df"] * two["scale"] - held) / df if df else np.nan
        chi2 = chi2 / scale if scale > 0 else np.nan
    shown, was = _shown(fit), _shown(before)
    return {
        "chi2_change": chi2,
        "df_change": df,
        "p_change": float(stats.chi2.sf(chi2, df)) if df > 0 else np.nan,
        "cfi_change": shown["cfi"] - was["cfi"],
        "rmsea_change": shown["rmsea"] - was["rmsea"],
    }
