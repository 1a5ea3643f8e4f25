"""Outcomes redrawn for a few rows, until the coefficients of their models are the source's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.codebook.schema import Codebook
from confstudy.errors import AnalysisError
from confstudy.models.formula import build_design
from confstudy.release.decision import THRESHOLD
from confstudy.release.synthesis.clusters import Clusters
from confstudy.release.synthesis.features import Rows
from confstudy.release.synthesis.generate import Synthesizer, candidates, some_rows
from confstudy.release.synthesis.moments import frame_of
from confstudy.release.synthesis.uniques import Keys, replicated

__all__ = ["refined"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.intp]
#: Coefficients are brought this near, in standard deviations, and not nearer; of few respondents,
#: to half of the least standard error, since more would tell of single ones.
_NEAR, _OF_ERROR = 0.02, 0.5
_AIM = 0.85
_PAIRED = 300
_ROUNDS = 6


def refined(
    synthesizer: Synthesizer,
    rows: Rows,
    clusters: Clusters,
    formulas: Sequence[str],
    keys: Sequence[Keys],
) -> Rows:
    """The rows, with the outcomes of some redrawn from their models.

    Parameters
    ----------
    rows, clusters
        Chosen rows and their clusters.
    formulas
        Models whose standardized coefficients shall be near the source's: within .02, or half of
        the least standard error where that is more.
    keys
        What no row may repeat.

    Notes
    -----
    Given its predictors, an outcome has far more answers than its model has coefficients: a
    few of them, drawn again as they were drawn first, are enough. Of the new draws that which
    brings the coefficients nearest is taken, one row after the other, with the answers to the
    questions that the outcome leads to. Quasi-identifiers are left as they are.
    """
    gaps = {one: _gap(synthesizer, one, rows) for one in dict.fromkeys(formulas)}
    blocks = [block for block in dict.fromkeys(map(partial(_block, synthesizer), gaps)) if block]
    about = {block: [one for one in gaps if _mentions(synthesizer, one, block)] for block in blocks}
    near = max(_NEAR, _OF_ERROR / np.sqrt(synthesizer.source.n))
    for turn in range(1, _ROUNDS + 1):
        far = [block for block in blocks if max(gaps[one] for one in about[block]) > near]
        for block in far:
            rows = _redrawn(synthesizer, rows, clusters, block, about[block], keys, near, turn)
            gaps |= {one: _gap(synthesizer, one, rows) for one in about[block]}
    return rows


def _block(synthesizer: Synthesizer, formula: str) -> tuple[str, ...]:
    """The columns of a formula's outcome and those it leads to; () where one is fixed."""
    name = formula.split("~")[0].strip()
    scales, fixed = synthesizer.codebook.scales, synthesizer.codebook.with_role("quasi_identifier")
    names = dict.fromkeys(scales[name].items if name in scales else (name,))
    models = synthesizer.stages[-1].models
    for model in models:
        if not names.keys().isdisjoint(model.condition):
            names[model.column.name] = None
    free = {model.column.name for model in models} - {*fixed, "wave"}
    return tuple(names) if free.issuperset(names) else ()


def _mentions(synthesizer: Synthesizer, formula: str, block: Sequence[str]) -> bool:
    return not _columns(synthesizer.codebook, formula).isdisjoint(block)


def _columns(codebook: Codebook, formula: str) -> set[str]:
    """The words of a formula, and the items of the scales among them."""
    words = set(re.findall(r"\w+", formula))
    return words.union(*(codebook.scales[name].items for name in words & codebook.scales.keys()))


def _part(rows: Rows, formula: str) -> Rows:
    """The rows with the columns of a formula only."""
    names = _columns(rows.codebook, formula) & rows.numbers.keys()
    values = {name: rows.numbers[name] for name in rows.numbers if name in names}
    return Rows(rows.codebook, rows.columns, rows.n, values)


def _redrawn(
    synthesizer: Synthesizer,
    rows: Rows,
    clusters: Clusters,
    block: Sequence[str],
    formulas: Sequence[str],
    keys: Sequence[Keys],
    near: float,
    turn: int,
) -> Rows:
    """The rows with other answers to the columns of a block, where that helps the formulas."""
    n = rows.n
    each = 1 + candidates(n)
    places = np.repeat(np.arange(n), each)
    pool = some_rows(rows, places)
    synthesizer.redraw(pool, clusters, places, block, turn)
    now = np.arange(n) * each
    for name in block:
        pool.numbers[name][now] = rows.numbers[name]
        pool.reasons[name][now] = rows.reasons[name]
    pulls = [_pull(synthesizer, formula, pool, now) for formula in formulas]
    gap = np.concatenate([pull[0] for pull in pulls])
    added = np.hstack([pull[1] for pull in pulls]).reshape(n, each, -1)
    allowed = ~replicated(keys, pool.numbers).reshape(n, each)
    picked = _nearest(gap / near, added / (n * near), allowed, 2 * turn)
    return some_rows(pool, now + picked)


def _nearest(gap: Floats, added: Floats, allowed: Flags, power: int) -> Places:
    """(n,) candidates: change by change the one, or the two, that bring the gaps nearest.

    ``added`` is (n, m, p), what each candidate adds to the (p,) gaps; the first stands there now.
    The higher the ``power``, the more the largest gap counts.
    """
    change = added - added[:, :1]
    open_to = allowed.copy()
    open_to[:, 0] = False
    open_to &= np.abs(change).max(axis=2, initial=0) > 0
    place, which = np.nonzero(open_to)
    change, picked = change[open_to], np.zeros(len(added), dtype=np.intp)
    # Candidates of a place often say the same.
    same = np.column_stack([place, change]).round(9)
    first = np.sort(np.unique(same, axis=0, return_index=True)[1])
    place, which, change = place[first], which[first], change[first]
    while (cost := float(_over(gap, power))) > 0 and len(place):
        costs = _over(gap + change, power)
        taken = [int(costs.argmin())]
        if costs[taken[0]] >= cost:
            taken = _pair(gap, change, place, np.argsort(costs, kind="stable")[:_PAIRED], power)
            if _over(gap + change[taken].sum(axis=0), power) >= cost:
                break
        gap = gap + change[taken].sum(axis=0)
        picked[place[taken]] = which[taken]
        left = ~np.isin(place, place[taken])
        change, place, which = change[left], place[left], which[left]
    return picked


def _pair(gap: Floats, change: Floats, place: Places, among: Places, power: int) -> list[int]:
    """The best two changes of different places, ``among`` some."""
    costs = _over(gap + change[among][:, None] + change[among][None], power)
    costs[place[among][:, None] == place[among][None]] = np.inf
    return [int(among[one]) for one in np.unravel_index(costs.argmin(), costs.shape)]


def _over(gaps: Floats, power: int) -> Floats:
    """(...,): what is beyond the aim, raised to a power and summed."""
    beyond = np.maximum(np.abs(gaps) - _AIM, 0)
    return np.asarray((beyond**power).sum(axis=-1))


def _gap(synthesizer: Synthesizer, formula: str, rows: Rows) -> float:
    return float(np.abs(_pull(synthesizer, formula, rows, np.arange(rows.n))[0]).max(initial=0))


def _pull(synthesizer: Synthesizer, formula: str, pool: Rows, now: Places) -> tuple[Floats, Floats]:
    """(p,) standardized coefficients of the rows ``now`` minus the source's; (pool, p) influences.

    An influence is what a row, standing n times, would add to a coefficient to first order: to
    the slope, and to the deviations by which it is standardized.
    """
    nothing = np.empty(0), np.empty((pool.n, 0))
    frames = [frame_of(_part(one, formula)) for one in (synthesizer.source, pool)]
    try:
        design = build_design(formula, pd.concat(frames, ignore_index=True))
    except AnalysisError:
        return nothing
    n = len(frames[0])
    terms = np.zeros((len(design.used), design.matrix.shape[1]))
    terms[design.used] = design.matrix
    outcome = np.zeros(len(terms))
    outcome[design.used] = design.outcome
    real, there = design.used[:n], design.used[n:]
    some = n + now[there[now]]
    one, two = terms[:n][real], terms[some]
    shown = ((one != 0).sum(axis=0) >= THRESHOLD) & (np.ptp(one, axis=0) > 0)
    shown &= np.ptp(two, axis=0) > 0 if len(two) else False
    drawn = two[:, two.any(axis=0)]
    # Where no row has the level that others are compared with, there is nothing to compare.
    unlike = np.linalg.matrix_rank(drawn) < drawn.shape[1]
    if unlike or not shown.any() or np.ptp(outcome[:n][real]) == 0 or np.ptp(outcome[some]) == 0:
        return nothing
    target = _scaled(one, outcome[:n][real])[1]
    slopes, scaled = _scaled(two, outcome[some])
    inverse = np.linalg.pinv(two.T @ two / len(two), hermitian=True)
    spread, deviation = two.std(axis=0), outcome[some].std()
    rest = outcome[n:] - terms[n:] @ slopes
    added = (terms[n:] @ inverse)[:, shown] * rest[:, None] * spread[shown] / deviation
    wide = ((terms[n:] - two.mean(axis=0))[:, shown] / spread[shown]) ** 2
    tall = ((outcome[n:] - outcome[some].mean()) / deviation) ** 2
    added += scaled[shown] * (wide - tall[:, None]) / 2
    added[~there] = 0
    return (scaled - target)[shown], added * (len(now) / len(two))


def _scaled(terms: Floats, outcome: Floats) -> tuple[Floats, Floats]:
    """Slopes, and those in standard deviations."""
    slopes = np.asarray(np.linalg.lstsq(terms, outcome, rcond=None)[0], dtype=np.float64)
    return slopes, slopes * terms.std(axis=0) / outcome.std()
