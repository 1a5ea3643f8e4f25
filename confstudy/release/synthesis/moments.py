"""What tables and models say of the source, as means that synthetic respondents shall have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.codebook.schema import Codebook
from confstudy.errors import AnalysisError
from confstudy.models.formula import build_design
from confstudy.release.decision import THRESHOLD
from confstudy.release.synthesis.columns import Kind
from confstudy.release.synthesis.features import Part, Rows, parts_before

__all__ = ["frame_of", "moments"]

Floats = NDArray[np.float64]
Narrow = NDArray[np.float32]
_CODED = 60
_NUMBERS = 100_000_000
_OF_FORMULAS, _OF_MEANS = 4.0, 2.0
_FAR = 6.0
_LEVELS = 15
_RIDGE = 0.01
_ROWS_A_COLUMN = 50
_ROWS_A_PRODUCT = 40
_OF_PRODUCTS = 0.25
_ROLES = ("outcome", "exposure", "covariate", "arm", "sensitive", "quasi_identifier")


def moments(source: Rows, pool: Rows, formulas: Sequence[str]) -> Narrow:
    """(pool, p) what each candidate adds to means that are 0 over the source.

    They are the influence of a respondent on each coefficient of the ``formulas``; the means of
    all coded columns; the influence on the coefficients of each
    outcome and scale on the other columns; products of two columns of ten respondents or more.

    Notes
    -----
    Coefficients are standardized, so that a mean of .01 moves one by .01. Those of formulas count
    fourfold, means twice. Fewer respondents allow for fewer columns in models and products, since
    more would tell of single ones. Outcomes, scales and predictors come first.
    """
    n = source.n
    outcomes, blocks = _coded(source, pool)
    coded = np.hstack([block.coded for block in blocks]) if blocks else np.empty((n + pool.n, 0))
    room = int(np.sqrt(_NUMBERS / (n + pool.n)))
    parts = [_OF_FORMULAS * part for part in _influences(source, pool, formulas)]
    parts += [_OF_MEANS * coded, *_slopes(outcomes, blocks, n, min(_CODED, room))]
    if predictors := [block for block in blocks if not block.outcome]:
        parts.append(_products(predictors, n, min(_CODED, room, n // _ROWS_A_PRODUCT)))
    joined = np.hstack(parts)
    return np.asarray(joined[n:] - joined[:n].mean(axis=0), dtype=np.float32)


def frame_of(rows: Rows) -> pd.DataFrame:
    """The rows as formulas see them, with scales."""
    frame: dict[str, pd.Series[Any]] = {}
    for name, values in rows.numbers.items():
        column = rows.columns[name]
        if column.levels:
            codes = np.nan_to_num(values, nan=-1).astype(np.intp)
            frame[name] = pd.Series(pd.Categorical.from_codes(codes, pd.Index(column.levels)))
        else:
            frame[name] = pd.Series(values)
    for name, scale in rows.codebook.scales.items():
        if all(item in rows.numbers for item in scale.items):
            known = [~np.isnan(rows.numbers[item]) for item in scale.items]
            enough = np.mean(known, axis=0) >= scale.min_answered - 1e-9
            frame[name] = pd.Series(np.where(enough, rows.part(Part(name, scale.items)), np.nan))
    return pd.DataFrame(frame)


def _influences(source: Rows, pool: Rows, formulas: Sequence[str]) -> list[Narrow]:
    """What each row adds to the standardized least-squares coefficients of each formula."""
    if not formulas:
        return []
    frame = pd.concat([frame_of(source), frame_of(pool)], ignore_index=True)
    found = []
    for formula in formulas:
        try:
            design = build_design(formula, frame)
        except AnalysisError:
            continue
        real = np.flatnonzero(design.used) < source.n
        terms = design.matrix[:, (design.matrix[real] != 0).sum(axis=0) >= THRESHOLD]
        if min(real.sum(), (~real).sum()) < terms.shape[1] + THRESHOLD:
            continue
        slopes = np.linalg.lstsq(terms[real], design.outcome[real], rcond=None)[0]
        inverse = np.linalg.pinv(terms[~real].T @ terms[~real] / (~real).sum(), hermitian=True)
        scale = terms[real].std(axis=0) / (design.outcome[real].std() or 1.0)
        rest = (design.outcome - terms @ slopes)[:, None]
        influence = np.zeros((len(frame), terms.shape[1]), dtype=np.float32)
        influence[design.used] = (terms @ inverse) * scale * rest * (source.n / real.sum())
        found.append(influence)
    return found


@dataclass(frozen=True, repr=False)
class _Outcome:
    part: Part
    coded: Narrow


@dataclass(frozen=True, repr=False)
class _Block:
    """The coded columns of a part: (source + pool, d) standardized, and what is not the mode."""

    coded: Narrow
    there: NDArray[np.bool_]
    outcome: bool
    part: Part


def _coded(source: Rows, pool: Rows) -> tuple[list[_Outcome], list[_Block]]:
    """(source + pool, o) outcomes and scales as numbers, and all parts coded for formulas."""
    book = source.codebook
    names = [name for name in source.columns if name in pool.numbers]
    outcomes, blocks = [], []
    for part in sorted(parts_before(book, names), key=lambda part: _rank(book, part)):
        kind = "numeric" if part.items else source.columns[part.name].kind
        values = np.concatenate([source.part(part), pool.part(part)])
        outcome = _rank(book, part) == 0
        if outcome and kind != "nominal" and not np.isnan(values[: source.n]).all():
            filled = np.where(np.isnan(values), np.nanmean(values[: source.n]), values)
            outcomes.append(_Outcome(part, _standard(filled[:, None], source.n)[:, 0]))
        coded = _dummies(values, kind, source.n)
        there = coded[: source.n] != np.median(coded[: source.n], axis=0)
        enough = there.sum(axis=0) >= THRESHOLD
        if enough.any():
            block = _standard(coded[:, enough], source.n)
            blocks.append(_Block(block, there[:, enough], outcome, part))
    return outcomes, blocks


def _dummies(values: Floats, kind: Kind, n: int) -> Floats:
    """Numbers as they are, levels but for the first each by itself, and gaps."""
    gone = np.isnan(values)
    known = np.unique(values[:n][~gone[:n]])
    if kind == "numeric" or len(known) > _LEVELS:
        middle = values[:n][~gone[:n]].mean() if len(known) else 0.0
        return np.column_stack([np.where(gone, middle, values), gone])
    return np.column_stack([*(values == level for level in known[1:]), gone]).astype(float)


def _rank(codebook: Codebook, part: Part) -> int:
    """Scales and outcomes first, then predictors, then others, weights last."""
    if part.items:
        return 0
    roles = codebook.variables[part.name].role if part.name != "wave" else ()
    ranks = [_ROLES.index(role) for role in roles if role in _ROLES]
    return min(ranks, default=len(_ROLES) + ("weight" in roles))


def _slopes(
    outcomes: Sequence[_Outcome], blocks: Sequence[_Block], n: int, most: int
) -> list[Narrow]:
    """What each row adds to the coefficients of each outcome on all other columns."""
    found = []
    for outcome in outcomes:
        others = [block.coded for block in blocks if block.part != outcome.part]
        if not others:
            continue
        terms = np.hstack(others)[:, : min(most, n // _ROWS_A_COLUMN)]
        real, made = terms[:n], terms[n:]
        ridge = _RIDGE * np.eye(terms.shape[1], dtype=np.float32)
        slopes = np.linalg.solve(real.T @ real / n + ridge, real.T @ outcome.coded[:n] / n)
        weighted = terms @ np.linalg.inv(made.T @ made / len(made) + ridge)
        influence = weighted * (outcome.coded - terms @ slopes)[:, None]
        found.append(influence.astype(np.float32))
    return found


def _products(blocks: Sequence[_Block], n: int, most: int) -> Narrow:
    """Products of two columns that ten respondents or more have in common, with deviation 1."""
    values = np.hstack([block.coded for block in blocks])[:, :most]
    seen = np.hstack([block.there for block in blocks])[:, :most].astype(np.float32)
    one, two = np.triu_indices(values.shape[1])
    common = (seen.T @ seen)[one, two] >= THRESHOLD
    products: Narrow = values[:, one[common]] * values[:, two[common]]
    spread = products[:n].std(axis=0)
    products *= _OF_PRODUCTS / np.where(spread > 1e-6, spread, 1)
    return products


def _standard(values: Floats, n: int) -> Narrow:
    """Standardized by the source's n rows, and held within six deviations."""
    spread = values[:n].std(axis=0)
    scaled = (values - values[:n].mean(axis=0)) / np.where(spread > 0, spread, 1)
    return np.asarray(np.clip(scaled, -_FAR, _FAR), dtype=np.float32)
