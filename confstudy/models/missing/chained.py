"""The chains: each incomplete column drawn in turn from the others, all imputations at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr

from confstudy.models.missing.clustered import Groups, clustered_draw
from confstudy.models.missing.columns import Column
from confstudy.models.missing.draws import DRAWS, Drawn, Task
from confstudy.models.missing.plan import Plan

__all__ = ["Chains", "run_chains"]

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
_MOST_NUMBERS = 20_000_000


@dataclass(frozen=True, repr=False)
class Chains:
    """Where the chains ended and how they went.

    Attributes
    ----------
    drawn
        The last draw of each imputed column.
    means, sds
        (iterations, m) by imputed column: of the imputed values.
    notes
        Sentences on predictors that could not be used.
    """

    drawn: dict[str, Drawn]
    means: dict[str, Floats]
    sds: dict[str, Floats]
    notes: tuple[str, ...]


def run_chains(plan: Plan, m: int, iterations: int, seed: int) -> Chains:
    """Impute by chained equations (van Buuren, Boshuizen and Knook 1999).

    All m chains advance together; with many respondents, in several parts one after another,
    so that they fit into memory. The same seed gives the same draws.
    """
    width = sum(_width(column) for column in plan.columns.values()) + len(plan.derived) + 1
    part = max(1, min(m, _MOST_NUMBERS // (width * plan.rows)))
    sizes = [min(part, m - done) for done in range(0, m, part)]
    found = [
        _Run(plan, size, np.random.default_rng([seed, place])).finished(iterations)
        for place, size in enumerate(sizes)
    ]
    if len(found) == 1:
        return found[0]
    return Chains(
        {name: _joined([chains.drawn[name] for chains in found]) for name in found[0].drawn},
        {n: np.concatenate([chains.means[n] for chains in found], axis=1) for n in found[0].means},
        {n: np.concatenate([chains.sds[n] for chains in found], axis=1) for n in found[0].sds},
        found[0].notes,
    )


def _joined(parts: list[Drawn]) -> Drawn:
    def together(name: str) -> Floats | None:
        pieces = [getattr(part, name) for part in parts]
        return None if pieces[0] is None else np.concatenate(pieces)

    latent = np.concatenate([part.latent for part in parts])
    return Drawn(
        parts[0].scale, latent, together("cuts"), together("noise"), together("dispersion")
    )


def _width(column: Column) -> int:
    return (len(column.levels) - 1 if column.dummies else 1) + bool(column.absent.any())


class _Run:
    """The state of m chains: every predictor, standardised, for everybody."""

    def __init__(self, plan: Plan, m: int, rng: np.random.Generator) -> None:
        self.plan, self.m, self.rng = plan, m, rng
        self.values: dict[str, Floats] = {}
        self.places: dict[str, Places] = {}
        blocks, owners = [np.ones((m, plan.rows, 1))], 1
        for name, column in plan.columns.items():
            self.values[name] = self._filled(column)
            blocks.append(column.encoded(self.values[name]))
            if column.absent.any():
                gone = np.broadcast_to(column.absent[:, None].astype(float), (m, plan.rows, 1))
                blocks.append(gone)
            self.places[name] = np.arange(owners, owners + _width(column))
            owners += _width(column)
        for part in plan.derived:
            blocks.append(self._computed(part.name)[..., None])
            self.places[part.name] = np.array([owners])
            owners += 1
        self.state = np.concatenate(blocks, axis=2)
        self.centre = self.state.mean(axis=(0, 1))
        self.scale = self.state.std(axis=(0, 1))
        self.centre[0], self.scale[self.scale < 1e-12] = 0.0, 1.0
        self.state = (self.state - self.centre) / self.scale
        self.state[..., 0] = 1.0
        self.rows = {
            name: (
                np.flatnonzero(plan.columns[name].answered),
                np.flatnonzero(plan.columns[name].wanted),
            )
            for name in plan.targets
        }
        self.used, self.notes = self._independent()

    def finished(self, iterations: int) -> Chains:
        """Run the chains."""
        targets = self.plan.targets
        means = {name: np.empty((iterations, self.m)) for name in targets}
        sds = {name: np.empty((iterations, self.m)) for name in targets}
        starts: dict[str, Floats] = {}
        drawn: dict[str, Drawn] = {}
        for step in range(iterations):
            for name in targets:
                drawn[name], starts[name] = self._draw(name, starts.get(name))
                values = drawn[name].values(self.plan.shift.get(name, 0.0))
                self._put(name, values)
                means[name][step], sds[name][step] = values.mean(axis=1), values.std(axis=1)
        return Chains(drawn, means, sds, self.notes)

    def _filled(self, column: Column) -> Floats:
        """The column, unanswered questions filled with answers of others at random."""
        filled = np.tile(column.numbers, (self.m, 1))
        answers = column.numbers[column.answered]
        filled[:, column.wanted] = self.rng.choice(answers, (self.m, int(column.wanted.sum())))
        return filled

    def _computed(self, name: str) -> Floats:
        part = next(part for part in self.plan.derived if part.name == name)
        values = part.compute({source: self._numbers(source) for source in part.sources})
        return np.broadcast_to(
            np.nan_to_num(values, posinf=0.0, neginf=0.0), (self.m, self.plan.rows)
        )

    def _numbers(self, name: str) -> Floats:
        """A column as its numbers, also where it is kept as places among levels."""
        values, levels = self.values[name], self.plan.columns[name].levels
        if not levels or not all(isinstance(level, int | float) for level in levels):
            return values
        numbers = np.array([*map(float, levels)])[np.nan_to_num(values).astype(int)]
        return np.where(np.isnan(values), np.nan, numbers)

    def _draw(self, name: str, start: Floats | None) -> tuple[Drawn, Floats]:
        column = self.plan.columns[name]
        answered, wanted = self.rows[name]
        if len(column.levels) == 1:
            return Drawn("value", np.zeros((self.m, len(wanted)))), np.zeros((self.m, 0))
        x, missing = self._predictors(name, answered), self._predictors(name, wanted)
        if name in self.plan.reference:
            self._refer(name, missing)
        task = Task(x, missing, column.numbers[answered], len(column.levels), column.range, start)
        if self.plan.cluster is None:
            return DRAWS[column.method](task, self.rng)
        cluster = self.plan.cluster
        groups = Groups(cluster[answered], cluster[wanted], int(cluster.max()) + 1)
        return clustered_draw(task, column.method, groups, self.rng)

    def _predictors(self, name: str, rows: Places) -> Floats:
        used = self.used[name]
        x = self.state[:, rows[:, None], used]
        cluster = self.plan.cluster
        if cluster is None or len(used) < 2:
            return np.asarray(x)
        count = int(cluster.max()) + 1
        if count < 3 * len(used):
            return np.asarray(x)
        member = np.zeros((count, self.plan.rows))
        member[cluster, np.arange(self.plan.rows)] = 1
        means = member / member.sum(axis=1, keepdims=True) @ self.state[:, :, used[1:]]
        return np.concatenate([x, means[:, cluster[rows]]], axis=2)

    def _refer(self, name: str, missing: Floats) -> None:
        """Give everybody without an answer the reference level of the arm."""
        arm, level = self.plan.reference[name]
        block = self.plan.columns[arm].encoded(np.array([level]))[0]
        for place, value in zip(self.places[arm], block, strict=False):
            at = np.flatnonzero(self.used[name] == place)
            missing[:, :, at] = (value - self.centre[place]) / self.scale[place]

    def _put(self, name: str, values: Floats) -> None:
        column, (_, wanted) = self.plan.columns[name], self.rows[name]
        self.values[name][:, wanted] = values
        block = column.encoded(values)
        places = self.places[name][: block.shape[2]]
        self.state[:, wanted[:, None], places] = (block - self.centre[places]) / self.scale[places]
        for part in self.plan.derived:
            if name in part.sources:
                place = self.places[part.name][0]
                computed = self._computed(part.name)
                self.state[..., place] = (computed - self.centre[place]) / self.scale[place]

    def _independent(self) -> tuple[dict[str, Places], tuple[str, ...]]:
        """For each column the predictors that vary and say something new, the constant first."""
        used, notes = {}, []
        for name in self.plan.targets:
            names = self.plan.predictors.get(name, ())
            owners = ["", *(other for other in names for _ in self.places[other])]
            places = np.concatenate([[0], *(self.places[other] for other in names)]).astype(int)
            keep = _varied(self.state[0][self.rows[name][0][:, None], places])
            left = sorted({owners[i] for i in range(len(places)) if i not in keep})
            if left:
                notes.append(f"'{name}' is imputed without collinear or constant {', '.join(left)}")
            used[name] = places[keep]
        return used, tuple(notes)


def _varied(x: Floats) -> list[int]:
    """Places of linearly independent columns, the first always among them."""
    rest = x[:, 1:] - x[:, 1:].mean(axis=0)
    if rest.size == 0:
        return [0]
    _, upper, order = qr(rest, mode="economic", pivoting=True)
    size = np.abs(np.diag(upper))
    rank = int((size > 1e-7 * np.sqrt(len(x))).sum())
    return [0, *sorted(int(place) + 1 for place in order[:rank])]
