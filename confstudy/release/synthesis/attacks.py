"""Three attacks on synthetic respondents, each on those they were made from and on others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Attack", "Records", "infer", "link", "single_out"]

Floats = NDArray[np.float64]
_CONDITIONS = 4
_TRIES = 100
_NEAR = 0.05


@dataclass(frozen=True, repr=False)
class Records:
    """(n,) numbers by column; ``spans`` hold the range of what is measured, 0 of categories."""

    numbers: Mapping[str, Floats]
    spans: Mapping[str, float]

    @property
    def n(self) -> int:
        """The number of records."""
        return len(next(iter(self.numbers.values())))

    def at(self, places: NDArray[np.intp]) -> Records:
        """Some of the records."""
        return Records({name: one[places] for name, one in self.numbers.items()}, self.spans)


@dataclass(frozen=True)
class Attack:
    """How often guesses were right about the source, and about people who are not in it.

    ``gains`` has the risk of each measurement, where several are taken together.
    """

    name: str
    attacks: int
    hits: int
    controls: int
    control_hits: int
    gains: tuple[float, ...] = ()

    @property
    def gain(self) -> float:
        """The share of people whom only the synthetic data give away; below 0 by chance."""
        rate, base = (self.hits / max(self.attacks, 1), self.control_hits / max(self.controls, 1))
        return (rate - base) / max(1 - base, 1e-9)


def single_out(
    synthetic: Records, source: Records, control: Records, tries: int, rng: np.random.Generator
) -> Attack:
    """Guess that a description of just one synthetic record fits just one person.

    A description is the answers to up to four questions; numbers are described as at least, or
    at most, what the record has, whichever is rarer.
    """
    names = list(synthetic.numbers)
    medians = {name: float(np.nanmedian(synthetic.numbers[name])) for name in names
               if not np.isnan(synthetic.numbers[name]).all()}  # fmt: skip
    found = hits = control_hits = 0
    for _ in range(_TRIES * tries):
        if found == tries:
            break
        count = min(len(names), int(rng.integers(1, _CONDITIONS + 1)))
        chosen = [names[place] for place in rng.choice(len(names), count, replace=False)]
        record = int(rng.integers(synthetic.n))
        picked = {name: float(synthetic.numbers[name][record]) for name in chosen}
        if _fitting(synthetic, picked, medians) != 1:
            continue
        found += 1
        hits += _fitting(source, picked, medians) == 1
        control_hits += _fitting(control, picked, medians) == 1
    return Attack("singling out", found, hits, found, control_hits)


def _fitting(records: Records, picked: Mapping[str, float], medians: Mapping[str, float]) -> int:
    fits = np.ones(records.n, dtype=bool)
    for name, value in picked.items():
        values = records.numbers[name]
        if np.isnan(value):
            fits &= np.isnan(values)
        elif not records.spans[name]:
            fits &= values == value
        else:
            fits &= values >= value if value > medians[name] else values <= value
    return int(fits.sum())


def link(synthetic: Records, source: Records, control: Records, rng: np.random.Generator) -> Attack:
    """Guess that two halves of the questions belong to one person.

    An attacker who holds both halves of somebody's answers apart, not knowing that they belong
    together, finds the synthetic record nearest to each; a hit is the same record twice.
    """
    names = [str(name) for name in rng.permutation(list(synthetic.numbers))]
    halves = names[::2], names[1::2]
    hits = []
    for targets in (source, control):
        nearest = [_nearest(_distances(targets, synthetic, half)) for half in halves]
        hits.append(int((nearest[0] == nearest[1]).sum()))
    return Attack("linkability", source.n, hits[0], control.n, hits[1])


def infer(
    synthetic: Records, source: Records, control: Records, secrets: Sequence[str]
) -> list[Attack]:
    """Guess one answer of a person, all others being known, from the nearest synthetic record."""
    names = list(synthetic.numbers)
    whole = [_distances(targets, synthetic, names) for targets in (source, control)]
    found = []
    for secret in secrets:
        counts: list[int] = []
        for targets, distances in zip((source, control), whole, strict=True):
            others = distances - _distances(targets, synthetic, [secret])
            guess = synthetic.numbers[secret][_nearest(others)]
            truth = targets.numbers[secret]
            known = ~np.isnan(truth)
            near = np.abs(guess - truth) <= _NEAR * synthetic.spans[secret]
            counts += [int(known.sum()), int((near & known).sum())]
        attacks, hits, controls, control_hits = counts
        found.append(Attack(f"inference of {secret}", attacks, hits, controls, control_hits))
    return found


def _nearest(distances: NDArray[np.float32]) -> NDArray[np.intp]:
    """Rounded, so that the order of a sum does not decide between equals."""
    return np.asarray(distances.round(4).argmin(axis=1))


def _distances(targets: Records, others: Records, names: Sequence[str]) -> NDArray[np.float32]:
    """(targets, others) Gower distances; missing is near to missing only."""
    total = np.zeros((targets.n, others.n), dtype=np.float32)
    for name in names:
        one, two = targets.numbers[name][:, None], others.numbers[name][None, :]
        span = targets.spans[name]
        apart = np.abs(one - two) / span if span else (one != two).astype(float)
        gone = np.isnan(one) | np.isnan(two)
        both = np.isnan(one) & np.isnan(two)
        total += np.where(both, 0.0, np.where(gone, 1.0, np.minimum(apart, 1.0))).astype(np.float32)
    return total
