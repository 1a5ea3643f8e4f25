"""Answers that lead to a question, and answers that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator

from confstudy.codebook.schema import Codebook
from confstudy.codebook.words import Condition, is_number
from confstudy.errors import did_you_mean, listing

__all__ = ["of_contradictions", "of_routing", "routing_order"]

Place = tuple[str | int, ...]
Problem = tuple[Place, str]


def routing_order(codebook: Codebook) -> list[str]:
    """The variables with ``asked_if``, each after those that lead to it; cycles are left out."""
    waiting = {
        name: {cause for cause in variable.asked_if if codebook.variables[cause].asked_if}
        for name, variable in codebook.kept.items()
        if variable.asked_if and not set(variable.asked_if) - set(codebook.kept)
    }
    order: list[str] = []
    while ready := [name for name, causes in waiting.items() if causes <= set(order)]:
        order += ready
        waiting = {name: causes for name, causes in waiting.items() if name not in order}
    return order


def of_routing(place: Place, name: str, codebook: Codebook) -> Iterator[Problem]:
    """A question's routing names other variables and answers they have, in no circle."""
    variable = codebook.variables[name]
    if variable.drop or not variable.asked_if:
        return
    found = list(_of_condition((*place, "asked_if"), f"'{name}'", variable.asked_if, codebook))
    yield from found
    if not found and name not in routing_order(codebook):
        yield (
            (*place, "asked_if"),
            f"'{name}' is asked only if it was asked: its routing is a circle.",
        )


def of_contradictions(codebook: Codebook) -> Iterator[Problem]:
    """Impossible combinations name variables and answers that there are."""
    for name, condition in codebook.impossible.items():
        yield from _of_condition(("impossible", name), f"impossible '{name}'", condition, codebook)


def _of_condition(
    place: Place, what: str, condition: Condition, codebook: Codebook
) -> Iterator[Problem]:
    for cause, answers in condition.items():
        if cause not in codebook.kept:
            hint = did_you_mean(cause, codebook.kept)
            yield (*place, cause), f"{what} names '{cause}', not a variable.{hint}"
            continue
        levels = codebook.kept[cause].categories
        if not levels:
            if len(answers) != 2 or not all(map(is_number, answers)):
                text = f"{what}: '{cause}' is a number: name the lowest and the highest."
                yield (*place, cause), text
            continue
        strange = [answer for answer in answers if answer not in levels]
        if strange:
            hint = did_you_mean(strange[0], levels)
            text = f"{what}: '{strange[0]}' is not among the levels of '{cause}' {listing(levels)}."
            yield (*place, cause), text + hint
