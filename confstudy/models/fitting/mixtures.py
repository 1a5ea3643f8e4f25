"""Zero-inflated and hurdle counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from confstudy.models.estimate import LOG_THETA, Estimate
from confstudy.models.fitting.dispersed import NOT_DISPERSED, moment_theta
from confstudy.models.fitting.judge import covariance_of, judged
from confstudy.models.formula import Design
from confstudy.models.likelihood.counts import poisson_kernel
from confstudy.models.likelihood.index import IndexModel, Maximum, maximise
from confstudy.models.likelihood.mixtures import hurdle_kernel, inflated_kernel
from confstudy.models.separation import counts_are_separated, is_separated

__all__ = ["ZeroModel"]

Floats = NDArray[np.float64]
_RUNS = "no estimate of the zero part: it runs to a boundary; use the family without it"


@dataclass(frozen=True)
class ZeroModel:
    """Counts with a part of their own for zeros.

    ``hurdle``: the part is the chance of any at all; else of a structural zero. ``dispersed``:
    the counts are negative binomial, and log θ is the last coefficient.
    """

    hurdle: bool
    dispersed: bool

    def fit(
        self, design: Design, weights: Floats | None = None, start: Floats | None = None
    ) -> Estimate:
        """Maximum likelihood; coefficients of the counts, then of the zero part, then log θ."""
        model = self.model(design, weights)
        starts = self._starts(model, design) if start is None else [start]
        maximum = max((maximise(model, one) for one in starts), key=_worth)
        terms = (*design.terms, LOG_THETA) if self.dispersed else design.terms
        return Estimate(
            result=None,
            terms=terms,
            coefficients=maximum.coefficients,
            covariance=covariance_of(maximum.information),
            problems=self._problems(model, maximum, design, terms),
            scores=maximum.scores,
            information=maximum.information,
            log_likelihood=maximum.value,
        )

    def model(self, design: Design, weights: Floats | None = None) -> IndexModel:
        """The likelihood: an index of the counts, of log θ where there is one, of the zeros."""
        n, p = design.matrix.shape
        size = p + self.dispersed
        parts = [np.zeros((n, size)) for _ in range(2 + self.dispersed)]
        parts[0][:, : design.split] = design.matrix[:, : design.split]
        parts[-1][:, design.split : p] = design.matrix[:, design.split :]
        if self.dispersed:
            parts[1][:, -1] = 1
        offsets = None
        if design.offset is not None:
            offsets = np.zeros((len(parts), n))
            offsets[0] = design.offset
        kernel = (hurdle_kernel if self.hurdle else inflated_kernel)(
            design.outcome, dispersed=self.dispersed
        )
        return IndexModel(kernel, tuple(parts), np.ones(n) if weights is None else weights, offsets)

    def predict(
        self, coefficients: Floats, matrix: Floats, offset: Floats | None = None, *, split: int
    ) -> Floats:
        """The mean count, zeros included, (n, 1)."""
        zeros = matrix.shape[1]
        index = matrix[:, :split] @ coefficients[:split]
        count = np.exp(index if offset is None else index + offset)
        chance = expit(matrix[:, split:] @ coefficients[split:zeros])
        if not self.hurdle:
            return np.asarray(count * (1 - chance))[:, None]
        none = -count
        if self.dispersed:
            theta = np.exp(coefficients[-1])
            none = -theta * np.log1p(count / theta)
        return np.asarray(chance * count / -np.expm1(none))[:, None]

    def _starts(self, model: IndexModel, design: Design) -> list[Floats]:
        """From the counts above zero; for inflated ones also from all counts."""
        weight, positive = model.weights, design.outcome > 0
        zeros = float(weight @ ~positive / weight.sum())
        found = []
        for rows in [positive] if self.hurdle else [positive, np.ones_like(positive)]:
            counts, mean = _poisson(model, design, rows)
            start = np.zeros(model.matrices[0].shape[1])
            start[: design.split] = counts
            expected = float(weight @ np.exp(-mean)) / weight.sum()
            chance = 1 - zeros if self.hurdle else zeros - expected
            start[design.split] = logit(np.clip(chance, 0.05, 0.95))
            if self.dispersed:
                start[-1] = np.log(moment_theta(design.outcome[rows], mean[rows], weight[rows]))
            found.append(start)
        return found

    def _problems(
        self, model: IndexModel, maximum: Maximum, design: Design, terms: tuple[str, ...]
    ) -> tuple[str, ...]:
        used = model.weights > 0
        matrix, outcome = design.matrix[used], design.outcome[used]
        counts, zeros = matrix[:, : design.split], matrix[:, design.split :]

        def separated() -> bool:
            if self.hurdle:
                return is_separated(zeros, (outcome > 0).astype(float))
            return counts_are_separated(counts, outcome)

        def blame(place: int) -> str:
            if self.dispersed and place == len(terms) - 1:
                return NOT_DISPERSED if maximum.coefficients[-1] > 10 else ""
            if place < design.split:
                return ""
            chance = expit(zeros @ maximum.coefficients[design.split : matrix.shape[1]])
            edge = min(chance.min(), 1 - chance.max()) < 1e-5
            return _RUNS if edge and not self.hurdle else ""

        return judged(model, maximum, terms, separated, blame)


def _worth(maximum: Maximum) -> float:
    return maximum.value if np.isfinite(maximum.value) else -np.inf


def _poisson(model: IndexModel, design: Design, rows: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Poisson coefficients over some rows, and everybody's mean by them."""
    matrix = design.matrix[:, : design.split]
    offset = np.zeros(len(matrix)) if design.offset is None else design.offset
    weight = np.where(rows, model.weights, 0.0)
    start = np.zeros(matrix.shape[1])
    start[0] = np.log(np.average(design.outcome, weights=weight)) - offset.mean()
    counts = IndexModel(poisson_kernel(design.outcome), (matrix,), weight, offset[None])
    coefficients = maximise(counts, start).coefficients
    return coefficients, np.exp(np.clip(matrix @ coefficients + offset, -30, 30))
