"""Whether a few respondents decide what a model says: a check of its columns and its outcome."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
    left = int(view.who.max()) + 1 if len(view.who) else 0
    left = len(np.unique(view.who)) - view.spent if left else -view.spent
    if left < rules.df:
        yield Decision("fail", "residual df", f"{left} degrees of freedom are left")
        return
    yield from _outcome(view, rules)
    if top_share(view.weights, rules) > rules.dominance[1]:
        yield Decision("fail", "dominance", f"{few} have nearly all the weight")
    root = np.sqrt(view.weights)
    basis = _basis(np.column_stack([np.ones(len(root)), view.matrix]) * root[:, None])
    leverage = (basis**2).sum(axis=1)
    thin = _thin(view, basis, leverage, rules)
    if thin:
        yield Decision("fail", "cells", f"a level of {thin} has {few}")
    if leverage.max() > rules.leverage:
        yield Decision("fail", "leverage", "one respondent decides a coefficient")
    yield from _full(view, leverage, rules)
    if any(
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
    columns = {name: pd.factorize(view.frame[name])[0] for name in map(str, view.frame)}
    known = {name: codes for name, codes in columns.items() if codes.max() < _LEVELS}
    parts: dict[str, list[int]] = {}
    for place, name in enumerate(view.names):
        parts.setdefault(re.sub(r"\[[^\]]*\]", "", name), []).append(place)
    single = {
        f"{place}": pd.factorize(column.round(10))[0] for place, column in enumerate(view.matrix.T)
    }
    discrete = {name: codes for name, codes in single.items() if codes.max() < _LEVELS}
    labels: list[tuple[str, Integers]] = list(columns.items())
    labels += [(part, _patterns(view.matrix[:, places])) for part, places in parts.items()]
    for place, column in enumerate(view.matrix.T):
        name = re.sub(r"\[[^\]]*\]", "", view.names[place])
        common = pd.Series(column).mode().iloc[0]
        labels += [(name, single[f"{place}"]), (name, (column != common).astype(np.intp))]
    for size in (2, 3):
        for names in combinations(known, size):
            labels.append((" × ".join(names), _crossed([known[name] for name in names])))
    for one, other in combinations(discrete, 2):
        named = (re.sub(r"\[[^\]]*\]", "", view.names[int(place)]) for place in (one, other))
        labels.append((" × ".join(named), _crossed([discrete[one], discrete[other]])))
    together = [int(place) for place in discrete]
    if together:
        labels.append(("the predictors together", _patterns(view.matrix[:, together])))
    for name, codes in labels:
        sizes, spread = _sizes(codes, view.who), np.bincount(codes, weights=leverage)
        words = name in view.frame and not pd.api.types.is_numeric_dtype(view.frame[name])
        small = (sizes >= (1 if words else 2)) & (sizes < rules.threshold)
        for code in np.flatnonzero(small & (spread > rules.leverage)):
            # With so few rows, any large part of them explains much: only a sure sign counts.
            most = rules.leverage if sizes[code] <= len(codes) // 4 else _EXACT
            if np.linalg.norm(basis[codes == code], 2) ** 2 > most:
                return name
    return ""


def _full(view: Modelled, leverage: Floats, rules: Rules) -> Iterator[Decision]:
    """Groups of like predictors whose fitted value is their own mean: cells of a table."""
    codes = _patterns(view.matrix)
    sizes, spread = _sizes(codes, view.who), np.bincount(codes, weights=leverage)
    levels = 1 if view.levels is None else int(view.levels.max()) + 1
    if view.ordered and view.spent < len(sizes) * (levels - 1):
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


def _patterns(matrix: Floats) -> Integers:
    """(n,) which rows are alike."""
    _, codes = np.unique(matrix.round(10), axis=0, return_inverse=True)
    return np.asarray(codes.ravel(), dtype=np.intp)


def _crossed(parts: list[Integers]) -> Integers:
    """(n,) the combination of levels; combinations that nobody has take no number."""
    codes = parts[0].astype(np.int64)
    for part in parts[1:]:
        codes = codes * (int(part.max()) + 1) + part
    return np.asarray(pd.factorize(codes)[0], dtype=np.intp)


def _sizes(codes: Integers, who: Integers) -> Integers:
    """Respondents in each level; those with several rows count once."""
    if len(np.unique(who)) == len(who):
        return np.bincount(codes)
    pairs = pd.DataFrame({"code": codes, "who": who}).drop_duplicates()
    return np.bincount(pairs["code"])


def _numbers(frame: pd.DataFrame) -> list[Floats]:
    return [np.asarray(frame[name], dtype=float) for name in frame.select_dtypes("number")]
