"""Respondents whose answers are the same as another's, or nearly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from confstudy.survey.checks.finding import EVERYWHERE, Finding, graded, questions
from confstudy.survey.survey import Survey

__all__ = ["NEAR", "Twins", "twins"]

#: Share of answers from which two respondents are near-duplicates.
NEAR = 0.95
_FEWEST_SAME, _FEWEST_NEAR = 10, 20
_MOST_ROWS = 10_000
_BLOCK = 256
_RARE = 0.01
_OWN = 30
_ADVICE = "Ask whether somebody answered twice, or a file was joined twice."


@dataclass(frozen=True)
class Twins:
    """What was found, how alike respondents are, and what was not looked for and why.

    ``matches`` has one row a step of 5 % (``match_from, match_to, respondents``): each
    respondent's greatest share of the same answers with anybody else.
    """

    findings: tuple[Finding, ...]
    matches: pd.DataFrame
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Pairs:
    """Shares of the same answers over all pairs of rows.

    ``greatest`` is each row's greatest share, ``near`` marks rows and ``near_pairs`` counts
    pairs that are near-duplicates, ``compared`` counts pairs by how many questions both
    answered; ``mean`` and ``variance`` are of the share.
    """

    greatest: NDArray[np.float64]
    near: NDArray[np.bool_]
    near_pairs: int
    compared: NDArray[np.int64]
    mean: float
    variance: float

    def expected(self, share: float, compared: NDArray[np.int64]) -> float:
        """How many of the ``compared`` pairs a beta-binomial expects to share so much."""
        if not 0 < self.mean < 1:
            return 0.0
        both = np.arange(len(compared))
        typical = float(both @ self.compared) / self.compared.sum()
        spread = self.variance * typical / (self.mean * (1 - self.mean))
        alike = min(max((spread - 1) / max(typical - 1, 1), 1e-6), 1 - 1e-6)
        a, b = (part * (1 / alike - 1) for part in (self.mean, 1 - self.mean))
        least = np.ceil(share * both - 1e-9)
        return float(compared @ stats.betabinom.sf(least - 1, both, a, b))


def twins(survey: Survey) -> Twins:
    """Count identical and nearly identical respondents where chance does not explain them.

    Identical: ten or more answers to questions that not everybody answers the same, and all
    of them as in an earlier row. Nearly: respondents, among those left when repetitions are
    dropped, who share 95 % or more of 20 or more answers with somebody (percent match,
    Kuriakose & Robbins, 2016).

    Few questions, few levels and many respondents make high matches on their own (Simmons et
    al., 2016). So a beta-binomial with the mean and variance of the match over all pairs says
    how many pairs chance would make; where 30 or more were asked and answered the same
    questions, over their pairs. The model is rough: pairs are counted only where chance, with
    twice that number, would make as many in fewer than one of 100 surveys.
    """
    codes = _codes(survey)
    answers = (codes >= 0).sum(axis=1)
    codes = codes[answers >= _FEWEST_SAME]
    if len(codes) < 2:
        few = f"Identical rows: not looked for, nobody has {_FEWEST_SAME} answers that vary."
        return Twins((), _steps(np.empty(0)), (few,))
    n, distinct = len(codes), np.unique(codes, axis=0)
    pairs = _pairs(_thinned(distinct))
    repeated, alike = n - len(distinct), int(pairs.near.sum())
    expected = _expected_same(codes, pairs)
    results = [_judged("same answers as an earlier row", repeated, repeated, expected, n)]
    check = f"{NEAR:.0%} or more of the answers as somebody else".replace("%", " %")
    many = np.where(np.arange(len(pairs.compared)) < _FEWEST_NEAR, 0, pairs.compared)
    if many.any() and len(distinct) <= _MOST_ROWS:
        expected = pairs.expected(NEAR, many)
        results.append(_judged(check, alike, pairs.near_pairs, expected, n))
    else:
        limits = f"it takes {_FEWEST_NEAR} answers and at most {_MOST_ROWS:,} respondents"
        results.append(f"{check}: not looked for, {limits}.")
    return Twins(
        findings=tuple(result for result in results if isinstance(result, Finding)),
        matches=_steps(pairs.greatest),
        notes=tuple(result for result in results if isinstance(result, str)),
    )


def _judged(check: str, count: int, pairs: int, expected: float, n: int) -> Finding | str | None:
    """A finding, or a note where chance explains so many pairs, or nothing."""
    if not count:
        return None
    if stats.poisson.sf(pairs - 1, 2 * expected) >= _RARE:
        return f"{check}: not counted, chance would make about as many."
    return Finding(check, EVERYWHERE, count, n, graded(count / n, 0, 0.01), _ADVICE)


def _codes(survey: Survey) -> NDArray[np.int32]:
    """Respondents × questions that vary: the position of the answer, −1 where there is none."""
    columns = [pd.factorize(survey.frame[name])[0] for name in questions(survey)]
    varying = [codes for codes in columns if codes.max(initial=-1) > 0]
    return np.array(varying, dtype=np.int32).reshape(len(varying), survey.n).T


def _expected_same(codes: NDArray[np.int32], everybody: _Pairs) -> float:
    """How many of the pairs who answered the same questions chance would make identical."""
    patterns, group, rows = np.unique(codes >= 0, axis=0, return_inverse=True, return_counts=True)
    alike = np.zeros((len(rows), codes.shape[1] + 1), dtype=np.int64)
    alike[np.arange(len(rows)), patterns.sum(axis=1)] = rows * (rows - 1) // 2
    expected = everybody.expected(1, alike[rows < _OWN].sum(axis=0))
    for place in np.flatnonzero(rows >= _OWN):
        own = _pairs(_thinned(np.unique(codes[group.ravel() == place], axis=0)))
        expected += own.expected(1, alike[place])
    return expected


def _thinned(codes: NDArray[np.int32]) -> NDArray[np.int32]:
    """At most as many rows as are compared, evenly spaced."""
    if len(codes) <= _MOST_ROWS:
        return codes
    return codes[np.linspace(0, len(codes) - 1, _MOST_ROWS).astype(np.intp)]


def _pairs(codes: NDArray[np.int32]) -> _Pairs:
    """Compare every row with every later one, over the questions that both answered."""
    n, k = codes.shape
    columns = np.ascontiguousarray(codes.T)
    answered = (codes >= 0).astype(np.float32)
    greatest, near, near_pairs = np.zeros(n), np.zeros(n, dtype=bool), 0
    compared, total, squares = np.zeros(k + 1, dtype=np.int64), 0.0, 0.0
    for start in range(0, n, _BLOCK):
        stop = min(start + _BLOCK, n)
        same = np.zeros((stop - start, n - start), dtype=np.uint16)
        for column in columns:
            same += column[start:stop, None] == column[None, start:]
        here, there = answered[start:stop], answered[start:]
        same -= ((1 - here) @ (1 - there).T).astype(np.uint16)
        both = (here @ there.T).astype(np.uint16)
        both[np.tril_indices(stop - start)] = 0
        both[both < _FEWEST_SAME] = 0
        share = same / np.maximum(both, 1) * (both > 0)
        greatest[start:stop] = np.maximum(greatest[start:stop], share.max(axis=1))
        greatest[start:] = np.maximum(greatest[start:], share.max(axis=0))
        alike = (share >= NEAR) & (both >= _FEWEST_NEAR)
        near[start:stop] |= alike.any(axis=1)
        near[start:] |= alike.any(axis=0)
        near_pairs += int(alike.sum())
        compared += np.bincount(both.ravel(), minlength=k + 1)
        total, squares = total + share.sum(), squares + np.square(share).sum()
    compared[0] = 0
    count = max(int(compared.sum()), 1)
    mean = total / count
    return _Pairs(greatest, near, near_pairs, compared, mean, squares / count - mean**2)


def _steps(greatest: NDArray[np.float64]) -> pd.DataFrame:
    edges = np.linspace(0, 1, 21)
    counts = np.histogram(greatest, edges)[0]
    table = {"match_from": edges[:-1], "match_to": edges[1:], "respondents": counts}
    return pd.DataFrame(table)[counts > 0].reset_index(drop=True)
