"""Multiple-choice tests of knowledge whose wrong answers are named misconceptions."""

from __future__ import annotations

from typing import Annotated, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from pydantic import Field, model_validator
from scipy.special import expit

from confstudy.errors import StructureError, did_you_mean, listing, unknown
from confstudy.simulate.model.parts import Part
from confstudy.simulate.model.streams import Streams

__all__ = [
    "KnowledgeItem",
    "KnowledgeTest",
    "Misconception",
    "draw_answers",
    "implied_misconceptions",
    "implied_shares",
    "option_chances",
]

Floats = NDArray[np.float64]
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(120)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()
_PLAIN = ("right", "other")


class Misconception(Part):
    """A belief that is wrong, in words, and how prevalent it is among all."""

    says: str
    prevalence: Annotated[float, Field(gt=0, le=1)]


class KnowledgeItem(Part):
    """A question: each option is ``right``, one of the misconceptions, or ``other``.

    ``a`` is the discrimination, ``b`` the knowledge at which half know the answer.
    """

    asks: str
    options: dict[str, str]
    a: Annotated[float, Field(gt=0)] = 1.0
    b: float = 0.0

    @model_validator(mode="after")
    def _has_one_right_answer(self) -> Self:
        rights = list(self.options.values()).count("right")
        if rights != 1 or len(self.options) < 2:
            raise ValueError(
                f"an item has two options or more, one of them 'right'; this has "
                f"{len(self.options)}, {rights} right"
            )
        return self

    @property
    def right(self) -> str:
        """The label of the right answer."""
        return next(label for label, role in self.options.items() if role == "right")


class KnowledgeTest(Part):
    """Items of the two-parameter logistic model (Birnbaum, 1968) with named distractors.

    A wrong answer falls on a distractor in proportion to the prevalence of its misconception
    among the options of the item; ``other`` is the weight of an option that shows none.
    """

    title: str = ""
    source: str = ""
    misconceptions: dict[str, Misconception]
    other: Annotated[float, Field(gt=0, le=1)] = 0.1
    items: dict[str, KnowledgeItem]

    @model_validator(mode="after")
    def _names_what_is_there(self) -> Self:
        known = [*_PLAIN, *self.misconceptions]
        for name, item in self.items.items():
            for role in item.options.values():
                if role not in known:
                    raise ValueError(
                        f"item '{name}' names '{role}', which is no misconception."
                        f"{did_you_mean(role, known)} There are: {listing(known)}"
                    )
        return self

    @property
    def key(self) -> dict[str, str]:
        """Item → right answer, as a codebook's scale declares it."""
        return {name: item.right for name, item in self.items.items()}


def option_chances(test: KnowledgeTest, name: str, knowledge: ArrayLike) -> Floats:
    """Chance of each option of an item (n, options) at these levels of knowledge (n,).

    The right one has logit⁻¹(a(θ − b)); the others share the rest by their weights.

    >>> from confstudy.simulate.model.parts import read_part
    >>> test = read_part(KnowledgeTest, "knowledge")
    >>> option_chances(test, "holder", [0.0]).sum()
    np.float64(1.0)
    """
    if name not in test.items:
        raise StructureError(unknown("Items", [name], test.items, "the test"))
    item, theta = test.items[name], np.asarray(knowledge, dtype=float)[:, None]
    right = expit(item.a * (theta - item.b))
    weights = np.array([_weight(test, role) for role in item.options.values()])
    weights = weights / weights.sum()
    return np.asarray(
        np.where(np.array(list(item.options)) == item.right, right, (1 - right) * weights)
    )


def draw_answers(
    test: KnowledgeTest, knowledge: Floats, streams: Streams, start: int = 0, name: str = "test"
) -> pd.DataFrame:
    """Answers of respondents ``start`` to ``start + n`` who know this much (n,).

    ``name`` is that of the random columns.

    Returns
    -------
    DataFrame
        One categorical column an item; its categories are the options, as declared.

    Examples
    --------
    >>> from confstudy.simulate.model.parts import read_part
    >>> test = read_part(KnowledgeTest, "knowledge")
    >>> answers = draw_answers(test, np.full(4, 9.0), Streams(1))
    >>> bool((answers["holder"] == test.key["holder"]).all())
    True
    """
    n, columns = len(knowledge), {}
    for label, item in test.items.items():
        below = option_chances(test, label, knowledge).cumsum(axis=1)[:, :-1]
        codes = (streams.uniform(f"{name}:{label}", n, start)[:, None] >= below).sum(axis=1)
        columns[label] = pd.Categorical.from_codes(codes, categories=pd.Index(list(item.options)))
    return pd.DataFrame(columns)


def implied_shares(test: KnowledgeTest, mean: float = 0.0, sd: float = 1.0) -> pd.DataFrame:
    """Share of each answer among respondents whose knowledge is normal; by quadrature.

    The share of the right answer is the item's difficulty in the classical sense.

    Returns
    -------
    DataFrame
        ``item, option, role, share``, in the order of the test.

    Examples
    --------
    >>> from confstudy.simulate.model.parts import read_part
    >>> shares = implied_shares(read_part(KnowledgeTest, "knowledge"))
    >>> shares.groupby("item")["share"].sum().round(9).unique()
    array([1.])
    """
    theta = mean + sd * _NODES
    rows = [
        {"item": name, "option": label, "role": role, "share": float(share)}
        for name, item in test.items.items()
        for (label, role), share in zip(
            item.options.items(), _WEIGHTS @ option_chances(test, name, theta), strict=True
        )
    ]
    return pd.DataFrame(rows)


def implied_misconceptions(test: KnowledgeTest, mean: float = 0.0, sd: float = 1.0) -> pd.DataFrame:
    """How often each misconception is chosen where an item offers it; by quadrature.

    Returns
    -------
    DataFrame
        ``misconception, items, share``: the mean over the items that offer it.

    Examples
    --------
    >>> from confstudy.simulate.model.parts import read_part
    >>> implied_misconceptions(read_part(KnowledgeTest, "knowledge")).columns.tolist()
    ['misconception', 'items', 'share']
    """
    shares = implied_shares(test, mean, sd)
    shown = shares[~shares["role"].isin(_PLAIN)]
    by_item = shown.groupby(["role", "item"], sort=False)["share"].sum()
    found = by_item.groupby("role", sort=False).agg(["size", "mean"]).reset_index()
    return found.set_axis(["misconception", "items", "share"], axis=1)


def _weight(test: KnowledgeTest, role: str) -> float:
    if role == "right":
        return 0.0
    return test.other if role == "other" else test.misconceptions[role].prevalence
