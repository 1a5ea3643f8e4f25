"""What replications say of an analysis, each number with its Monte Carlo standard error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from confstudy.design.batch import Estimates

__all__ = [
    "DIAGNOSANDS",
    "SHARES",
    "Diagnosand",
    "Replications",
    "average",
    "diagnosands",
    "share",
    "share_interval",
]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Diagnosand:
    """A number with its Monte Carlo standard error and 95 % interval.

    Attributes
    ----------
    value, mcse
        NaN where no replication tells.
    low, high
        Exact (Clopper and Pearson, 1934) for shares; for means by t, turned by their skewness
        (Hall, 1992); else normal.
    """

    value: float
    mcse: float
    low: float
    high: float


@dataclass(frozen=True, repr=False)
class Replications:
    """The usable replications of one analysis of one estimand; shapes are (R,).

    Attributes
    ----------
    truth, truth_mcse
        The estimand, and the Monte Carlo standard error of its own value.
    requested
        How many replications were drawn, with those that failed.
    """

    estimate: Floats
    std_error: Floats
    rejected: Bools
    low: Floats
    high: Floats
    truth: float
    truth_mcse: float
    requested: int

    @classmethod
    def of(
        cls, found: Estimates, truth: float, truth_mcse: float = 0.0, level: float = 0.05
    ) -> Replications:
        """Leave out what failed, which ``requested`` still counts."""
        good = found.failed == ""
        low, high = found.conf_low[good], found.conf_high[good]
        rejected = found.p_value[good] < level
        used = found.estimate[good], found.std_error[good], rejected, low, high
        return cls(*used, truth, truth_mcse, len(good))

    @property
    def right(self) -> Bools:
        """(R,) whether the estimate has the sign of the estimand."""
        return np.asarray(np.sign(self.estimate) == np.sign(self.truth))


def diagnosands(found: Replications) -> dict[str, Diagnosand]:
    """Every diagnosand by name; see :data:`DIAGNOSANDS` for what each is.

    Monte Carlo standard errors are those of Morris, White & Crowther (2019).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> z = rng.normal(0.2, 0.1, 4000)
    >>> low, high, significant = z - 0.196, z + 0.196, abs(z) > 0.196
    >>> used = Replications(z, np.full(4000, 0.1), significant, low, high, 0.2, 0, 4000)
    >>> found = diagnosands(used)
    >>> [round(found[name].value, 2) for name in ("power", "coverage", "bias", "type_m")]
    [0.51, 0.95, -0.0, 1.39]
    """
    if not len(found.estimate):
        return dict.fromkeys(DIAGNOSANDS, _NONE)
    return {name: measure(found) for name, measure in DIAGNOSANDS.items()}


def share_interval(count: int, of: int, level: float = 0.95) -> tuple[float, float]:
    """Exact interval of a share (Clopper & Pearson, 1934), whose coverage is never below.

    >>> tuple(round(end, 4) for end in share_interval(0, 1000))
    (0.0, 0.0037)
    """
    if not of:
        return 0.0, 1.0
    tail = (1 - level) / 2
    low = float(stats.beta.ppf(tail, count, of - count + 1)) if count else 0.0
    high = float(stats.beta.isf(tail, count + 1, of - count)) if count < of else 1.0
    return low, high


def share(happened: Bools) -> Diagnosand:
    """The share of replications (R,) in which something happened."""
    of = len(happened)
    if not of:
        return _NONE
    value = float(happened.mean())
    return Diagnosand(
        value, float(np.sqrt(value * (1 - value) / of)), *share_interval(int(happened.sum()), of)
    )


def _normal(value: float, mcse: float) -> Diagnosand:
    return Diagnosand(value, mcse, value - 1.96 * mcse, value + 1.96 * mcse)


def average(values: Floats, more: float = 0.0) -> Diagnosand:
    """The mean of (R,) values, whose error may have a part that replications do not show."""
    count = len(values)
    if count < 2:
        return Diagnosand(float(values.mean()), *[float("nan")] * 3) if count else _NONE
    value, spread = float(values.mean()), float(values.std(ddof=1))
    error = float(np.hypot(spread / np.sqrt(count), more))
    skewed = float(((values - value) ** 3).mean()) / spread**3 if spread else 0.0
    lean, reach = skewed / np.sqrt(count), float(stats.t.isf(0.025, count - 1))
    return Diagnosand(
        value, error, value - _turned(reach, lean) * error, value - _turned(-reach, lean) * error
    )


def _turned(t: float, lean: float) -> float:
    """A quantile of a studentized mean whose values have a skewness of √R ``lean``."""
    if abs(lean) < 1e-6:
        return t
    return float(3 / lean * (np.cbrt(1 + lean * (t - lean / 6)) - 1))


def _bias(found: Replications) -> Diagnosand:
    return average(found.estimate - found.truth, found.truth_mcse)


def _rmse(found: Replications) -> Diagnosand:
    squares = (found.estimate - found.truth) ** 2
    # The estimand's own error moves each squared error by twice the bias.
    own = abs(2 * float((found.estimate - found.truth).mean())) * found.truth_mcse
    mean = average(squares, own)
    value, low, high = np.sqrt(np.maximum((mean.value, mean.low, mean.high), 0.0)).tolist()
    return Diagnosand(value, mean.mcse / (2 * value) if value else 0.0, low, high)


def _sd(found: Replications) -> Diagnosand:
    count = len(found.estimate)
    if count < 2:
        return _NONE
    value = float(found.estimate.std(ddof=1))
    # The fourth moment tells how far a standard deviation strays; √(2 (R − 1)) if it is normal.
    centred = found.estimate - found.estimate.mean()
    fourth = float((centred**4).mean())
    variance = max(fourth - value**4 * (count - 3) / (count - 1), 0.0) / count
    return _normal(value, float(np.sqrt(variance) / (2 * value)) if value else 0.0)


def _se_ratio(found: Replications) -> Diagnosand:
    """Mean standard error over the standard deviation of estimates; 1 is honest."""
    count, se = len(found.estimate), found.std_error
    spread = float(found.estimate.std(ddof=1)) if count > 1 else 0.0
    if not spread:
        return _NONE
    value = float(se.mean()) / spread
    # Each replication's influence on the ratio, which also has what ties the two together.
    squares = (found.estimate - found.estimate.mean()) ** 2
    influence = (se - se.mean()) / spread - value * (squares - spread**2) / (2 * spread**2)
    return _normal(value, float(influence.std(ddof=1) / np.sqrt(count)))


def _unbiased_coverage(found: Replications) -> Diagnosand:
    middle = found.estimate.mean()
    return share((found.low <= middle) & (middle <= found.high))


def _coverage(found: Replications) -> Diagnosand:
    return share((found.low <= found.truth) & (found.truth <= found.high))


def _type_s(found: Replications) -> Diagnosand:
    return share(~found.right[found.rejected]) if found.truth else _NONE


def _type_m(found: Replications) -> Diagnosand:
    significant = np.abs(found.estimate[found.rejected])
    if not found.truth or not len(significant):
        return _NONE
    times = significant / abs(found.truth)
    return average(times, float(times.mean()) * found.truth_mcse / abs(found.truth))


_NONE = Diagnosand(*[float("nan")] * 4)

#: Name → what works it out. Power counts usable replications; ``power_all`` counts those that
#: failed as not significant. Bias-eliminated coverage is of the mean estimate.
DIAGNOSANDS: dict[str, Callable[[Replications], Diagnosand]] = {
    "mean_estimate": lambda found: average(found.estimate),
    "bias": _bias,
    "rmse": _rmse,
    "sd_estimate": _sd,
    "mean_se": lambda found: average(found.std_error),
    "se_ratio": _se_ratio,
    "power": lambda found: share(found.rejected),
    "power_all": lambda found: share(
        np.r_[found.rejected, np.zeros(found.requested - len(found.rejected), dtype=bool)]
    ),
    "coverage": _coverage,
    "coverage_unbiased": _unbiased_coverage,
    "ci_width": lambda found: average(found.high - found.low),
    "type_s": _type_s,
    "type_m": _type_m,
}

#: The diagnosands that are shares of replications.
SHARES = frozenset({"power", "power_all", "coverage", "coverage_unbiased", "type_s"})
