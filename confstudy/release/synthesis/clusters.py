"""Therapists, practices and the like: which there are, what is true of all their members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from confstudy.codebook.schema import Codebook
from confstudy.release.synthesis.columns import Column
from confstudy.release.synthesis.streams import stream

__all__ = [
    "Clusters",
    "cluster_names",
    "clusters_of",
    "constant_within",
    "drawn_clusters",
    "members",
]

Codes = NDArray[np.int64]
Floats = NDArray[np.float64]
_JITTER = 0.15


@dataclass(frozen=True, repr=False)
class Clusters:
    """The clusters of the source, or of synthetic respondents.

    Attributes
    ----------
    chain
        Name → (n,) codes, large clusters first; each lies within one of the kind before it.
    crossed
        Those that do not lie within one another.
    """

    chain: dict[str, Codes]
    crossed: dict[str, Codes]

    @property
    def codes(self) -> tuple[Codes, ...]:
        """The codes of all kinds, as effects take them."""
        return (*self.chain.values(), *self.crossed.values())


def cluster_names(codebook: Codebook, names: Sequence[str]) -> list[str]:
    """Cluster columns with an open set of labels, which are made anew."""
    design = [codebook.design.cluster] if codebook.design.cluster in names else []
    declared = [*design, *(name for name in codebook.with_role("cluster") if name in names)]
    open_set = ("code", "numeric")
    return [n for n in dict.fromkeys(declared) if codebook.variables[n].type in open_set]


def clusters_of(labels: Mapping[str, Column], main: str) -> Clusters:
    """Sort the source's cluster columns: which contain the ``main`` one, which cross it."""
    codes = {name: _dense(column.numbers) for name, column in labels.items()}
    if not codes:
        return Clusters({}, {})
    finest = main if main in codes else max(codes, key=lambda name: codes[name].max())
    chain = {finest: codes[finest]}
    rest = [name for name in codes if name != finest]
    for name in sorted(rest, key=lambda name: -codes[name].max()):
        if _lies_within(next(iter(chain.values())), codes[name]):
            chain = {name: codes[name], **chain}
    crossed = {name: codes[name] for name in rest if name not in chain}
    return Clusters(chain, crossed)


def drawn_clusters(source: Clusters, n: int, seed: int) -> Clusters:
    """New clusters for ``n`` respondents: about as many and as large, none of them a source's.

    Sizes are those of the source, spread evenly over their distribution and moved by chance;
    which clusters lie in which larger one is drawn alike.
    """
    if not source.codes:
        return source
    ratio = n / len(source.codes[0])
    chain: dict[str, Codes] = {}
    inside = np.arange(n)
    count = n
    for name, codes in reversed(source.chain.items()):
        finer = next(iter(chain), None)
        units = codes if finer is None else codes[_first(source.chain[finer])]
        real = np.bincount(units)
        groups = min(count, max(1, round(len(real) * ratio)))
        parent = _assigned(real, count, groups, stream(seed, name, "sizes"))
        inside = parent if finer is None else parent[inside]
        chain = {name: inside, **chain}
        count = groups
    crossed = {}
    for name, codes in source.crossed.items():
        real = np.bincount(codes)
        rng = stream(seed, name, "sizes")
        crossed[name] = rng.permutation(_assigned(real, n, max(1, round(len(real) * ratio)), rng))
    return Clusters(chain, crossed)


def constant_within(column: Column, codes: Codes) -> bool:
    """Whether all members of each cluster have the same answer, so that it is the cluster's."""
    if codes.max() + 1 > len(codes) / 2:
        return False
    state = np.where(np.isnan(column.numbers), -1.0 - column.reasons, column.numbers)
    return bool((state == state[_first(codes)][codes]).all())


def members(codes: Codes) -> NDArray[np.intp]:
    """One row of each cluster, in the order of the codes."""
    return _first(codes)


def _first(codes: Codes) -> NDArray[np.intp]:
    return np.unique(codes, return_index=True)[1]


def _dense(values: Floats) -> Codes:
    return np.unique(np.nan_to_num(values, nan=-1e9), return_inverse=True)[1].astype(np.int64)


def _lies_within(fine: Codes, coarse: Codes) -> bool:
    return bool((coarse == coarse[_first(fine)][fine]).all())


def _assigned(real: Codes, total: int, groups: int, rng: np.random.Generator) -> Codes:
    """(total,) group of each unit; group sizes resemble the real ones and are all positive."""
    places = np.linspace(0, 1, groups) if groups > 1 else np.array([0.5])
    sizes = rng.permutation(np.quantile(real, places)) * np.exp(
        _JITTER * rng.standard_normal(groups)
    )
    share = (total - groups) * sizes / sizes.sum()
    whole = np.floor(share).astype(np.int64)
    left = total - groups - int(whole.sum())
    whole[np.argsort(whole - share, kind="stable")[:left]] += 1
    return np.repeat(np.arange(groups), whole + 1)
