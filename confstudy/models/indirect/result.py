"""A fitted model of a trait that nobody was asked about plainly."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from confstudy.models.fit import Fit
from confstudy.models.goodness import Goodness
from confstudy.models.indirect.models import chance

__all__ = ["Sensitive"]


@dataclass(frozen=True, repr=False)
class Sensitive(Fit):
    """A :class:`Fit` whose chances are of the trait, or of an outcome that depends on it.

    Attributes
    ----------
    question
        How the trait was asked about.
    words
        What was fitted and how.
    trait
        Whether the trait is the outcome.
    """

    question: Any = None
    words: str = ""
    trait: bool = True

    @property
    def prevalence(self) -> pd.DataFrame:
        """The share of the trait that the model gives: estimate, std_error, conf_low, conf_high.

        Averaged over the respondents with their weights; the standard error (delta method) takes
        their predictors as fixed. Missing where the fit cannot be believed.
        """
        size = self.design.matrix.shape[1]
        shares = chance(self.coefficients, self.design.matrix)[:, 0]
        mean = float(np.average(shares, weights=self.weights))
        slope = np.average(
            (shares * (1 - shares))[:, None] * self.design.matrix, axis=0, weights=self.weights
        )
        error = float(np.sqrt(slope @ self.covariance[:size, :size] @ slope))
        margin = self.quantile * error
        found = np.array([[mean, error, mean - margin, mean + margin]])
        if self.problems or not self.trait:
            found = found * np.nan
        return pd.DataFrame(found, columns=["estimate", "std_error", "conf_low", "conf_high"])

    @cached_property
    def goodness(self) -> Goodness:
        """Log likelihood and information criteria; no share explained of what was not seen."""
        value = float("nan") if self.problems else self.estimate.log_likelihood
        size = len(self.terms)
        missing = float("nan")
        return Goodness(
            n=self.n, events=missing, log_likelihood=value, null=missing, parameters=size,
            aic=2 * (size - value), bic=float(np.log(self.n)) * size - 2 * value,
            r_squared=missing,
        )  # fmt: skip

    def __repr__(self) -> str:
        name = self.family.name
        plain = super().__repr__()
        return plain.replace(f"{name}: ", f"{name}, {self.words}: ", 1)
