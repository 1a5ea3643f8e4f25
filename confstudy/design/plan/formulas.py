"""What a formula means: its outcome and its terms, however they are written."""

from __future__ import annotations

from dataclasses import dataclass

from formulaic import Formula
from formulaic.errors import FormulaicError

from confstudy.design.plan.schema import Model
from confstudy.errors import AnalysisError
from confstudy.models.formula import split_formula
from confstudy.models.mixed.random import parse_random

__all__ = ["Meaning", "needed", "read_formula", "same_random"]

Terms = frozenset[frozenset[str]]


@dataclass(frozen=True)
class Meaning:
    """A formula without the order and the short forms in which it was written.

    Attributes
    ----------
    outcome
        The left side.
    terms, zeros
        Terms as sets of factors, without the intercept; ``zeros`` of the part behind a bar.
    variables
        Every column that is needed.
    """

    outcome: str
    terms: Terms
    zeros: Terms
    variables: frozenset[str]


def read_formula(formula: str) -> Meaning:
    """Read a formula; ``a * b`` is ``b + a + b:a``.

    Raises
    ------
    AnalysisError
        It is no formula.

    Examples
    --------
    >>> read_formula("y ~ a * b") == read_formula("y ~ b + b:a + a")
    True
    """
    counts, zeros = split_formula(formula)
    left, tilde, right = (side.strip() for side in counts.partition("~"))
    if not tilde or not left or not right or "~" in right:
        raise AnalysisError(f"'{formula}' is no formula: write 'outcome ~ exposure + covariate'.")
    outcome, _, of_outcome = _side(left, formula)
    terms, intercept, variables = _side(right, formula)
    behind, _, more = _side(zeros or "1", formula)
    if len(outcome) != 1:
        raise AnalysisError(f"'{formula}' has one outcome: '{left}' is not one.")
    if not intercept:
        raise AnalysisError("A formula here keeps its intercept: leave out '0 +' or '- 1'.")
    name = ":".join(sorted(next(iter(outcome))))
    # Without a bar, or with the same terms behind it, the part for zeros is the same.
    zero = frozenset[frozenset[str]]() if behind == terms else behind
    return Meaning(name, terms, zero, frozenset(of_outcome | variables | more))


def needed(model: Model) -> list[str]:
    """The columns that a model needs, in the order of the alphabet."""
    names = set(read_formula(model.formula).variables)
    names |= {name for name in (model.cluster, model.weights) if name}
    if model.offset:
        names |= _side(model.offset, model.offset)[2]
    for term in parse_random(model.random) if model.random else ():
        names |= term.variables
    return sorted(names)


def same_random(one: str, other: str) -> bool:
    """Whether two random parts are the same, whatever their order and spaces.

    >>> same_random("1 | therapist", "(1|therapist)")
    True
    """
    return _random(one) == _random(other)


def _random(text: str) -> frozenset[tuple[Terms, bool, tuple[str, ...], bool]]:
    if not text:
        return frozenset()
    parts = parse_random(text)
    sides = [(_side(part.effects, text), part) for part in parts]
    return frozenset((side[0], side[1], part.group, part.correlated) for side, part in sides)


def _side(side: str, formula: str) -> tuple[Terms, bool, set[str]]:
    """Terms, whether there is an intercept, variables."""
    try:
        read = Formula(side)
        terms = {frozenset(str(factor.expr) for factor in term.factors) for term in read}
        variables = {str(name) for name in read.required_variables}
    except (FormulaicError, TypeError, AttributeError, ValueError, SyntaxError):
        raise AnalysisError(f"'{formula}' cannot be parsed as a formula.") from None
    one = frozenset({"1"})
    return frozenset(terms - {one}), one in terms, variables
