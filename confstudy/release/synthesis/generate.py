"""The synthesizer: stage by stage, column by column, fitted once and drawn from at will."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from confstudy.codebook.schema import Codebook
from confstudy.release.synthesis.clusters import (
    Clusters,
    cluster_names,
    clusters_of,
    constant_within,
    drawn_clusters,
    members,
)
from confstudy.release.synthesis.columns import Column
from confstudy.release.synthesis.features import Coder, Part, Rows, coder_of, parts_before
from confstudy.release.synthesis.model import Model, model_of
from confstudy.release.synthesis.moments import moments
from confstudy.release.synthesis.selection import chosen
from confstudy.release.synthesis.streams import stream
from confstudy.release.synthesis.target import Drawing

__all__ = ["Synthesizer", "candidates", "some_rows", "synthesizer_of"]

Codes = NDArray[np.int64]
Places = NDArray[np.intp]
_FEWEST_CLUSTERS = 2
_CANDIDATES, _ROWS = 10, 30_000
_TRIES = 20


@dataclass(frozen=True, repr=False)
class Stage:
    """The columns of one kind of cluster, or of respondents (``key`` is empty)."""

    key: str
    models: tuple[Model, ...]
    coders: dict[Part, Coder]


@dataclass(frozen=True, repr=False)
class Synthesizer:
    """Fitted models of all columns; :meth:`draw` makes respondents from them."""

    codebook: Codebook
    columns: dict[str, Column]
    clusters: Clusters
    stages: tuple[Stage, ...]
    seed: int

    @property
    def source(self) -> Rows:
        """The respondents that the models were fitted to."""
        return _source(self.codebook, self.columns)

    def layout(self, n: int) -> tuple[Clusters, Rows]:
        """New clusters for ``n`` respondents, with what is true of all members of each."""
        clusters = drawn_clusters(self.clusters, n, self.seed)
        whole = Rows(self.codebook, self.columns, n)
        for stage in self.stages[:-1]:
            codes = clusters.chain[stage.key]
            rows = self._of_stage(stage, whole, codes)
            for model in stage.models:
                name = model.column.name
                whole.numbers[name] = rows.numbers[name][codes]
                whole.reasons[name] = rows.reasons[name][codes]
        return clusters, whole

    def _of_stage(self, stage: Stage, whole: Rows, codes: Codes) -> Rows:
        """Clusters' answers, by which models can tell apart what they can in the source."""
        names = [model.column.name for model in stage.models]
        real = some_rows(self.source, members(self.clusters.chain[stage.key]))
        for turn in range(_TRIES):
            pool = some_rows(whole, np.repeat(members(codes), _CANDIDATES))
            for model in stage.models:
                model.draw(pool, stage.coders, Drawing(self.seed, round=turn, even=True))
            rows = some_rows(pool, self._fitting(stage.key, pool, np.bincount(codes)))
            if _rank(rows, real, names) >= _rank(real, real, names):
                break
        return rows

    def _fitting(self, key: str, pool: Rows, sizes: Codes) -> Places:
        """The row of the pool for each cluster, with means over members as in the source."""
        count = len(sizes)
        values = moments(self.source, pool, ()).reshape(count, _CANDIDATES, -1)
        values *= (sizes * count / sizes.sum()).astype(np.float32)[:, None, None]
        rng, start = stream(self.seed, key, "selection"), np.zeros(count, dtype=np.intp)
        picked = chosen(values, np.ones((count, _CANDIDATES), dtype=bool), rng, start)
        return np.arange(count) * _CANDIDATES + picked

    def draw(self, clusters: Clusters, base: Rows, places: Places, turn: int) -> Rows:
        """Draw the respondents at ``places`` of a layout."""
        rows = some_rows(base, places)
        stage = self.stages[-1]
        how = Drawing(self.seed, tuple(codes[places] for codes in clusters.codes), turn)
        for model in stage.models:
            model.draw(rows, stage.coders, how)
        return rows

    def redraw(
        self, rows: Rows, clusters: Clusters, places: Places, names: Sequence[str], turn: int
    ) -> None:
        """Draw some columns of fresh rows at ``places`` again, given the columns before them."""
        stage = self.stages[-1]
        how = Drawing(self.seed, tuple(codes[places] for codes in clusters.codes), turn)
        for model in stage.models:
            if model.column.name in names:
                model.draw(rows, stage.coders, how)


def _rank(rows: Rows, real: Rows, names: Sequence[str]) -> int:
    """How many of the levels of some columns, as they are in the source, can be told apart."""
    parts = [np.ones(rows.n)]
    for name in names:
        values = rows.numbers[name]
        if rows.columns[name].kind == "numeric":
            parts.append(np.nan_to_num(values))
        else:
            known = np.unique(real.numbers[name])
            parts += [(values == level).astype(float) for level in known]
    return int(np.linalg.matrix_rank(np.column_stack(parts)))


def candidates(n: int) -> int:
    """How many rows are drawn for each of n places, of which one is chosen.

    >>> candidates(850), candidates(7000), candidates(50_000)
    (10, 4, 3)
    """
    return max(3, min(_CANDIDATES, _ROWS // n))


def synthesizer_of(
    codebook: Codebook, columns: Mapping[str, Column], order: Sequence[str], leaf: int, seed: int
) -> Synthesizer:
    """Fit every column on those before it in ``order``; cluster columns are made anew."""
    labels = {name: columns[name] for name in cluster_names(codebook, list(columns))}
    clusters = clusters_of(labels, codebook.design.cluster)
    source = _source(codebook, columns)
    left = [name for name in order if name not in labels]
    before: list[str] = []
    stages = []
    for key, codes in clusters.chain.items():
        names = [name for name in left if constant_within(columns[name], codes)]
        if names:
            rows, some = _of_clusters(source, columns, codes)
            stages.append(_stage(key, names, before, rows, some, (), leaf, seed))
        before += names
        left = [name for name in left if name not in names]
    whole = dict(columns)
    stages.append(_stage("", left, before, source, whole, clusters.codes, leaf, seed))
    return Synthesizer(codebook, whole, clusters, tuple(stages), seed)


def _stage(
    key: str,
    names: Sequence[str],
    before: Sequence[str],
    rows: Rows,
    columns: Mapping[str, Column],
    clusters: Sequence[Codes],
    leaf: int,
    seed: int,
) -> Stage:
    coders: dict[Part, Coder] = {}
    models = []
    done = list(before)
    for name in names:
        parts = parts_before(rows.codebook, done)
        for part in parts:
            if part not in coders:
                kind = "numeric" if part.items else columns[part.name].kind
                coders[part] = coder_of(rows.part(part), kind)
        models.append(model_of(columns[name], rows, parts, coders, clusters, leaf, seed))
        done.append(name)
    return Stage(key, tuple(models), coders)


def _source(codebook: Codebook, columns: Mapping[str, Column]) -> Rows:
    values = {name: column.numbers for name, column in columns.items()}
    reasons = {name: column.reasons for name, column in columns.items()}
    first = next(iter(values.values()))
    return Rows(codebook, columns, len(first), values, reasons)


def some_rows(rows: Rows, places: Places) -> Rows:
    """Some rows, with the columns that are there already."""
    values = {name: values[places] for name, values in rows.numbers.items()}
    reasons = {name: reasons[places] for name, reasons in rows.reasons.items()}
    return Rows(rows.codebook, rows.columns, len(places), values, reasons)


def _of_clusters(
    source: Rows, columns: Mapping[str, Column], codes: Codes
) -> tuple[Rows, dict[str, Column]]:
    """One row a cluster; an answer that one cluster alone has is not drawn again."""
    places = members(codes)
    some = {name: column.at(places) for name, column in columns.items()}
    for name, column in some.items():
        _, group, counts = np.unique(column.numbers, return_inverse=True, return_counts=True)
        shared = counts[group] >= _FEWEST_CLUSTERS
        donors = column.donors if column.smooth else column.donors & shared
        some[name] = replace(column, donors=donors)
    rows = some_rows(source, places)
    return Rows(source.codebook, some, rows.n, rows.numbers, rows.reasons), some
