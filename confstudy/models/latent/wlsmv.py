"""Models of ordered items: diagonally weighted least squares on polychoric correlations."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, listing
from confstudy.models.formula import Data
from confstudy.models.latent.asked import Asked
from confstudy.models.latent.coefficients import coefficient_table, explained, with_errors
from confstudy.models.latent.defined import jacobian
from confstudy.models.latent.implied import GroupModel, Model, Moments, build_model
from confstudy.models.latent.measures import Misfit, indices
from confstudy.models.latent.ordinal import Ordinal, ordinal_statistics
from confstudy.models.latent.result import SemFit
from confstudy.models.latent.rows import Rows, read_rows
from confstudy.models.latent.search import Found, maximise, weak_directions
from confstudy.models.latent.specify import Specification
from confstudy.models.latent.start import starts

__all__ = ["fit_ordered"]

Floats = NDArray[np.float64]
_SCALED = ("chi2", "p_value", "cfi", "tli", "rmsea", "rmsea_low", "rmsea_high", "rmsea_close_p")


@dataclass(frozen=True, repr=False)
class Correlations:
    """Minus half the weighted squares between correlations and what a model implies."""

    group: GroupModel
    seen: Floats
    weights: Floats

    @property
    def _pairs(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        return np.triu_indices(self.group.observed, 1)

    def away(self, parameters: NDArray[Any]) -> NDArray[Any]:
        """Observed less implied correlations."""
        return np.asarray(self.seen - self.group.moments(parameters).covariance[self._pairs])

    def slopes(self, parameters: Floats) -> Floats:
        """(pairs, q) derivatives of the implied correlations."""
        rows, columns = self._pairs
        return np.asarray(self.group.derivatives(parameters)[1][:, rows, columns].T)

    def value(self, parameters: Floats) -> float:
        """See the class."""
        return float(-0.5 * (self.weights * self.away(parameters) ** 2).sum())

    def gradient(self, parameters: NDArray[Any]) -> NDArray[Any]:
        """(q,); analytic, and so also for complex parameters."""
        pull = self.weights * self.away(parameters)
        by = np.zeros((self.group.observed,) * 2, dtype=pull.dtype)
        rows, columns = self._pairs
        by[rows, columns] = by[columns, rows] = pull / 2
        return self.group.gradient(parameters, np.zeros(self.group.observed), by)

    def expected(self, parameters: Floats) -> Floats:
        """(q, q)."""
        slopes = self.slopes(parameters)
        return np.asarray((slopes.T * self.weights) @ slopes)

    def observed(self, parameters: Floats) -> Floats:
        """(q, q), minus the Hessian."""
        hessian = jacobian(self.gradient, parameters)
        return np.asarray(-(hessian + hessian.T) / 2)


def fit_ordered(asked: Asked, data: Data) -> SemFit:
    """Fit a model of ordered items (Muthén, du Toit and Spisic 1997); see ``sem``."""
    specification = replace(asked.specification(), means=False)
    _require(asked, specification)
    names = specification.roles.observed
    rows = read_rows(data, names, (), incomplete=False, group=None, cluster=None, weights=None)
    columns = [np.unique(column, return_inverse=True)[1] for column in rows.data[0].answers.T]
    many = [name for name, codes in zip(names, columns, strict=True) if codes.max() > 11]
    if many:
        raise AnalysisError(f"{listing(many)} have more than 12 answers: 'wlsmv' is for fewer.")
    seen = ordinal_statistics(np.column_stack(columns), names)
    with np.errstate(all="ignore"):
        return _result(asked, specification, seen, rows)


def _require(asked: Asked, specification: Specification) -> None:
    roles = specification.roles
    if asked.group or asked.cluster or asked.weights or asked.equal:
        raise AnalysisError("'wlsmv' has no groups, clusters or weights here: use 'mlr'.")
    acting = [name for name in roles.causes if name in roles.observed]
    if acting:
        raise AnalysisError(
            f"With 'wlsmv' observed variables are ordered items that act on nothing; "
            f"{listing(acting)} predict: use 'mlr'."
        )
    said = [p for p in specification.parameters if p.right == "1" and p.left in roles.observed]
    if said:
        raise AnalysisError("With 'wlsmv' items have thresholds and no intercepts.")


def _result(asked: Asked, specification: Specification, seen: Ordinal, rows: Rows) -> SemFit:
    names = specification.roles.observed
    sample = Moments(np.zeros(len(names)), _matrix(seen.correlations, len(names)))
    bare = _with_residuals(specification, np.zeros(len(names)))
    model = build_model(bare, (sample,))
    spread = seen.spread[seen.count :, seen.count :]
    target = Correlations(model.groups[0], seen.correlations, 1 / np.diag(spread))
    found = maximise(target, starts(model, (sample,)))
    rest = 1 - np.diag(model.groups[0].moments(found.parameters).covariance)
    full = build_model(_with_residuals(specification, rest), (sample,))
    problems = _problems(target, model, found)
    covariance = np.full((model.size, model.size), np.nan)
    if not problems:
        covariance = _sandwich(target, found.parameters, spread) / (seen.n - 1)
    table = coefficient_table(full, found.parameters, covariance, (sample,), ("",), asked.level)
    table = pd.concat([table, _thresholds(names, seen, asked.level)], ignore_index=True)
    last = [name for name in table if name != "standardized"]
    return SemFit(
        model=asked.model,
        estimator="wlsmv",
        coefficients=table[[*last, "standardized"]],
        measures={} if problems else _measures(target, found.parameters, seen),
        fatal=problems,
        improper=() if problems else _improper(full, found.parameters, names, rest),
        errors="robust",
        n=seen.n,
        dropped=rows.dropped,
        groups=("",),
        clusters=None,
        level=asked.level,
        explained_by=lambda: explained(full, found.parameters, ("",)),
        used=rows.used,
    )


def _matrix(correlations: Floats, size: int) -> Floats:
    full = np.eye(size)
    full[np.triu_indices(size, 1)] = correlations
    return np.asarray(full + full.T - np.eye(size))


def _with_residuals(specification: Specification, values: Floats) -> Specification:
    """The specification with the residual variances of the items held."""
    held = dict(zip(specification.roles.observed, values, strict=True))
    parameters = tuple(
        replace(p, value=float(held[p.left]), label="")
        if p.operator == "~~" and p.left == p.right and p.left in held
        else p
        for p in specification.parameters
    )
    return replace(specification, parameters=parameters)


def _problems(target: Correlations, model: Model, found: Found) -> tuple[str, ...]:
    if len(target.seen) < model.size:
        moments = len(target.seen)
        return (f"not identified: {model.size} parameters for {moments} correlations",)
    weak = weak_directions(target.expected(found.parameters), model.names)
    if weak:
        return (f"not identified: {listing(weak)}",)
    return () if found.converged else (f"not converged after {found.steps} steps",)


def _improper(
    model: Model, parameters: Floats, names: tuple[str, ...], rest: Floats
) -> tuple[str, ...]:
    negative = [name for name, value in zip(names, rest, strict=True) if value < 0]
    if negative:
        return (f"Heywood case: negative variance of {listing(negative)}",)
    latent = model.groups[0].everything(parameters)[1].covariance[len(names) :, len(names) :]
    if len(latent) and np.linalg.eigvalsh(latent)[0] <= 0:
        return ("the covariance of the latent variables is not positive definite",)
    return ()


def _sandwich(target: Correlations, parameters: Floats, spread: Floats) -> Floats:
    slopes = target.slopes(parameters)
    bread = np.linalg.inv(target.expected(parameters))
    pulled = target.weights[:, None] * slopes
    return np.asarray(bread @ (pulled.T @ spread @ pulled) @ bread)


def _thresholds(names: tuple[str, ...], seen: Ordinal, level: float) -> pd.DataFrame:
    terms = [
        f"{name} | t{number + 1}"
        for name, cuts in zip(names, seen.thresholds, strict=True)
        for number in range(len(cuts))
    ]
    estimate = np.concatenate(seen.thresholds)
    error = np.sqrt(np.diag(seen.spread)[: seen.count] / (seen.n - 1))
    table = pd.DataFrame({"term": terms, "estimate": estimate})
    return with_errors(table, error, level).assign(standardized=estimate)


def _measures(target: Correlations, parameters: Floats, seen: Ordinal) -> dict[str, float]:
    """Fit by χ² scaled and shifted (Asparouhov and Muthén 2010)."""
    spread = seen.spread[seen.count :, seen.count :]
    size = len(seen.correlations)
    chi2 = -2 * (seen.n - 1) * target.value(parameters)
    base = (seen.n - 1) * float((target.weights * seen.correlations**2).sum())
    df = size - target.slopes(parameters).shape[1]
    items = target.group.observed
    squares = float((target.away(parameters) ** 2).sum())
    measures = indices(Misfit(chi2, df, base, size, seen.n - 1))
    measures["srmr"] = float(np.sqrt(squares / (items * (items + 1) / 2)))
    if df <= 0:
        return measures
    left = _shifted(chi2, df, target.slopes(parameters), target.weights, spread)
    none = _shifted(base, size, np.zeros((size, 0)), target.weights, spread)
    scaled = indices(Misfit(left, df, none, size, seen.n - 1))
    measures |= {f"{name}_scaled": scaled[name] for name in _SCALED}
    return measures


def _shifted(chi2: float, df: int, slopes: Floats, weights: Floats, spread: Floats) -> float:
    """χ² brought to the mean and variance of its reference distribution."""
    pulled = weights[:, None] * slopes
    rest = np.diag(weights)
    if slopes.shape[1]:
        rest = rest - pulled @ np.linalg.solve(slopes.T @ pulled, pulled.T)
    product = rest @ spread
    stretch = np.sqrt(df / np.trace(product @ product))
    return float(chi2 * stretch + df - stretch * np.trace(product))
