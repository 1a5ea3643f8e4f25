"""Scale scores and their reliability."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from confstudy.codebook.schema import Scale
from confstudy.errors import AnalysisError
from confstudy.survey.survey import Survey

__all__ = ["Alpha", "Scores", "cronbach_alpha", "score"]


@dataclass(frozen=True)
class Alpha:
    """Cronbach's α with Feldt's interval; ``n`` respondents answered every item."""

    alpha: float
    conf_low: float
    conf_high: float
    n: int
    items: int


@dataclass(frozen=True, repr=False)
class Scores(Survey):
    """A survey with one column a scale added, and how reliable each is."""

    reliability: dict[str, Alpha] = field(default_factory=dict)

    @property
    def table(self) -> pd.DataFrame:
        """One row a scale: items, points, n, mean, sd, alpha with its 95 % interval."""
        rows = []
        for name, alpha in self.reliability.items():
            scale, scores = self.codebook.scales[name], self.frame[name]
            rows.append(
                {
                    "scale": name,
                    "label": self.codebook.label(name),
                    "items": alpha.items,
                    "reverse_keyed": len(scale.reverse),
                    "n": int(scores.notna().sum()),
                    "mean": float(scores.mean()),
                    "sd": float(scores.std()),
                    "alpha": alpha.alpha,
                    "conf_low": alpha.conf_low,
                    "conf_high": alpha.conf_high,
                }
            )
        return pd.DataFrame(rows)


def score(survey: Survey) -> Scores:
    """Score every scale of the codebook; use it before models that name scales.

    Reverse-keyed items are turned round; a respondent gets a score when at least the
    scale's ``min_answered`` share of its items is answered. A mean is the mean of the
    answered items, a sum that mean times the number of items (prorated).

    Returns
    -------
    Scores
        The survey with one column a scale, and ``.table`` with the reliabilities.

    Examples
    --------
    >>> import confstudy as cs
    >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
    >>> list(scores.table["scale"])
    ['privacy', 'alliance', 'stigma']
    """
    if not isinstance(survey, Survey):
        raise AnalysisError("Scores need a survey, whose codebook says what the scales are.")
    columns: dict[str, pd.Series[Any]] = {}
    reliability: dict[str, Alpha] = {}
    for name, scale in survey.codebook.scales.items():
        items = keyed(survey.frame, scale)
        columns[name] = pd.Series(_scored(items, scale), index=survey.frame.index, name=name)
        if len(scale.items) > 1:
            try:
                reliability[name] = cronbach_alpha(items)
            except AnalysisError as problem:
                raise AnalysisError(f"Scale '{name}': {problem}") from None
    extended = survey.with_columns(**columns)
    parts = {part.name: getattr(extended, part.name) for part in fields(Survey)}
    return Scores(**parts, reliability=reliability)


def keyed(frame: pd.DataFrame, scale: Scale) -> NDArray[np.float64]:
    """The items of a scale as an array of respondents × items, all keyed the same way."""
    items = frame[list(scale.items)].to_numpy(dtype=float, copy=True)
    turned = [position for position, item in enumerate(scale.items) if item in scale.reverse]
    items[:, turned] = sum(scale.points) - items[:, turned]
    return items


def cronbach_alpha(items: NDArray[np.float64], level: float = 0.95) -> Alpha:
    """Cronbach's (1951) α of respondents × items, with the interval of Feldt (1965).

    Parameters
    ----------
    items
        Keyed the same way; respondents with a missing item are left out.
    level
        Of the interval.

    Notes
    -----
    Estimand: the share of the variance of the sum score that the items have in common.
    Assumes: items that measure one construct on the same metric (τ-equivalence).
    Does not show: that the items measure one construct, or the intended one.

    Examples
    --------
    >>> round(cronbach_alpha(np.array([[1, 2], [2, 3], [3, 3], [4, 5.0]])).alpha, 3)
    0.96
    """
    complete = items[~np.isnan(items).any(axis=1)]
    n, k = complete.shape
    if k < 2 or n < 3:
        raise AnalysisError(f"α needs two items and three complete respondents, not {k} and {n}.")
    covariance = np.cov(complete, rowvar=False)
    total = float(covariance.sum())
    if total <= 0:
        raise AnalysisError("α is not defined: everybody has the same sum over the items.")
    alpha = k / (k - 1) * (1 - float(np.trace(covariance)) / total)
    tail = (1 - level) / 2
    quantiles = stats.f.ppf([1 - tail, tail], n - 1, (n - 1) * (k - 1))
    low, high = (1 - (1 - alpha) * quantiles).tolist()
    return Alpha(alpha, low, high, n, k)


def _scored(items: NDArray[np.float64], scale: Scale) -> NDArray[np.float64]:
    answered = (~np.isnan(items)).sum(axis=1)
    total = np.nansum(items, axis=1)
    mean = np.divide(total, answered, out=np.full(len(items), np.nan), where=answered > 0)
    mean[answered < scale.min_answered * items.shape[1] - 1e-9] = np.nan
    return np.asarray(mean * items.shape[1] if scale.score == "sum" else mean)
