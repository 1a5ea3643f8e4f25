"""What a design's replications look like before any analysis: response, ICC, α."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from confstudy.design.declare import Design
from confstudy.design.diagnosands import Diagnosand, average
from confstudy.design.drawing import draw_batch
from confstudy.design.scales import Scale, scale_of
from confstudy.simulate.measure.styles import answers_of
from confstudy.simulate.model.names import UNITS
from confstudy.simulate.model.world import World

__all__ = ["alpha_of", "icc_of", "realised"]

Floats = NDArray[np.float64]
_ROWS = 250_000


def realised(
    design: Design, columns: Collection[str], outcomes: Collection[str], replications: int
) -> dict[str, Diagnosand]:
    """Response rate, ICC of each outcome by therapist, and α of each scale among the columns.

    The response rate is the share of clients who answer, of the population where a sample is
    drawn. α is of all clients, before anything is missing.

    Returns
    -------
    dict
        ``response rate``, ``ICC of …``, ``α of …`` → mean over replications with its error.

    Examples
    --------
    >>> from confstudy.design.simple import clusters
    >>> found = realised(clusters(20, 20, icc=0.1, seed=1), ["y"], ["y"], 50)
    >>> round(found["response rate"].value, 2), abs(found["ICC of y"].value - 0.1) < 0.03
    (1.0, True)
    """
    parts: dict[str, list[Floats]] = {}
    size = max(1, min(replications, _ROWS // design.n))
    for first in range(0, replications, size):
        count = min(size, replications - first)
        for name, values in _part(design, columns, outcomes, first, count).items():
            parts.setdefault(name, []).append(values)
    whole = {name: np.concatenate(each) for name, each in parts.items()}
    return {name: average(each[np.isfinite(each)]) for name, each in whole.items()}


def icc_of(values: Floats, groups: NDArray[np.intp]) -> Floats:
    """(R,) intraclass correlations of (R, n) values by group, from the analysis of variance.

    Groups of unequal size count by n₀ = (n − Σ nⱼ² / n) / (groups − 1) (Donner, 1986). NaN
    where there is one group, or one member in each. An ICC may come out below 0.

    >>> icc_of(np.array([[1.0, 1.0, 3.0, 3.0]]), np.array([[0, 0, 1, 1]])).tolist()
    [1.0]
    """
    found = np.full(len(values), np.nan)
    for place, (row, codes) in enumerate(zip(values, groups, strict=True)):
        kept = np.isfinite(row) & (codes >= 0)
        y, unit = row[kept], np.unique(codes[kept], return_inverse=True)[1]
        sizes = np.bincount(unit)
        if len(sizes) < 2 or len(sizes) == len(y):
            continue
        means = np.bincount(unit, y) / sizes
        between = float(sizes @ (means - y.mean()) ** 2) / (len(sizes) - 1)
        within = float(((y - means[unit]) ** 2).sum()) / (len(y) - len(sizes))
        size = (len(y) - float((sizes**2).sum()) / len(y)) / (len(sizes) - 1)
        whole = between + (size - 1) * within
        found[place] = (between - within) / whole if whole else np.nan
    return found


def alpha_of(items: Floats) -> Floats:
    """(R,) Cronbach's α of (k, R, n) answers to items that are keyed alike.

    >>> alpha_of(np.array([[[1.0, 2, 3]], [[1.0, 2, 3]]])).tolist()
    [1.0]
    """
    own, total = items.var(axis=2, ddof=1).sum(axis=0), items.sum(axis=0).var(axis=1, ddof=1)
    shown = np.where(total > 0, total, np.nan)
    return np.asarray(len(items) / (len(items) - 1) * (1 - own / shown))


def _part(
    design: Design, columns: Collection[str], outcomes: Collection[str], first: int, count: int
) -> dict[str, Floats]:
    plain = [name for name in outcomes if name in design.columns and name not in UNITS]
    batch = draw_batch(design, first, count, dict.fromkeys([*plain, "therapist"]))
    groups = batch.groups["therapist"]
    found = {"response rate": (groups >= 0).mean(axis=1)}
    if design.therapists > 1:
        found |= {f"ICC of {name}": icc_of(batch.columns[name], groups) for name in plain}
    scales = {name: scale_of(design, name) for name in columns}
    used = {name: scale for name, scale in scales.items() if scale is not None}
    if used:
        people = design.people(first, count)
        latent = World(design.structure, people).values(wanted={s.of for s in used.values()})
        for name, scale in used.items():
            answers = _items(design, scale, latent[scale.of], first, count)
            found[f"α of {name}"] = alpha_of(answers)
    return found


def _items(design: Design, scale: Scale, latent: Floats, first: int, count: int) -> Floats:
    people, ends = design.people(first, count), sum(scale.points)
    given = answers_of(
        latent, scale.solved, scale.points, scale.reverse, design.structure.styles, people.streams
    )
    keyed = [ends - a.astype(float) if i in scale.reverse else a for i, a in given.items()]
    return np.array(keyed, dtype=float).reshape(len(keyed), count, -1)
