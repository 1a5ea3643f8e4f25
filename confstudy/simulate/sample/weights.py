"""Replicate weights of a stratified cluster sample: jackknife, balanced halves, bootstrap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field, PositiveInt, model_validator
from scipy.linalg import hadamard

from confstudy.codebook.schema import Replicates
from confstudy.errors import StructureError
from confstudy.simulate.model.parts import Part
from confstudy.simulate.model.streams import Streams

__all__ = ["ReplicateWeights", "Replication", "replicate_weights"]

Codes = NDArray[np.intp]
Floats = NDArray[np.float64]
Method = Literal["JK1", "JKn", "BRR", "Fay", "bootstrap"]


class Replication(Part):
    """Which replicate weights a sample gets.

    Parameters
    ----------
    method
        ``JK1`` leaves out one cluster at a time, ``JKn`` one of a stratum; ``BRR`` takes one of
        the two clusters of every stratum, ``Fay`` weighs them 2 − ρ and ρ; ``bootstrap`` draws
        one cluster fewer than a stratum has (Rao & Wu 1988).
    replicates
        How many; for the bootstrap only.
    fay
        ρ; for Fay's method only.
    """

    method: Method
    replicates: PositiveInt | None = None
    fay: Annotated[float, Field(gt=0, lt=1)] | None = None

    @model_validator(mode="after")
    def _has_what_its_method_needs(self) -> Self:
        if (self.method == "bootstrap") == (self.replicates is None):
            raise ValueError("'replicates' is for the method 'bootstrap', which needs it")
        if (self.method == "Fay") == (self.fay is None):
            raise ValueError("'fay' is for the method 'Fay', which needs it")
        return self


@dataclass(frozen=True, eq=False, repr=False)
class ReplicateWeights:
    """Weights that stand in for other samples the design could have given.

    Attributes
    ----------
    full
        The design weights, shape ``(n,)``.
    weights
        The replicate weights, shape ``(n, replicates)``.
    multipliers
        What each replicate's squared deviation counts, shape ``(replicates,)``.
    df
        Clusters less strata.
    """

    full: Floats
    weights: Floats
    method: Method
    multipliers: Floats
    df: int

    def variance(self, estimate: float, replicated: Floats) -> float:
        """The sampling variance of an estimate, from the same estimate by each replicate."""
        return float(self.multipliers @ (replicated - estimate) ** 2)

    def table(self, prefix: str = "weight_") -> pd.DataFrame:
        """One column a replicate, ``weight_01`` and on."""
        return pd.DataFrame(self.weights, columns=list(self._names(prefix)))

    def declared(self, prefix: str = "weight_") -> Replicates:
        """How a codebook declares the columns of :meth:`table` under ``design.replicates``.

        One multiplier where all replicates have the same, else one a replicate.
        """
        one = np.allclose(self.multipliers, self.multipliers[0], rtol=1e-12, atol=0)
        return Replicates(
            weights=self._names(prefix),
            method=self.method,
            multiplier=float(self.multipliers[0]) if one else None,
            multipliers=() if one else tuple(self.multipliers.tolist()),
            df=self.df,
        )

    def _names(self, prefix: str) -> tuple[str, ...]:
        count = len(self.multipliers)
        return tuple(f"{prefix}{r + 1:0{len(str(count))}d}" for r in range(count))

    def __repr__(self) -> str:
        return f"ReplicateWeights: {self.method}, {len(self.multipliers)} replicates, df {self.df}"


def replicate_weights(
    replication: Replication,
    weight: Floats,
    cluster: NDArray[Any],
    stratum: NDArray[Any] | None = None,
    streams: Streams | None = None,
) -> ReplicateWeights:
    """Make replicate weights from design weights, strata and first-stage clusters.

    Parameters
    ----------
    weight
        Design weights, shape ``(n,)``.
    cluster, stratum
        The cluster and the stratum of each respondent, shape ``(n,)``; clusters of one name
        in two strata are two. For random groups, give the groups as clusters.
    streams
        Random numbers, for the bootstrap only.

    Raises
    ------
    StructureError
        When a stratum has too few clusters for the method, or JK1 is asked for with strata.

    Notes
    -----
    Clusters count as drawn with replacement: nothing is taken off for a large share of the
    clusters being in the sample. Wolter (2007), Introduction to Variance Estimation; Judkins
    (1990) on Fay's method, Journal of Official Statistics 6, 223; Rao & Wu (1988), JASA 83, 231.

    Examples
    --------
    >>> made = replicate_weights(Replication(method="JK1"), np.ones(50), np.arange(50))
    >>> made, float(made.multipliers[0])
    (ReplicateWeights: JK1, 50 replicates, df 49, 0.98)
    >>> y = np.arange(50.0)
    >>> means = y @ made.weights / made.weights.sum(axis=0)
    >>> round(made.variance(y.mean(), means), 9), y.var(ddof=1) / 50
    (4.25, np.float64(4.25))
    """
    strata = np.zeros(len(weight), dtype=np.intp) if stratum is None else _codes(stratum)
    pair = _codes(strata * (len(weight) + 1) + _codes(cluster))
    of = strata[np.unique(pair, return_index=True)[1]]
    _require_clusters(replication, np.bincount(of))
    if replication.method == "bootstrap":
        if streams is None or replication.replicates is None:
            raise StructureError("The bootstrap draws at random: give 'streams'.")
        factors, multipliers = _bootstrap(of, replication.replicates, streams)
    elif replication.method in ("BRR", "Fay"):
        factors, multipliers = _balanced(of, replication.fay or 0.0)
    else:
        factors, multipliers = _jackknife(of)
    weights = np.asarray(weight, dtype=float)
    df = len(of) - len(np.unique(of))
    return ReplicateWeights(
        weights, weights[:, None] * factors[pair], replication.method, multipliers, df
    )


def _codes(labels: NDArray[Any]) -> Codes:
    return np.asarray(pd.factorize(labels, sort=True, use_na_sentinel=False)[0])


def _require_clusters(replication: Replication, counts: Codes) -> None:
    method = replication.method
    if method == "JK1" and len(counts) > 1:
        raise StructureError("JK1 is for a sample without strata; use JKn, or leave them out.")
    if method in ("BRR", "Fay") and (counts != 2).any():
        raise StructureError(
            f"{method} needs exactly two clusters in every stratum; "
            f"{int((counts != 2).sum())} strata have others. Use JKn."
        )
    if (counts < 2).any():
        raise StructureError(
            f"{method} needs two clusters or more in every stratum; {int((counts < 2).sum())} "
            "strata have one. Join them with others."
        )


def _jackknife(of: Codes) -> tuple[Floats, Floats]:
    """Each cluster is left out once; the others of its stratum stand in for it."""
    counts = np.bincount(of)[of].astype(float)
    factors = np.where(of[:, None] == of, counts / (counts - 1), 1.0)
    np.fill_diagonal(factors, 0.0)
    return factors, (counts - 1) / counts


def _balanced(of: Codes, fay: float) -> tuple[Floats, Floats]:
    """Half-samples from the columns of a Hadamard matrix, but for its constant one."""
    strata = int(of.max()) + 1
    order = 1 << strata.bit_length()
    signs = hadamard(order)[:, 1 : strata + 1].T.astype(float)[of]
    side = np.ones(len(of))
    side[np.unique(of, return_index=True)[1]] = -1.0
    factors = 1 + (1 - fay) * side[:, None] * signs
    return factors, np.full(order, 1 / (order * (1 - fay) ** 2))


def _bootstrap(of: Codes, replicates: int, streams: Streams) -> tuple[Floats, Floats]:
    """One cluster fewer than there are, drawn with replacement in every stratum."""
    uniform = streams.uniform("replicates", replicates * len(of)).reshape(replicates, len(of))
    factors = np.empty((len(of), replicates))
    rows = np.arange(replicates)[:, None]
    for stratum in range(int(of.max()) + 1):
        members = np.flatnonzero(of == stratum)
        m = len(members)
        drawn = np.floor(uniform[:, members[:-1]] * m).astype(np.intp)
        times = np.bincount((rows * m + drawn).ravel(), minlength=replicates * m)
        factors[members] = times.reshape(replicates, m).T * m / (m - 1)
    return factors, np.full(replicates, 1 / replicates)
