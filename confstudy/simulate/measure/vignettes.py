"""Factorial vignettes: randomised descriptions that are rated, or chosen between."""

from __future__ import annotations

from functools import cached_property
from itertools import product
from typing import Annotated, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field, model_validator

from confstudy.errors import StructureError, did_you_mean, listing
from confstudy.simulate.measure.measurement import answer, cuts_for
from confstudy.simulate.model.parts import Part
from confstudy.simulate.model.streams import Streams
from confstudy.simulate.model.terms import Term

__all__ = ["Vignettes", "draw_choices", "draw_ratings"]

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
_TAKEN = ("respondent", "vignette", "rating", "task", "option", "chosen")
#: Beyond these the vignettes cannot be enumerated in moderate time.
_MOST = 20_000


class Vignettes(Part):
    """What a vignette varies, what each level adds to its utility, and how it is answered.

    Attributes
    ----------
    attributes
        Attribute → level → utility; the first level is the one the others are compared with.
    together
        Utility of levels that meet, such as ``risk[others]:consent[refused]``.
    exclude
        Combinations that cannot be, such as ``{age: child, requester: partner}``.
    intercept, respondent, noise
        Of a rating's strength: its mean where nothing adds to it, and the standard deviations
        between respondents and of the rest.
    points, cuts
        A rating is from 1 to ``points``; cuts are equally spaced unless given.
    scale
        The logit of choosing one vignette rather than another is ``scale`` times the
        difference of their utilities.
    """

    title: str = ""
    source: str = ""
    asks: str = ""
    attributes: dict[str, dict[str, float]]
    together: dict[str, float] = Field(default_factory=dict)
    exclude: tuple[dict[str, str], ...] = ()
    intercept: float = 0.0
    respondent: Annotated[float, Field(ge=0)] = 0.5
    noise: Annotated[float, Field(gt=0)] = 1.0
    points: Annotated[int, Field(ge=2)] = 7
    cuts: tuple[float, ...] = ()
    scale: Annotated[float, Field(gt=0)] = 1.0

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        for name, levels in self.attributes.items():
            if len(levels) < 2:
                raise ValueError(f"attribute '{name}' needs two levels or more")
            if name in _TAKEN:
                raise ValueError(f"no attribute is called '{name}': the answers have that column")
        if self.cuts and (
            len(self.cuts) != self.points - 1 or list(self.cuts) != sorted(set(self.cuts))
        ):
            raise ValueError(f"'cuts' go up, and {self.points} points have {self.points - 1}")
        for text, coefficient in self.together.items():
            for attribute, level in Term.parse(text, coefficient).causes:
                self._require(attribute, level, f"'{text}'")
        for combination in self.exclude:
            for attribute, level in combination.items():
                self._require(attribute, level, "'exclude'")
        count = int(np.prod([len(levels) for levels in self.attributes.values()]))
        if count > _MOST:
            raise ValueError(f"{count} combinations are too many; {_MOST} is the most")
        if len(self.profiles) < 2:
            raise ValueError("'exclude' leaves fewer than two vignettes")
        return self

    @cached_property
    def profiles(self) -> pd.DataFrame:
        """Every vignette that can be, one row each; one categorical column an attribute."""
        names = list(self.attributes)
        rows = pd.DataFrame(list(product(*self.attributes.values())), columns=names)
        out = np.zeros(len(rows), dtype=bool)
        for combination in self.exclude:
            matches = [rows[name] == level for name, level in combination.items()]
            out |= np.logical_and.reduce(matches)
        kept = rows[~out].reset_index(drop=True)
        typed = {name: pd.Categorical(kept[name], list(self.attributes[name])) for name in names}
        return pd.DataFrame(typed)

    @cached_property
    def utilities(self) -> Floats:
        """(profiles,) the utility of each vignette, without the intercept."""
        total = np.zeros(len(self.profiles))
        for name, levels in self.attributes.items():
            total += np.array(list(levels.values()))[self.profiles[name].cat.codes]
        for text, coefficient in self.together.items():
            causes = Term.parse(text, coefficient).causes
            met = [self.profiles[name] == level for name, level in causes]
            total += coefficient * np.logical_and.reduce(met)
        return total

    @property
    def edges(self) -> Floats:
        """(points − 1,) the cuts of a rating."""
        return np.array(self.cuts) if self.cuts else cuts_for(self.points)

    def _require(self, attribute: str, level: str | None, where: str) -> None:
        if attribute not in self.attributes:
            raise ValueError(
                f"{where} names '{attribute}', which is no attribute."
                f"{did_you_mean(attribute, self.attributes)} There are: {listing(self.attributes)}"
            )
        levels = self.attributes[attribute]
        if level not in levels:
            raise ValueError(
                f"{where}: '{attribute}' has no level '{level}', only {listing(levels)}"
            )


def draw_ratings(
    vignettes: Vignettes,
    n: int,
    each: int,
    streams: Streams,
    *,
    leaning: Floats | None = None,
    start: int = 0,
    name: str = "vignette",
) -> pd.DataFrame:
    """Let ``n`` respondents rate ``each`` vignettes, drawn at random without repetition.

    Parameters
    ----------
    leaning
        (n,) the respondents' own part, standard normal; drawn where not given.
    start
        The first respondent; a window holds the same ratings as the same rows of the whole.
    name
        Of the random columns. More vignettes leave the first ones as they were.

    Returns
    -------
    DataFrame
        One row a rating: ``respondent, vignette`` (from 1), the attributes, ``rating``.

    Raises
    ------
    StructureError
        When there are fewer vignettes than each respondent is to rate.

    Examples
    --------
    >>> from confstudy.simulate.model.parts import read_part
    >>> candour = read_part(Vignettes, "candour")
    >>> draw_ratings(candour, n=100, each=6, streams=Streams(1)).shape
    (600, 6)
    """
    shown = _drawn(len(vignettes.profiles), n, each, streams, start, name)
    own = streams.normal(f"{name}:respondent", n, start) if leaning is None else leaning
    columns = []
    for place in range(each):
        rest = streams.normal(f"{name}:{place + 1}:noise", n, start)
        strength = vignettes.intercept + vignettes.utilities[shown[:, place]]
        strength = strength + vignettes.respondent * own + vignettes.noise * rest
        columns.append(answer(strength, (1, vignettes.points), cuts=vignettes.edges))
    frame = _long(vignettes, shown, start, "vignette")
    return frame.assign(rating=np.stack(columns, axis=1).ravel().astype(np.int8))


def draw_choices(
    vignettes: Vignettes,
    n: int,
    tasks: int,
    streams: Streams,
    *,
    start: int = 0,
    name: str = "choice",
) -> pd.DataFrame:
    """Let ``n`` respondents choose between two different vignettes, ``tasks`` times.

    Returns
    -------
    DataFrame
        Two rows a task: ``respondent, task`` (from 1), ``option`` (1 or 2), the attributes,
        ``chosen`` (0 or 1). The respondent's own part cancels.

    Examples
    --------
    >>> from confstudy.simulate.model.parts import read_part
    >>> judgement = read_part(Vignettes, "judgement")
    >>> chosen = draw_choices(judgement, n=50, tasks=4, streams=Streams(1))
    >>> len(chosen), int(chosen["chosen"].sum())
    (400, 200)
    """
    frames = []
    for task in range(1, tasks + 1):
        pair = _drawn(len(vignettes.profiles), n, 2, streams, start, f"{name}:{task}")
        utility = vignettes.scale * vignettes.utilities[pair]
        logit = utility[:, 0] - utility[:, 1]
        uniform = streams.uniform(f"{name}:{task}", n, start)
        first = uniform < 1 / (1 + np.exp(-logit))
        frame = _long(vignettes, pair, start, "option")
        frame.insert(1, "task", task)
        frames.append(frame.assign(chosen=np.stack([first, ~first], axis=1).ravel().astype("i1")))
    together = pd.concat(frames, ignore_index=True)
    return together.sort_values(["respondent", "task", "option"], ignore_index=True)


def _drawn(count: int, n: int, each: int, streams: Streams, start: int, name: str) -> Ints:
    """(n, each) different vignettes a respondent, every order equally likely."""
    if not 1 <= each <= count:
        raise StructureError(f"Each respondent sees 1 to {count} of {count} vignettes, not {each}.")
    chosen = np.empty((n, each), dtype=np.intp)
    for place in range(each):
        uniform = streams.uniform(f"{name}:{place + 1}:profile", n, start)
        pick = (uniform * (count - place)).astype(np.intp)
        for earlier in np.sort(chosen[:, :place], axis=1).T:
            pick += pick >= earlier
        chosen[:, place] = pick
    return chosen


def _long(vignettes: Vignettes, shown: Ints, start: int, counter: str) -> pd.DataFrame:
    n, each = shown.shape
    who = {
        "respondent": np.repeat(np.arange(start, start + n), each),
        counter: np.tile(np.arange(1, each + 1), n),
    }
    described = vignettes.profiles.iloc[shown.ravel()].reset_index(drop=True)
    return pd.concat([pd.DataFrame(who), described], axis=1)
