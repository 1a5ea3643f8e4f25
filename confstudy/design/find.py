"""The size that a wanted power takes, with an interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from confstudy.design.batch import Answer
from confstudy.design.declare import Design
from confstudy.design.estimands import Inquiry
from confstudy.design.executors import Executor, crew_of
from confstudy.design.probit import Point, line_through
from confstudy.design.search import SIZES, Search
from confstudy.design.soundness import doubts, require_answerable, require_kinds
from confstudy.errors import AnalysisError, DeclarationError

__all__ = ["Size", "find_n"]

_ROUNDS = 4
#: By how much each round is narrower than the last.
_CLOSER = 1.35
_MOST = 100_000


@dataclass(frozen=True, repr=False, eq=False)
class Size:
    """The value of a number at which a design has the wanted power.

    Attributes
    ----------
    over
        Which number.
    value
        Of it; a size is rounded up.
    low, high
        Its 95 % interval, from the replications.
    arms
        Among how many arms clients are assigned; 0 where they are not.
    points
        ``value, replications, rejected, failed, power``: where the design was run. Fits that
        failed count as not significant.
    """

    over: str
    value: float
    low: float
    high: float
    power: float
    arms: int
    points: pd.DataFrame
    doubts: tuple[str, ...] = ()

    @property
    def table(self) -> pd.DataFrame:
        """One row: ``over, power, value, conf_low, conf_high, replications``."""
        row = {"over": self.over, "power": self.power, "value": self.value}
        row |= {"conf_low": self.low, "conf_high": self.high}
        return pd.DataFrame([{**row, "replications": int(self.points["replications"].sum())}])

    @property
    def per_arm(self) -> tuple[float, float, float]:
        """The size of each arm, with its interval."""
        if self.over != "n" or not self.arms:
            raise DeclarationError("Only a number of clients in all is split into arms.")
        return math.ceil(self.value / self.arms), self.low / self.arms, self.high / self.arms

    def __repr__(self) -> str:
        digits = 0 if self.over in SIZES else 3
        low, high = (f"{end:,.{digits}f}" for end in (self.low, self.high))
        drawn, failed = self.points["replications"].sum(), self.points["failed"].sum()
        text = (
            f"{self.over} = {self.value:,.{digits}f} [{low}, {high}] for a power of "
            f"{self.power:g}; {drawn:,} replications, {failed:,} fits failed"
        )
        if self.over == "n" and self.arms:
            each, least, most = self.per_arm
            text += f"\n{each:,} per arm [{least:,.0f}, {most:,.0f}]"
        return "\n".join([text, *(f"Mind: {doubt}" for doubt in self.doubts)])


def find_n(
    design: Design,
    estimand: Inquiry,
    answer: Answer,
    *,
    power: float = 0.8,
    over: str = "n",
    between: tuple[float, float] | None = None,
    replications: int = 10_000,
    level: float = 0.05,
    executor: Executor = None,
) -> Size:
    """How many clients (or any other number) give a wanted power, with an interval.

    Pilots of 500 replications come near; then points around it are run, closer each round, and
    a probit regression of the rejections says where the power is reached. Every point has
    replications of its own, which tells more of the place than common random numbers would.

    Parameters
    ----------
    over
        ``n``, ``therapists``, ``clients`` of each therapist; or a number of
        :meth:`Design.vary` that power rises or falls with.
    between
        Where to look. Sizes go up to 100,000 clients in all by default; other numbers need it.
    replications
        Of the regression; the interval narrows with their square root.

    Raises
    ------
    DeclarationError
        The estimand is 0, or its power is not reached between the bounds.
    AnalysisError
        Power hardly changes with the number where it is near the wanted one.

    Notes
    -----
    Estimand: the value at which the share of significant replications is ``power``, fits that
    failed counted as not significant. Assumes that power is a probit line near it, in the
    square root of a size. Does not show that the tests keep their level: diagnose that.

    Examples
    --------
    >>> from confstudy.design.answers import difference
    >>> from confstudy.design.estimands import ate
    >>> from confstudy.design.simple import two_arms
    >>> effect, answer = ate("y", arm=("treated", "control")), difference("y", by="arm")
    >>> found = find_n(two_arms(0.5, 64, seed=1), effect, answer, replications=2_000)
    >>> found.low < 128 < found.high
    True
    """
    told = _checked(design, estimand, answer, power, over, between, replications)
    node = design.structure.variables.get(design.variable(estimand.cause))
    arms = len(node.arms) if node is not None and node.level == "client" else 0
    low, high = between or _bounds(design, over, arms)
    with crew_of(executor) as crew:
        search = Search(design, estimand, answer, power, over, level, crew, max(arms, 1))
        near, width = search.near(low, high)
        ends = search.place(low), search.place(high)
        points: list[Point] = []
        for _ in range(_ROUNDS):
            points += [
                search.run(min(max(place, ends[0]), ends[1]), replications // (3 * _ROUNDS))
                for place in (near - width, near, near + width)
            ]
            line = line_through(points)
            if line.moves:
                near = min(max(line.reaches(power), ends[0]), ends[1])
            width /= _CLOSER
    if not line.moves:
        raise AnalysisError(
            f"The power hardly changes with '{over}' near {search.plain(near):,.4g}: take more "
            "replications, or look 'between' wider bounds."
        )
    value, least, most = map(search.plain, (line.reaches(power), *line.interval(power)))
    shown = pd.DataFrame([_row(search, point) for point in (*search.pilots, *points)])
    whole = math.ceil(value) if over in SIZES else value
    return Size(over, whole, least, most, power, arms, shown, told)


def _bounds(design: Design, over: str, arms: int) -> tuple[float, float]:
    """Up to as many as make 100,000 clients in all."""
    each = {"n": 1.0, "therapists": design.each, "clients": float(design.therapists)}[over]
    low = {"n": 4 * max(arms, 1), "therapists": 4, "clients": 2}[over]
    return low, max(low, _MOST // each)


def _row(search: Search, point: Point) -> dict[str, float]:
    return {
        "value": search.plain(point.place),
        "replications": point.count,
        "rejected": point.rejected,
        "failed": point.failed,
        "power": point.share,
    }


def _checked(
    design: Design,
    asked: Inquiry,
    answer: Answer,
    power: float,
    over: str,
    between: tuple[float, float] | None,
    replications: int,
) -> tuple[str, ...]:
    """What a reader should know; DeclarationError where nothing can be found."""
    require_kinds(design, asked, answer)
    if not 0 < power < 1 or replications < 1_000:
        raise DeclarationError(
            "A search needs a power between 0 and 1, and 1,000 replications or more."
        )
    if between is None and over not in SIZES:
        raise DeclarationError(
            f"Say between which values of '{over}' to look: between=(low, high)."
        )
    if between is not None and not between[0] < between[1]:
        raise DeclarationError("'between' is the lower bound and the higher.")
    for value in between or ():
        design.vary(**{over: value})
    require_answerable(design, asked, answer.columns)
    truth, error = asked.value(design)
    if abs(truth) <= 3 * error:
        raise DeclarationError(
            f"'{asked.name}' is 0 in this design: no size has power against no effect."
        )
    return tuple(doubts(design, asked, answer))
