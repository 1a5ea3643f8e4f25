"""Whether a few respondents decide what a model says: a check of its columns and its outcome."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.release.decision import Decision, Rules, worst
from confstudy.release.statistics import check_statistic

__all__ = ["Modelled", "judged", "top_share"]

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]
#: Levels of what is taken for a category; an R² that leaves next to nothing to be known.
_LEVELS, _PERFECT, _EXACT = 60, 0.999, 0.999


@dataclass(frozen=True, repr=False)
class Modelled:
    """A model as the check sees it: rows of weight 0 are gone.

    Attributes
    ----------
    matrix, names
        (n, p) and its columns' names; the constant may be missing.
    frame
        The predictors as they were given, and whatever else the model took.
    outcome, levels
        (n,) numbers, and (n,) the cell of the outcome, or None where it has none.
    who, weights
        (n,) the respondent of each row, from 0, and what the row weighs.
    spent
        How many coefficients were estimated.
    offset
        (n,), or None.
    alone
        Whether one cell of the outcome may hold everybody, as with times and counts.
    rate, ordered
        Whether the outcome is a count; whether thresholds stand between its levels.
    """

    matrix: Floats
    names: tuple[str, ...]
    frame: pd.DataFrame
    outcome: Floats
    levels: Integers | None
    who: Integers
    weights: Floats
    spent: int
    offset: Floats | None = None
    alone: bool = False
    rate: bool = False
    ordered: bool = False


def judged(view: Modelled, rules: Rules) -> Iterator[Decision]:
    """What speaks against a model; nothing where it may leave."""
    few = f"fewer than {rules.threshold} respondents"
    left = len(np.unique(view.who)) - view.spent
    if left < rules.df:
        yield Decision("fail", "residual df", f"{left} degrees of freedom are left")
        return
    yield from _outcome(view, rules)
    if top_share(view.weights, rules) > rules.dominance[1]:
        yield Decision("fail", "dominance", f"{few} have nearly all the weight")
    root = np.sqrt(view.weights)
    basis = _basis(np.column_stack([np.ones(len(root)), view.matrix]) * root[:, None])
    leverage = (basis**2).sum(axis=1)
    # No set of so few can hold more of a vector than its respondents' leverages add up to.
    heavy = np.bincount(view.who, weights=leverage).max() > rules.leverage / rules.threshold
    thin = _thin(view, basis, leverage, rules) if heavy else ""
    if thin:
        yield Decision("fail", "cells", f"a level of {thin} has {few}")
    if leverage.max() > rules.leverage:
        yield Decision("fail", "leverage", "one respondent decides a coefficient")
    yield from _full(view, leverage, rules)
    if heavy and any(
        _isolates(values, view.who, basis, root, rules)
        for values in (*view.matrix.T, *_numbers(view.frame))
    ):
        yield Decision("fail", "leverage", f"{few} decide a coefficient")
    if _perfect(view, root):
        yield Decision("fail", "perfect fit", "the predictors tell the outcome of each respondent")


def _outcome(view: Modelled, rules: Rules) -> Iterator[Decision]:
    """Rare levels of the outcome, and an outcome that a few respondents make up."""
    rare = f"a level of the outcome has fewer than {rules.threshold}"
    if view.levels is not None:
        sizes = _sizes(view.levels, view.who)
        # Of times and counts, everybody may have the event, or something to count.
        if (sizes[sizes > 0] < rules.threshold).any():
            yield Decision("fail", "outcome cells", rare)
            return
    common = pd.Series(view.outcome).mode().iloc[0]
    if 0 < len(np.unique(view.who[view.outcome != common])) < rules.threshold:
        yield Decision("fail", "outcome cells", rare)
        return
    ones = np.ones(len(view.outcome))
    outcome = view.outcome - view.outcome.mean()
    size = np.linalg.norm(outcome)
    basis = np.column_stack([ones / np.sqrt(len(ones)), outcome / size]) if size else ones[:, None]
    if size and _isolates(view.outcome, view.who, basis, ones, rules, exact=False):
        yield Decision("fail", "dominance", "a few respondents make up the outcome")


def _thin(view: Modelled, basis: Floats, leverage: Floats, rules: Rules) -> str:
    """Which variable or part of the formula has a level, or cell, that decides a coefficient."""
    held = np.bincount(view.who, weights=leverage)[view.who] > rules.leverage / rules.threshold
    for name, codes in _labels(view):
        sizes, spread = _sizes(codes, view.who), np.bincount(codes, weights=leverage)
        words = name in view.frame and not pd.api.types.is_numeric_dtype(view.frame[name])
        for code in np.unique(codes[held]):
            if not (1 if words else 2) <= sizes[code] < rules.threshold:
                continue
            # With so few rows, any large part of them explains much: only a sure sign counts.
            most = rules.leverage if sizes[code] <= len(codes) // 4 else _EXACT
            if spread[code] > most and np.linalg.norm(basis[codes == code], 2) ** 2 > most:
                return name
    return ""


def _labels(view: Modelled) -> Iterator[tuple[str, Integers]]:
    """Every way to put respondents into levels (n,): by variables, columns, and pairs of them."""
    columns = {str(name): pd.factorize(view.frame[name])[0] for name in view.frame}
    yield from columns.items()
    single = [pd.factorize(column.round(10))[0] for column in view.matrix.T]
    names = [re.sub(r"\[[^\]]*\]", "", name) for name in view.names]
    for part in dict.fromkeys(names):
        inside = [codes for codes, name in zip(single, names, strict=True) if name == part]
        yield part, _crossed(inside)
    for codes, name in zip(single, names, strict=True):
        yield name, codes
        yield name, (codes != np.bincount(codes).argmax()).astype(np.intp)
    known = {name: codes for name, codes in columns.items() if codes.max() < _LEVELS}
    for size in (2, 3):
        for chosen in combinations(known, size):
            yield " × ".join(chosen), _crossed([known[name] for name in chosen])
    discrete = [place for place, codes in enumerate(single) if codes.max() < _LEVELS]
    for one, other in combinations(discrete, 2):
        yield f"{names[one]} × {names[other]}", _crossed([single[one], single[other]])
    if discrete:
        yield "the predictors together", _crossed([single[place] for place in discrete])


def _full(view: Modelled, leverage: Floats, rules: Rules) -> Iterator[Decision]:
    """Groups of like predictors whose fitted value is their own mean: cells of a table."""
    columns = [pd.factorize(column.round(10))[0] for column in view.matrix.T]
    codes = _crossed([np.zeros(len(leverage), dtype=np.intp), *columns])
    sizes, spread = _sizes(codes, view.who), np.bincount(codes, weights=leverage)
    levels = 1 if view.levels is None else int(view.levels.max()) + 1
    if view.ordered and view.spent < (sizes > 0).sum() * (levels - 1):
        return
    for code in np.flatnonzero(spread > rules.leverage):
        inside = codes == code
        if sizes[code] < rules.threshold:
            yield Decision("fail", "saturated", "it repeats a table that has a cell under 10")
            return
        decided = Decision("pass", "", "")
        if view.levels is not None:
            counts = _sizes(view.levels[inside], view.who[inside])
            small = ((counts > 0) & (counts < rules.threshold)).any()
            if small or ((counts > 0).sum() == 1 and not view.alone):
                decided = Decision("fail", "", "it repeats a table that has a cell under 10")
        if view.levels is None or view.rate:
            decided = worst(
                [decided, check_statistic(pd.Series(view.outcome[inside]), "mean", rules)]
            )
        if decided.status == "fail":
            yield Decision("fail", "saturated", decided.reason)
            return


def _isolates(
    values: Floats, who: Integers, basis: Floats, root: Floats, rules: Rules, exact: bool = True
) -> bool:
    """Whether the model tells the smallest or largest few values of a column from the rest."""
    total = float(root @ root)
    for order in (np.argsort(values), np.argsort(-values)):
        first = order[: 1 + 50 * rules.threshold]
        new = ~pd.Series(who[first]).duplicated().to_numpy()
        ends = np.append(np.diff(values[first]) != 0, False)
        counted = new.cumsum()
        sums = (basis[first] * root[first, None]).cumsum(axis=0)
        size = (root[first] ** 2).cumsum()
        share = ((sums**2).sum(axis=1) - size**2 / total) / (size - size**2 / total)
        inside = ends & (counted < rules.threshold) & (size < total / 2)
        if (share[inside] > rules.leverage).any():
            return True
        tail = np.flatnonzero(inside & (counted <= len(values) // 4))
        if exact and len(tail) and np.linalg.norm(basis[first[: tail[-1] + 1]], 2) ** 2 > _EXACT:
            return True
    return False


def _perfect(view: Modelled, root: Floats) -> bool:
    columns = [np.ones(len(root)), *view.matrix.T]
    if view.offset is not None:
        columns += [view.offset, *([np.exp(view.offset)] if view.rate else [])]
    basis = _basis(np.column_stack(columns) * root[:, None])
    centred = (view.outcome - np.average(view.outcome, weights=root**2)) * root
    all_of_it = float(centred @ centred)
    return all_of_it > 0 and float(((basis.T @ centred) ** 2).sum()) > _PERFECT * all_of_it


def top_share(parts: Floats, rules: Rules) -> float:
    """What share of a sum of numbers from 0 up the largest nine (threshold − 1) of them make.

    >>> top_share(np.array([90.0, *[1.0] * 10]), Rules(threshold=2))
    0.9
    """
    total = float(parts.sum())
    return float(np.sort(parts)[-(rules.threshold - 1) :].sum()) / total if total > 0 else 1.0


def _basis(columns: Floats) -> Floats:
    """(n, r) orthonormal columns with the same span."""
    scale = np.linalg.norm(columns, axis=0)
    left, size, _ = np.linalg.svd(columns / np.where(scale > 0, scale, 1), full_matrices=False)
    return np.asarray(left[:, size > 1e-9 * size[0]])


def _crossed(parts: Sequence[Integers]) -> Integers:
    """(n,) the combination of levels, renumbered where there could be many."""
    codes = parts[0].astype(np.intp)
    for part in parts[1:]:
        codes = codes * (int(part.max()) + 1) + part
        if codes.max() > 10 * _LEVELS**2:
            codes = np.asarray(pd.factorize(codes)[0], dtype=np.intp)
    return codes


def _sizes(codes: Integers, who: Integers) -> Integers:
    """Respondents in each level; those with several rows count once."""
    if np.array_equal(who, np.arange(len(who))):
        return np.bincount(codes)
    pairs = pd.DataFrame({"code": codes, "who": who}).drop_duplicates()
    return np.bincount(pairs["code"])


def _numbers(frame: pd.DataFrame) -> list[Floats]:
    return [np.asarray(frame[name], dtype=float) for name in frame.select_dtypes("number")]
