"""A specification and data into a solution: the estimate, and whether it can be believed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from confstudy.errors import listing
from confstudy.models.latent.implied import Model, Moments, build_model
from confstudy.models.latent.likelihood import GroupData, Likelihood, Saturated
from confstudy.models.latent.saturated import Unrestricted, unrestricted
from confstudy.models.latent.search import Found, maximise, weak_directions
from confstudy.models.latent.specify import Parameter, Specification
from confstudy.models.latent.start import starts

__all__ = ["Solution", "baseline", "solve"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Solution:
    """A fitted model over arrays.

    Attributes
    ----------
    sample
        The moments of each group without a model.
    parameters
        (q,) free parameters.
    """

    model: Model
    data: tuple[GroupData, ...]
    sample: tuple[Unrestricted, ...]
    likelihood: Likelihood
    found: Found

    @property
    def parameters(self) -> Floats:
        """(q,) free parameters."""
        return self.found.parameters

    @property
    def means(self) -> bool:
        """Whether means are modelled."""
        return self.likelihood.means

    @property
    def moments(self) -> tuple[Moments, ...]:
        """Of the sample, a group each."""
        return tuple(one.moments for one in self.sample)

    @property
    def saturated(self) -> tuple[Saturated, ...]:
        """The unrestricted model of each group, given what is held of the exposures."""
        specification = self.model.specification
        fixed = np.array(
            [specification.roles.observed.index(name) for name in specification.fixed],
            dtype=np.intp,
        )
        return tuple(Saturated(one, fixed, self.means) for one in self.moments)

    @property
    def size(self) -> float:
        """The sum of the weights: respondents."""
        return sum(one.size for one in self.data)

    @property
    def df(self) -> int:
        """Moments less parameters."""
        return sum(one.size for one in self.saturated) - self.model.size

    @cached_property
    def log_likelihood(self) -> float:
        """Of the observed variables, those held at the sample's values included."""
        return self.likelihood.value(self.parameters)

    @cached_property
    def chi2(self) -> float:
        """Twice what the unrestricted moments fit better."""
        if not all(one.converged for one in self.sample):
            return float("nan")
        best = sum(one.log_likelihood for one in self.sample)
        return max(2 * (best - self.log_likelihood), 0.0)

    @cached_property
    def expected(self) -> Floats:
        """The expected information (q, q)."""
        return self.likelihood.expected(self.parameters)

    @cached_property
    def observed(self) -> Floats:
        """Minus the Hessian (q, q)."""
        return self.likelihood.observed(self.parameters)

    @cached_property
    def problems(self) -> tuple[str, ...]:
        """Why there is no estimate; empty where there is."""
        if self.df < 0:
            moments = sum(one.size for one in self.saturated)
            return (f"not identified: {self.model.size} parameters for {moments} moments",)
        if not np.isfinite(self.log_likelihood):
            return ("no start has a positive definite covariance",)
        weak = weak_directions(self.expected, self.model.names)
        if weak:
            return (f"not identified: {listing(weak)}",)
        if not self.found.converged:
            return (f"not converged after {self.found.steps} steps",)
        scale = 1 / np.sqrt(np.diag(self.expected))
        if np.linalg.eigvalsh(self.observed * np.outer(scale, scale))[0] <= 1e-9:
            return ("not a maximum: the Hessian is singular or indefinite",)
        return ()

    @cached_property
    def improper(self) -> tuple[str, ...]:
        """What makes an estimate implausible: negative variances, impossible correlations."""
        if self.problems:
            return ()
        found: list[str] = []
        if not np.isfinite(self.chi2):
            found.append("some columns are never answered together: no χ²")
        model = self.model
        variances = [
            (p, float(model.value_of(i, self.parameters, self.moments)))
            for i, p in enumerate(model.specification.parameters)
            if p.operator == "~~" and p.left == p.right and p.free
        ]
        negative = dict.fromkeys(p.left for p, value in variances if value < 0)
        if negative:
            found.append(f"Heywood case: negative variance of {listing(negative)}")
        latent = len(model.specification.roles.latent)
        for group in model.groups if latent and not negative else ():
            covariance = group.everything(self.parameters)[1].covariance[-latent:, -latent:]
            scale = 1 / np.sqrt(np.maximum(np.diag(covariance), 1e-300))
            if np.linalg.eigvalsh(covariance * np.outer(scale, scale))[0] < 1e-8:
                found.append("the covariance of the latent variables is not positive definite")
                break
        return tuple(found)


def solve(
    specification: Specification,
    data: tuple[GroupData, ...],
    sample: tuple[Unrestricted, ...] | None = None,
    start: Floats | None = None,
    *,
    exact: bool = True,
) -> Solution:
    """Fit by maximum likelihood; see :func:`maximise` for ``exact``."""
    known = tuple(unrestricted(one) for one in data) if sample is None else sample
    moments = tuple(one.moments for one in known)
    model = build_model(specification, moments)
    likelihood = Likelihood(model.groups, data, specification.means)
    begun = starts(model, moments) if start is None else start
    found = (
        maximise(likelihood, begun, exact=exact) if model.size else Found(np.zeros(0), True, 0, 0.0)
    )
    return Solution(model, data, known, likelihood, found)


def baseline(specification: Specification) -> Specification:
    """The model in which nothing is related but the exposures, among themselves."""
    roles = specification.roles
    kept = [p for p in specification.parameters if p.sample]
    have = {(p.left, p.right, p.group) for p in kept}
    for group in range(specification.groups):
        for name in roles.observed:
            if (name, name, group) not in have:
                kept.append(Parameter(name, "~~", name, group))
            if specification.means and (name, "1", group) not in have:
                kept.append(Parameter(name, "~", "1", group))
        for one, two in combinations(specification.given, 2):
            if not have & {(one, two, group), (two, one, group)}:
                kept.append(Parameter(one, "~~", two, group))
    bare = replace(roles, latent=(), indicators=(), outcomes=(), causes=specification.given)
    return replace(specification, roles=bare, parameters=tuple(kept), defined={})
