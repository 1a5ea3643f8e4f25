"""Logits of a trait that was asked about indirectly, by maximum likelihood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from confstudy.errors import AnalysisError
from confstudy.models.estimate import Estimate
from confstudy.models.fitting.judge import covariance_of, judged
from confstudy.models.formula import Design
from confstudy.models.indirect.latent import Binomial, Device, mixture, trait
from confstudy.models.likelihood.index import IndexModel, Kernel, Maximum, maximise

__all__ = ["DeviceModel", "ListModel", "best", "chance", "estimated", "two_steps"]

Floats = NDArray[np.float64]


def best(model: IndexModel, starts: list[Floats]) -> Maximum:
    """The highest of the maxima reached from several places."""
    found = [maximise(model, start) for start in starts]
    return max(found, key=lambda maximum: maximum.value if np.isfinite(maximum.value) else -np.inf)


def estimated(
    model: IndexModel, maximum: Maximum, terms: tuple[str, ...], blame: str = ""
) -> Estimate:
    """The estimate with the covariance of the observed Hessian, and whether it can be believed.

    ``blame`` is what it means if the likelihood is flat.
    """
    return Estimate(
        result=None,
        terms=terms,
        coefficients=maximum.coefficients,
        covariance=covariance_of(maximum.information),
        problems=judged(model, maximum, terms, None, lambda _: blame),
        scores=maximum.scores,
        information=maximum.information,
        log_likelihood=maximum.value,
    )


def chance(coefficients: Floats, matrix: Floats, offset: Floats | None = None) -> Floats:
    """The chance of the trait, (n, 1), whatever stands behind the trait's coefficients."""
    index = matrix @ coefficients[: matrix.shape[1]]
    return np.asarray(expit(index if offset is None else index + offset))[:, None]


def _shared(share: float) -> float:
    return float(logit(min(max(share, 0.02), 0.98)))


def _level(design: Design, value: float) -> Floats:
    """Coefficients that give everybody the same index."""
    found = np.zeros(design.matrix.shape[1])
    if "Intercept" in design.terms:
        found[design.terms.index("Intercept")] = value
    return found


@dataclass(frozen=True)
class DeviceModel:
    """A yes-no question with a device: bearers say yes with chance base + gain, others base."""

    device: tuple[float, float]

    def check(self, design: Design) -> None:
        """Both answers occur."""
        if set(np.unique(design.outcome)) != {0.0, 1.0}:
            raise AnalysisError(
                f"The answers '{design.name}' are 0 and 1, or two levels, and both occur."
            )

    def fit(
        self, design: Design, weights: Floats | None = None, start: Floats | None = None
    ) -> Estimate:
        """Maximum likelihood."""
        weight = np.ones(len(design.outcome)) if weights is None else weights
        kernel = mixture([trait, Device(design.outcome, self.device)], 1)
        model = IndexModel(kernel, (design.matrix,), weight)
        base, gain = self.device
        said = (design.outcome - base) / gain
        share = float(np.average(said, weights=weight))
        root = np.sqrt(weight)
        slopes = np.linalg.lstsq(root[:, None] * design.matrix, root * said, rcond=None)[0]
        middle = min(max(share, 0.05), 0.95)
        steep = slopes / (middle * (1 - middle))
        steep = steep + _level(design, _shared(share) - float(np.average(design.matrix @ steep)))
        starts = [_level(design, _shared(share)), steep] if start is None else [start]

        bound = "no" if share <= 0 else "every" if share >= 1 else ""
        blame = f"the answers are as if {bound} respondent had the trait" if bound else ""
        return estimated(model, best(model, starts), design.terms, blame)


@dataclass(frozen=True)
class ListModel:
    """A list experiment: a binomial count of harmless items, and the trait in the long list.

    Attributes
    ----------
    items
        How many harmless items there are.
    long
        The column that is 1 for those with the long list.
    constrained
        Whether the count of harmless items does not depend on the trait.
    """

    items: int
    long: str
    constrained: bool = True

    def check(self, design: Design) -> None:
        """Counts that the lists allow; both lists occur."""
        lists = design.frame[self.long].to_numpy(dtype=float)
        if set(np.unique(lists)) != {0.0, 1.0}:
            raise AnalysisError(f"'{self.long}' tells the long list from the short: both occur.")
        counts = design.outcome
        whole = (counts == np.round(counts)) & (counts >= 0)
        if not (whole & (counts <= self.items + lists)).all():
            raise AnalysisError(
                f"'{design.name}' is a count from 0 to {self.items}, or to {self.items + 1} with "
                "the long list."
            )

    def fit(
        self, design: Design, weights: Floats | None = None, start: Floats | None = None
    ) -> Estimate:
        """Maximum likelihood (Imai 2011), from nonlinear least squares."""
        long = design.frame[self.long].to_numpy(dtype=float)
        weight = np.ones(len(long)) if weights is None else weights
        x, none = design.matrix, np.zeros_like(design.matrix)
        parts = 2 if self.constrained else 3
        places = (1, parts - 1)
        matrices = tuple(
            np.hstack([x if part == place else none for part in range(parts)])
            for place in range(parts)
        )
        count = Binomial(design.outcome, long, self.items, places)
        model = IndexModel(mixture([trait, count], parts), matrices, weight)
        starts = [start] if start is not None else self._starts(design, long, weight, parts)
        names = ["count"] if self.constrained else ["count without", "count with"]
        terms = design.terms + tuple(f"{name}: {t}" for name in names for t in design.terms)
        return estimated(model, best(model, starts), terms)

    def _starts(self, design: Design, long: Floats, weight: Floats, parts: int) -> list[Floats]:
        harmless, sensitive = two_steps(design, long, weight, self.items)
        share = np.average(design.outcome[long == 1], weights=weight[long == 1] + 1e-300)
        share -= np.average(design.outcome[long == 0], weights=weight[long == 0] + 1e-300)
        level = _level(design, _shared(float(share)))
        wild = not np.isfinite(sensitive).all() or np.abs(design.matrix @ sensitive).max() > 20
        rest = [harmless] * (parts - 1)
        return [
            np.concatenate([first, *rest]) for first in ([level] if wild else [sensitive, level])
        ]


def two_steps(
    design: Design, long: Floats, weight: Floats, items: int, start: Floats | None = None
) -> tuple[Floats, Floats]:
    """Nonlinear least squares: harmless items by the short lists, then the trait by the long.

    ``start`` (2p,) holds the trait's coefficients first; both are found whatever it is.
    """
    x, y, size = design.matrix, design.outcome, design.matrix.shape[1]
    first = IndexModel(_least_squares(y, items), (x,), weight * (long == 0))
    level = _level(design, _shared(float(y[long == 0].mean()) / items))
    harmless = maximise(first, level if start is None else start[size:]).coefficients
    rest = y - items * expit(x @ harmless)
    second = IndexModel(_least_squares(rest, 1), (x,), weight * (long == 1))
    level = _level(design, _shared(float(rest[long == 1].mean())))
    sensitive = maximise(second, level if start is None else start[:size]).coefficients
    return harmless, sensitive


def _least_squares(outcome: Floats, most: int) -> Kernel:
    """Minus half the squared distance from ``most`` times a logistic chance."""

    def kernel(indices: Floats) -> tuple[Floats, Floats, Floats]:
        p = expit(indices[0])
        away, slope = outcome - most * p, most * p * (1 - p)
        curve = away * slope * (1 - 2 * p) - slope**2
        return -0.5 * away**2, (away * slope)[None], curve[None, None]

    return kernel
