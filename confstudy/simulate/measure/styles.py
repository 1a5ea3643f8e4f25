"""Response styles: agreeing, going to the ends, one answer throughout, answering at random."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from confstudy.errors import StructureError, unknown
from confstudy.simulate.measure.attenuation import cut_covariance, cut_moments
from confstudy.simulate.measure.items import Solved
from confstudy.simulate.model.parts import Part
from confstudy.simulate.model.streams import Streams, kernels

__all__ = ["Manners", "Styles", "answers_of", "implied_covariance", "manners_of"]

Floats = NDArray[np.float64]
Answers = NDArray[np.int8]
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(21)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


class Styles(Part):
    """How strong the styles are; the defaults are none.

    Attributes
    ----------
    acquiescence
        Standard deviation of a person's shift towards agreeing, whatever the item's key, in
        standard deviations of the item's strength. The strength keeps its variance, so the
        declared shares of the answers stay.
    extremity
        Standard deviation of the logarithm of a person's stretch of strengths from 0: some
        go to the ends, others to the middle. Shares of the answers change.
    straight
        Share of respondents who repeat their first answer to a scale, ignoring keys.
    careless
        Share of respondents who answer at random, all points equally likely.
    """

    acquiescence: Annotated[float, Field(ge=0)] = 0.0
    extremity: Annotated[float, Field(ge=0)] = 0.0
    straight: Annotated[float, Field(ge=0, lt=1)] = 0.0
    careless: Annotated[float, Field(ge=0, lt=1)] = 0.0

    @model_validator(mode="after")
    def _leaves_somebody(self) -> Self:
        if self.straight + self.careless >= 1:
            raise ValueError("'straight' and 'careless' respondents are fewer than all together")
        return self


@dataclass(frozen=True, repr=False)
class Manners:
    """Each respondent's style: shift and stretch (n,), and who is straight or careless (n,)."""

    shift: Floats
    stretch: Floats
    straight: NDArray[np.bool_]
    careless: NDArray[np.bool_]


def manners_of(styles: Styles, streams: Streams, n: int, start: int = 0) -> Manners:
    """Draw the style of ``n`` respondents, the same in all scales.

    Whoever is straight or careless stays so when the share is raised.

    >>> found = manners_of(Styles(straight=0.1), Streams(1), 10_000)
    >>> int(found.straight.sum()), int(found.careless.sum())
    (1014, 0)
    """
    shift, stretch, lapse = np.zeros(n), np.ones(n), np.full(n, 0.5)
    if styles.acquiescence:
        shift = styles.acquiescence * streams.normal("style:acquiescence", n, start)
    if styles.extremity:
        stretch = np.exp(styles.extremity * streams.normal("style:extremity", n, start))
    if styles.straight or styles.careless:
        lapse = streams.uniform("style:lapse", n, start)
    return Manners(shift, stretch, lapse < styles.straight, lapse >= 1 - styles.careless)


def answers_of(
    latent: Floats,
    solved: Mapping[str, Solved],
    points: tuple[int, int],
    reverse: Collection[str],
    styles: Styles,
    streams: Streams,
    start: int = 0,
) -> dict[str, Answers]:
    """Answers to the items of a scale, with response styles, as they stand in a file.

    Parameters
    ----------
    latent
        (n,) the latent of the respondents ``start`` to ``start + n``.
    solved
        Item → loading and cuts, from :func:`confstudy.simulate.measure.items.solve`.
    points
        Lowest and highest answer, from −128 to 127.
    reverse
        The reverse-keyed items.

    Returns
    -------
    dict
        Item → (n,) answers as int8. Without styles they are the answers of ``likert`` with the
        column ``item`` as the item's own part.

    Examples
    --------
    >>> from confstudy.simulate.measure.items import Likert, solve
    >>> solved = solve(Likert(alpha=0.85), ["a", "b", "c"], points=5)
    >>> styles = Styles(straight=0.2)
    >>> found = answers_of(np.zeros(100), solved, (1, 5), ["b"], styles, Streams(1))
    >>> who = manners_of(styles, Streams(1), 100).straight
    >>> bool((found["a"] == found["b"])[who].all())
    True
    """
    _require(reverse, solved)
    low, high = points
    if not -128 <= low < high <= 127:
        raise StructureError("The points of a drawn scale go up and are between −128 and 127.")
    manners = manners_of(styles, streams, len(latent), start)
    found = _answered(
        np.ascontiguousarray(latent), solved, points, reverse, styles, manners, streams, start
    )
    if styles.straight:
        found[1:] = np.where(manners.straight, found[0], found[1:])
    if styles.careless:
        for given, name in zip(found, solved, strict=True):
            uniform = streams.uniform(f"{name}:careless", len(latent), start)
            anything = low + np.floor(uniform * (high - low + 1))
            given[manners.careless] = anything[manners.careless]
    return dict(zip(solved, found, strict=True))


def _answered(
    latent: Floats,
    solved: Mapping[str, Solved],
    points: tuple[int, int],
    reverse: Collection[str],
    styles: Styles,
    manners: Manners,
    streams: Streams,
    start: int,
) -> Answers:
    """Answers (items, n) of those who are neither straight nor careless."""
    shift = stretch = np.empty(0)
    if styles.acquiescence or styles.extremity:
        # The strength has variance 1 before the stretch.
        shift, stretch = manners.shift, manners.stretch / np.sqrt(1 + styles.acquiescence**2)
    each = len(latent) // streams.replications
    answers = np.empty((streams.replications, len(solved), each), np.int8)
    loadings = np.array([item.loading for item in solved.values()])
    cuts = np.array([item.cuts for item in solved.values()])
    first = np.array([points[name in reverse] for name in solved])
    keys, fill = streams.keys(list(solved)), kernels().fill_answers
    for number, part in enumerate(answers):
        rows = slice(number * each, (number + 1) * each)
        own = latent[rows], loadings, cuts, first, shift[rows], stretch[rows]
        fill(part, *own, start, streams.replication + number, keys)
    return answers.transpose(1, 0, 2).reshape(len(solved), -1)


def implied_covariance(
    solved: Mapping[str, Solved], reverse: Collection[str], styles: Styles
) -> Floats:
    """Covariances (items, items) of the keyed answers that loadings, cuts and styles imply.

    Exact but for 21 Gauss–Hermite nodes over the stretch: a mixture of those who answer
    (correlations (λᵢλⱼ ± s²)/(1 + s²) of the strengths, s the acquiescence), the straight and
    the careless. With :func:`confstudy.survey.reliability.alpha_of` it gives α.

    Examples
    --------
    >>> from confstudy.survey.reliability import alpha_of
    >>> cuts = np.array([-1.5, -0.5, 0.5, 1.5])
    >>> six = {f"q{number}": Solved(0.72, cuts) for number in range(1, 7)}
    >>> round(alpha_of(implied_covariance(six, ["q2", "q5"], Styles())), 4)
    0.8436
    >>> round(alpha_of(implied_covariance(six, ["q2", "q5"], Styles(straight=0.1))), 4)
    0.8125
    """
    _require(reverse, solved)
    items = list(solved.values())
    signs = np.array([-1.0 if name in reverse else 1.0 for name in solved])
    stretched = [(1.0, 0.0)]
    if styles.extremity:
        stretched = list(zip(_WEIGHTS.tolist(), _NODES.tolist(), strict=True))
    mean, answered = _mixture(
        [
            (weight, *_answering(items, signs, styles.acquiescence, np.exp(styles.extremity * z)))
            for weight, z in stretched
        ]
    )
    k, top = len(items), len(items[0].cuts)
    same = signs * signs[0]
    straight = np.where(same > 0, mean[0], top - mean[0]), answered[0, 0] * np.outer(same, same)
    careless = np.full(k, top / 2), np.eye(k) * ((top + 1) ** 2 - 1) / 12
    attentive = 1 - styles.straight - styles.careless
    parts = [(attentive, mean, answered), (styles.straight, *straight)]
    return _mixture([*parts, (styles.careless, *careless)])[1]


def _answering(
    items: list[Solved], signs: Floats, acquiescence: float, stretch: float
) -> tuple[Floats, Floats]:
    """Means and covariances of the keyed answers at one stretch."""
    cuts = [item.cuts / stretch for item in items]
    moments = [cut_moments(cut, lowest=0) for cut in cuts]
    covariance = np.diag([moment.sd**2 for moment in moments])
    for i in range(len(items)):
        for j in range(i):
            common = items[i].loading * items[j].loading
            r = (common + signs[i] * signs[j] * acquiescence**2) / (1 + acquiescence**2)
            covariance[i, j] = covariance[j, i] = cut_covariance(r, cuts[i], cuts[j])
    return np.array([moment.mean for moment in moments]), covariance


def _mixture(parts: list[tuple[float, Floats, Floats]]) -> tuple[Floats, Floats]:
    """Mean and covariance of a mixture of (weight, mean, covariance)."""
    mean = sum(weight * part for weight, part, _ in parts)
    second = sum(weight * (inner + np.outer(part, part)) for weight, part, inner in parts)
    return np.asarray(mean), np.asarray(second - np.outer(mean, mean))


def _require(reverse: Collection[str], solved: Mapping[str, Solved]) -> None:
    strange = [name for name in reverse if name not in solved]
    if strange:
        raise StructureError(unknown("Items", strange, solved, "the scale"))
