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
from confstudy.simulate.measure.measurement import answer
from confstudy.simulate.model.parts import Part
from confstudy.simulate.model.streams import Streams

__all__ = ["Manners", "Styles", "answers_of", "implied_covariance", "manners_of", "styled"]

Floats = NDArray[np.float64]
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
    (1002, 0)
    """
    lapse = streams.uniform("style:lapse", n, start)
    return Manners(
        shift=styles.acquiescence * streams.normal("style:acquiescence", n, start),
        stretch=np.exp(styles.extremity * streams.normal("style:extremity", n, start)),
        straight=lapse < styles.straight,
        careless=lapse >= 1 - styles.careless,
    )


def styled(strength: Floats, styles: Styles, manners: Manners, *, reverse: bool) -> Floats:
    """Keyed strengths (n,) after acquiescence and stretch; variance 1 before the stretch.

    >>> calm = manners_of(Styles(), Streams(1), 2)
    >>> styled(np.array([0.5, -1.0]), Styles(), calm, reverse=True)
    array([ 0.5, -1. ])
    """
    shift = -manners.shift if reverse else manners.shift
    scale = np.sqrt(1 + styles.acquiescence**2)
    return np.asarray((strength + shift) / scale * manners.stretch)


def answers_of(
    latent: Floats,
    solved: Mapping[str, Solved],
    points: tuple[int, int],
    reverse: Collection[str],
    styles: Styles,
    streams: Streams,
    start: int = 0,
) -> dict[str, Floats]:
    """Answers to the items of a scale, with response styles, as they stand in a file.

    Parameters
    ----------
    latent
        (n,) the latent of the respondents ``start`` to ``start + n``.
    solved
        Item → loading and cuts, from :func:`confstudy.simulate.measure.items.solve`.
    points
        Lowest and highest answer.
    reverse
        The reverse-keyed items.

    Returns
    -------
    dict
        Item → (n,) answers. Without styles they are the answers of ``likert`` with the
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
    n, manners = len(latent), manners_of(styles, streams, len(latent), start)
    found: dict[str, Floats] = {}
    for name, item in solved.items():
        own = streams.normal(name, n, start)
        strength = item.loading * latent + np.sqrt(1 - item.loading**2) * own
        strength = styled(strength, styles, manners, reverse=name in reverse)
        given = answer(strength, points, reverse=name in reverse, cuts=item.cuts)
        first = next(iter(found.values()), given)
        found[name] = np.where(manners.straight, first, given)
    if styles.careless:
        for name, given in found.items():
            uniform = streams.uniform(f"{name}:careless", n, start)
            anything = points[0] + np.floor(uniform * (points[1] - points[0] + 1))
            found[name] = np.where(manners.careless, anything, given)
    return found


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
