"""Signs of answering without reading: one point throughout, and great speed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.stats import poisson

from confstudy.survey.checks.breakoff import stopped_after
from confstudy.survey.checks.finding import Finding, Severity, asked, graded, questions
from confstudy.survey.survey import Survey

__all__ = ["of_long_runs", "of_speed", "of_straight_lines"]

_Count = tuple[str, NDArray[np.bool_], Severity, str]
_FEWEST_ITEMS, _FEWEST_IN_A_RUN = 4, 10
_LOOK, _PROBLEM, _CHANCE = 0.0, 0.1, 0.99
_ADVICE = "Repeat the analysis without them, and say what changes."
_HONEST = "No item is reversed, so it may be honest: see the other scales."
_FEW = "No more than unrelated answers would give: see the other scales."
_MIDDLE = "It may be honest, or a way not to answer: see the other scales."


def of_straight_lines(survey: Survey) -> Iterator[Finding]:
    """Respondents who gave the same point to every item of a scale, before reversal.

    Of scales of four items or more that are no test of knowledge; who left out an item that
    was asked does not count. Where items are reversed it is a contradiction, but for the
    middle point, which is told apart; where none is, it may be honest. No more of them than
    unrelated answers would give are no alarm: in a short scale that happens to a few.
    """
    scales = _scales(survey)
    lines = []
    for name, items in scales.items():
        whole, straight = _straight(survey, items)
        lines.append((whole, straight))
        scale, of = survey.codebook.scales[name], int(whole.sum())
        middle = straight & (2 * survey.frame[items[0]].to_numpy(dtype=float) == sum(scale.points))
        if not scale.reverse:
            counts: list[_Count] = [("same point on every item", straight, "note", _HONEST)]
        else:
            against = straight & ~middle
            severity = graded(float(against.sum()) / max(of, 1), _LOOK, _PROBLEM)
            advice = _ADVICE
            if against.sum() <= poisson.ppf(_CHANCE, of * _by_chance(survey, items, scale.points)):
                severity, advice = "note", _FEW
            counts = [
                ("same point on every item, reversed ones too", against, severity, advice),
                ("middle point on every item", middle, "note", _MIDDLE),
            ]
        for check, who, grave, said in counts:
            if who.any():
                yield Finding(check, name, int(who.sum()), of, grave, said)
    if len(scales) < 2:
        return
    answered = np.sum([whole for whole, _ in lines], axis=0)
    same = np.sum([straight for _, straight in lines], axis=0)
    count, of = int(((same == answered) & (answered >= 2)).sum()), int((answered >= 2).sum())
    if count:
        severity = graded(count / of, _LOOK, _PROBLEM)
        yield Finding("one point a scale", "all scales", count, of, severity, _ADVICE)


def of_long_runs(survey: Survey) -> Iterator[Finding]:
    """Respondents with the same point on at least half of the scales' items in a row.

    The items of all scales of four or more are taken in the order of the codebook (longstring:
    Johnson, 2005; half of the items: Curran, 2016). A run has to be longer than any stretch of
    items without a reversed one, in which it may be honest.
    """
    scales = _scales(survey)
    items = {item for names in scales.values() for item in names}
    order = [name for name in questions(survey) if name in items]
    reverse = {item for name in scales for item in survey.codebook.scales[name].reverse}
    turns = [-1, *(place for place, name in enumerate(order) if name in reverse), len(order)]
    honest = max(after - before - 1 for before, after in pairwise(turns))
    least = max((len(order) + 1) // 2, honest + 1, _FEWEST_IN_A_RUN)
    if len(order) < least:
        return
    points = survey.frame[order].to_numpy(dtype=float)
    longest = run = np.isfinite(points[:, 0]).astype(int)
    for before, now in zip(points.T, points.T[1:], strict=False):
        run = np.where(np.isfinite(now), np.where(now == before, run + 1, 1), 0)
        longest = np.maximum(longest, run)
    count, of = int((longest >= least).sum()), int((np.isfinite(points).sum(axis=1) >= least).sum())
    if count:
        severity = graded(count / of, _LOOK, _PROBLEM)
        yield Finding("one point over scales in a row", "all scales", count, of, severity, _ADVICE)


def of_speed(survey: Survey) -> Iterator[Finding]:
    """Respondents who needed less than a third of the median duration.

    The duration relative to the median tells answers without meaning better than other signs
    (Leiner, 2019); a third is a convention. Who broke off is not counted, nor in the median.
    """
    finished = stopped_after(survey) == len(questions(survey))
    for name in survey.codebook.with_role("duration"):
        if name not in survey.frame or survey.codebook.variables[name].type != "numeric":
            continue
        taken = survey.frame[name].to_numpy(dtype=float)[finished]
        taken = taken[np.isfinite(taken)]
        count = int((taken < np.median(taken) / 3).sum()) if len(taken) else 0
        if count:
            severity = graded(count / len(taken), _LOOK, _PROBLEM)
            check = "faster than a third of the median"
            yield Finding(check, name, count, len(taken), severity, _ADVICE)


def _scales(survey: Survey) -> dict[str, list[str]]:
    """The scales that a straight line can be told in, with their items."""
    return {
        name: list(scale.items)
        for name, scale in survey.codebook.scales.items()
        if len(scale.items) >= _FEWEST_ITEMS and not scale.key
    }


def _by_chance(survey: Survey, items: list[str], points: tuple[int, int]) -> float:
    """The chance of one point throughout, but for the middle, were the answers unrelated."""
    answers = survey.frame[items].to_numpy(dtype=float)
    return sum(
        float(np.prod(np.nanmean(np.where(np.isnan(answers), np.nan, answers == point), axis=0)))
        for point in range(points[0], points[1] + 1)
        if 2 * point != sum(points)
    )


def _straight(survey: Survey, items: list[str]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Who answered all items put to them, four or more, and who of them with one point."""
    points, put = survey.frame[items].to_numpy(dtype=float), asked(survey, items)
    there = np.isfinite(points)
    whole = (there | ~put).all(axis=1) & (there.sum(axis=1) >= _FEWEST_ITEMS)
    lowest = np.where(there, points, np.inf).min(axis=1)
    highest = np.where(there, points, -np.inf).max(axis=1)
    return whole, whole & (lowest == highest)
