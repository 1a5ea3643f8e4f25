"""Chances that depend on variables and meet a stated rate, and what they select."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from scipy.optimize import brentq
from scipy.special import expit, logit, ndtr, ndtri

from confstudy.errors import StructureError, unknown
from confstudy.simulate.model.parts import Part

__all__ = [
    "Chance",
    "Link",
    "Mechanism",
    "Selected",
    "Share",
    "chance_of",
    "index_of",
    "intercept_for",
    "mechanism_of",
    "names_of",
    "normal_nodes",
    "probit_path",
    "probit_selection",
    "selection",
    "solved",
]

Floats = NDArray[np.float64]
Values = Mapping[str, Floats]
Link = Literal["logit", "probit"]
#: What nonresponse depends on; with ``none`` everybody answers everything.
Mechanism = Literal["mcar", "mar", "mnar", "none"]
Share = Annotated[float, Field(gt=0, lt=1)]

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(250)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


class Chance(Part):
    """A chance that depends on variables, at a stated level.

    Parameters
    ----------
    paths
        Variable, or variables joined by ``:``, → coefficient. None: the same chance for all.
    rate, intercept
        The mean chance over the population, for which the intercept is solved; or the intercept.
    link
        ``logit`` or ``probit``.
    """

    paths: dict[str, float] = Field(default_factory=dict)
    rate: Share | None = None
    intercept: float | None = None
    link: Link = "logit"

    @model_validator(mode="after")
    def _has_one_level(self) -> Self:
        if (self.rate is None) == (self.intercept is None):
            raise ValueError("give either the 'rate' to be met or the 'intercept'")
        return self

    def level(self, solve: Callable[[float], float]) -> float:
        """The intercept: as declared, or what ``solve`` makes of the rate."""
        if self.intercept is not None:
            return self.intercept
        if self.rate is None:
            raise StructureError("Give either the 'rate' to be met or the 'intercept'.")
        return solve(self.rate)

    def of(self, values: Values, n: int) -> Floats:
        """Each client's chance, shape ``(n,)``; their mean is the rate, if one is given."""
        index = index_of(self.paths, values, n)
        level = self.level(lambda rate: intercept_for(rate, index, self.link))
        return chance_of(level + index, self.link)


def chance_of(index: Floats, link: Link) -> Floats:
    """The chances of an index: its logistic or its normal distribution function."""
    return np.asarray(expit(index) if link == "logit" else ndtr(index))


def index_of(paths: Mapping[str, float], values: Values, n: int) -> Floats:
    """The sum of paths times variables, shape ``(n,)``; ``E:P`` is a product.

    Raises
    ------
    StructureError
        When a path names a variable that is not among ``values``.
    """
    index = np.zeros(n)
    for path, coefficient in paths.items():
        names = [path] if path in values else names_of(path)
        absent = [name for name in names if name not in values]
        if absent:
            raise StructureError(unknown("Variables", absent, values, "the population"))
        index += coefficient * np.prod([values[name] for name in names], axis=0)
    return index


def names_of(path: str) -> list[str]:
    """The causes a path joins, each maybe one arm of a variable.

    >>> names_of("A[full]: P")
    ['A[full]', 'P']
    """
    return [name.strip() for name in path.split(":")]


def mechanism_of(paths: Collection[str], observed: Collection[str]) -> Mechanism:
    """Name how answers are missing (Rubin 1976): by what their chance depends on.

    ``mcar`` on nothing, ``mar`` on variables observed for everybody, ``mnar`` on a latent
    variable or on the answer itself.

    >>> mechanism_of(["age:A[full]"], observed=["age", "A"]), mechanism_of(["P"], ["age"])
    ('mar', 'mnar')
    """
    names = {name.split("[")[0] for path in paths for name in names_of(path)}
    if not names:
        return "mcar"
    return "mar" if names <= set(observed) else "mnar"


def intercept_for(
    rate: float, index: Floats, link: Link = "logit", weights: Floats | None = None
) -> float:
    """The intercept with which the mean chance over a population equals a rate.

    Parameters
    ----------
    rate
        Between 0 and 1.
    index
        The population's values of what is added to the intercept, any shape; or the nodes of a
        quadrature, with their weights (sum 1).

    Examples
    --------
    >>> round(intercept_for(0.65, np.array([-1.0, 0.0, 1.0])), 6)
    0.717998
    >>> nodes, weights = normal_nodes(sd=0.4)
    >>> round(intercept_for(0.65, nodes, weights=weights), 4)
    0.6422
    """

    def gap(intercept: float) -> float:
        chances = chance_of(intercept + index, link)
        return float(chances.mean() if weights is None else weights @ chances) - rate

    return solved(gap, rate, index, link)


def solved(gap: Callable[[float], float], rate: float, index: Floats, link: Link) -> float:
    """The intercept at which a rising gap is 0.

    ``rate`` is the chance that would do if the index were 0 throughout. The root lies between
    the intercepts that would do were the index everywhere at its highest or its lowest.
    """
    centre = float(logit(rate) if link == "logit" else ndtri(rate))
    if not index.size or np.ptp(index) == 0:
        return centre - float(index.flat[0] if index.size else 0.0)
    low, high = centre - float(index.max()), centre - float(index.min())
    return float(brentq(gap, low - 1e-9, high + 1e-9, xtol=1e-13))


def normal_nodes(mean: float = 0.0, sd: float = 1.0) -> tuple[Floats, Floats]:
    """Nodes and weights of a normal distribution: Gauss–Hermite, 250 of each."""
    return mean + sd * _NODES, _WEIGHTS


@dataclass(frozen=True)
class Selected:
    """What selection makes of a normal variable: share kept, mean and variance among them."""

    rate: float
    mean: float
    variance: float


def probit_path(correlation: float) -> float:
    """The path of a standard normal variable into a probit that correlates so with it.

    >>> round(probit_path(0.5), 6)
    0.57735
    """
    return float(correlation / np.sqrt(1 - correlation**2))


def probit_selection(rate: float, correlation: float) -> Selected:
    """A standard normal variable among those kept because a correlated normal one is high.

    Its mean is ρλ and its variance 1 − ρ²λ(λ + a), with a = Φ⁻¹(rate), λ = φ(a) / rate the
    inverse Mills ratio (Heckman 1979, Econometrica 47, 153).

    >>> kept = probit_selection(0.7, 0.5)
    >>> round(kept.mean, 4), round(kept.variance, 4)
    (0.2484, 0.8732)
    """
    cut = float(ndtri(rate))
    mills = float(np.exp(-(cut**2) / 2) / np.sqrt(2 * np.pi)) / rate
    variance = 1 - correlation**2 * mills * (mills + cut)
    return Selected(rate, correlation * mills, variance)


def selection(chance: Chance, variable: str, mean: float = 0.0, sd: float = 1.0) -> Selected:
    """A normal variable among those whom a chance keeps, by quadrature.

    Parameters
    ----------
    chance
        Whose only path is ``variable``; a rate is met over the normal distribution.

    Examples
    --------
    >>> kept = selection(Chance(intercept=0.642, paths={"P": 0.40}), "P")
    >>> round(kept.rate, 4), round(kept.mean, 4)
    (0.6499, 0.1352)
    """
    nodes, weights = normal_nodes(mean, sd)
    index = index_of(chance.paths, {variable: nodes}, len(nodes))
    level = chance.level(lambda rate: intercept_for(rate, index, chance.link, weights))
    kept = weights * chance_of(level + index, chance.link)
    rate = float(kept.sum())
    centre = float(kept @ nodes) / rate
    return Selected(rate, centre, float(kept @ (nodes - centre) ** 2) / rate)
