"""The difference of two groups, in every replication of a batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from confstudy.design.batch import Batch, Estimates
from confstudy.design.kernels.columns import complete
from confstudy.design.kernels.contrast import place_of
from confstudy.design.kernels.means import two_groups
from confstudy.design.kernels.table import estimates_of
from confstudy.errors import AnalysisError

__all__ = ["Difference", "difference"]


@dataclass(frozen=True)
class Difference:
    """A difference of two groups; made by :func:`difference`."""

    name: str
    outcome: str
    by: str
    pooled: bool
    shares: bool
    level: float = 0.95

    @property
    def path(self) -> str:
        """What is computed."""
        how = "variance pooled" if self.pooled else "variances apart"
        return f"batched difference of {'shares, z' if self.shares else 'means, t'} test, {how}"

    @property
    def columns(self) -> tuple[str, ...]:
        """Outcome and groups."""
        return self.outcome, self.by

    def estimates(self, batch: Batch, cause: Any = None) -> Estimates:
        """The difference in every replication: the first side of the contrast less the second."""
        levels = batch.levels
        sides = getattr(cause, "contrast", None) if getattr(cause, "cause", "") == self.by else None
        if sides is None and len(levels.get(self.by, ("", ""))) > 2:
            raise AnalysisError(f"'{self.by}' has several levels: the estimand says which two.")
        high, low = (place_of(self.by, s, levels) for s in sides) if sides else (1.0, 0.0)
        given = batch.columns[self.by]
        group = np.where(given == high, 1.0, np.where(given == low, 0.0, -1.0))
        used = complete(batch, self.columns)
        y = batch.columns[self.outcome]
        (none, below, v0), (some, above, v1) = two_groups(y, group, used).transpose(1, 2, 0)
        apart = np.ones(len(y), dtype=np.bool_)
        with np.errstate(all="ignore"):
            if self.shares:
                apart = (((y == 0) | (y == 1)) | ~used).all(axis=1)
                error, tested, df = self._z(none, below, some, above)
            else:
                error, df = self._t(none, v0, some, v1)
                tested = error
        failed = np.where(np.minimum(none, some) < (1 if self.shares else 2), "too few", "")
        failed = np.where((failed == "") & ~apart, "outcomes other than 0 and 1", failed)
        failed = np.where((failed == "") & ~(tested > 0), "outcome is constant", failed)
        n = (none + some).astype(np.intp)
        return estimates_of(above - below, error, df, n, failed, level=self.level, tested=tested)

    def _t(self, n0: Any, v0: Any, n1: Any, v1: Any) -> tuple[Any, Any]:
        one, other = v1 / n1, v0 / n0
        if self.pooled:
            df = n0 + n1 - 2
            return np.sqrt(((n0 - 1) * v0 + (n1 - 1) * v1) / df * (1 / n0 + 1 / n1)), df
        apart = one * one / (n1 - 1) + other * other / (n0 - 1)
        return np.sqrt(one + other), (one + other) ** 2 / apart

    def _z(self, n0: Any, p0: Any, n1: Any, p1: Any) -> tuple[Any, Any, Any]:
        """Errors of the interval are never pooled; those of the test are, if asked."""
        error = np.sqrt(p0 * (1 - p0) / n0 + p1 * (1 - p1) / n1)
        both = (n0 * p0 + n1 * p1) / (n0 + n1)
        tested = np.sqrt(both * (1 - both) * (1 / n0 + 1 / n1)) if self.pooled else error
        return error, tested, np.full(len(n0), np.inf)


def difference(
    outcome: str,
    *,
    by: str,
    pooled: bool = True,
    shares: bool = False,
    name: str | None = None,
    level: float = 0.95,
) -> Difference:
    """The difference of two groups' means by a t test, or of their shares by a z test.

    Parameters
    ----------
    outcome, by
        A number, and a category or a number of which two values are compared: those of the
        estimand's contrast, else the second less the first.
    pooled
        One variance for both groups (Student's t; pooled z), or one each (Welch's t).
    shares
        A z test of an outcome of 0 and 1; intervals then always have a variance each.

    Examples
    --------
    >>> difference("y", by="arm", pooled=False).path
    'batched difference of means, t test, variances apart'
    """
    how = "z test" if shares else "t test" if pooled else "Welch's t test"
    called = name or f"{outcome} by {by}, {how}"
    return Difference(called, outcome, by, pooled, shares, level)
