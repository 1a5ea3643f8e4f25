"""Answers that stand in an order: agreement, frequency, amount, quality, and ranges of numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from confstudy.codebook.words import plain

__all__ = ["in_order"]

# Rungs from low to high; answers on one rung are different words for it.
_LADDERS: tuple[str, ...] = (
    "strongly disagree, completely disagree, fully disagree, disagree strongly, totally disagree"
    " < disagree < somewhat disagree, slightly disagree, tend to disagree, rather disagree"
    " < neither agree nor disagree, neutral, undecided, neither, unsure, not sure, mixed"
    " < somewhat agree, slightly agree, tend to agree, rather agree"
    " < agree < strongly agree, completely agree, fully agree, agree strongly, totally agree",
    "never < almost never, hardly ever, very rarely < rarely, seldom"
    " < occasionally, once in a while < sometimes < often, frequently, regularly"
    " < usually, very often, most of the time < almost always, nearly always"
    " < always, all the time",
    "not at all < several days < more than half the days, over half the days < nearly every day",
    "not at all, none, not, no < a little, a little bit, slightly, hardly < somewhat, some"
    " < moderately, to some extent < quite a bit, quite, considerably, mostly, rather"
    " < very, very much, a lot, to a great extent, strongly < extremely, a great deal, completely",
    "none < a few, some < half < most < all",
    "very poor, terrible < poor, bad < fair, average, okay < good < very good < excellent",
    "very low < low < medium, moderate, average < high < very high",
    "no < maybe, possibly, unsure, not sure, partly, some of them, sometimes < yes",
    "definitely not, certainly not < probably not < maybe, might or might not, unsure, possibly"
    " < probably, probably yes < definitely, definitely yes, certainly",
    "much worse < worse < somewhat worse, a little worse < about the same, the same, no change"
    " < somewhat better, a little better < better < much better",
    "less than once a month < once a month, monthly < several times a month < once a week, weekly"
    " < several times a week < daily, every day < several times a day",
    "nie < selten < manchmal, gelegentlich < oft, häufig < meistens, sehr oft < immer",
    "stimme gar nicht zu, stimme überhaupt nicht zu, trifft gar nicht zu, trifft überhaupt nicht zu"
    " < stimme nicht zu, stimme eher nicht zu, trifft eher nicht zu, trifft nicht zu"
    " < teils/teils, teils teils, weder noch, neutral"
    " < stimme eher zu, trifft eher zu, stimme zu, trifft zu"
    " < stimme voll zu, stimme voll und ganz zu, stimme völlig zu, trifft voll zu"
    ", trifft voll und ganz zu, trifft völlig zu",
    "nooit < zelden < soms < vaak < meestal < altijd",
    "helemaal oneens, zeer oneens < oneens < neutraal < eens < helemaal eens, zeer eens",
    "jamais < rarement < parfois < souvent < toujours",
    "pas du tout d'accord < pas d'accord, plutôt pas d'accord < ni d'accord ni pas d'accord, neutre"
    " < d'accord, plutôt d'accord < tout à fait d'accord",
    "nunca < casi nunca, raramente, rara vez < a veces < a menudo, casi siempre < siempre",
    "muy en desacuerdo, totalmente en desacuerdo < en desacuerdo"
    " < ni de acuerdo ni en desacuerdo, neutral < de acuerdo"
    " < muy de acuerdo, totalmente de acuerdo",
)
_PAIRS = (
    "dissatisfied satisfied",
    "unlikely likely",
    "difficult easy",
    "uncomfortable comfortable",
    "unimportant important",
    "unwilling willing",
    "unsafe safe",
    "untrue true",
    "not-open open",
    "negative positive",
    "unhelpful helpful",
    "untrustworthy trustworthy",
    "bad good",
    "against for",
)
_SCALED = (
    "important", "comfortable", "confident", "concerned", "satisfied", "likely", "willing", "open",
    "difficult", "easy", "useful", "helpful", "private", "safe", "worried", "familiar", "true",
    "stressful", "interested",
)  # fmt: skip
_STRENGTHS = (("extremely", "completely"), ("very",), ("quite", "moderately", ""))
_WEAK = (("somewhat", "fairly", "rather"), ("slightly", "a little"))


def _of_pair(low: str, high: str) -> list[list[str]]:
    steps = [*_STRENGTHS, *_WEAK]
    middle = [f"neither {high} nor {low}", f"neither {low} nor {high}", "neutral", "neither"]
    down = [[f"{word} {low}".strip() for word in words] for words in steps]
    down[0] += [f"not at all {high}", f"not {high} at all"]
    up = [[f"{word} {high}".strip() for word in words] for words in reversed(steps)]
    return [*down, middle, *up]


def _of_adjective(word: str) -> list[list[str]]:
    low = [f"not at all {word}", f"not {word} at all", f"not {word}"]
    return [
        low,
        *([f"{strength} {word}".strip() for strength in group] for group in reversed(_WEAK)),
        [f"not too {word}", f"not very {word}"],
        [f"moderately {word}", word, f"quite {word}"],
        [f"very {word}"],
        [f"extremely {word}", f"completely {word}"],
    ]


def _all() -> list[dict[str, int]]:
    written = [[rung.split(",") for rung in ladder.split(" < ")] for ladder in _LADDERS]
    paired = [_of_pair(*(word.replace("-", " ") for word in pair.split())) for pair in _PAIRS]
    ladders = [*written, *paired, *map(_of_adjective, _SCALED)]
    return [
        {plain(word): place for place, rung in enumerate(ladder) for word in rung}
        for ladder in ladders
    ]


_PLACES = _all()
_NUMBER = re.compile(r"\d[\d,. ]*")
_LEAST = re.compile(r"under|less|below|fewer|up to|at most|younger|<|no more|bis|unter|moins|menos")
_RANGE = re.compile(
    r"(?:[^\d]{0,25}?)[\d][\d,. ]*(?:\s*(?:-|to|and|bis|à|a)\s*[^\d]{0,4}[\d][\d,. ]*)?[^\d]{0,25}"
)


def in_order(answers: Iterable[str]) -> list[str] | None:
    """The answers from low to high, or None where they stand in no order that is known.

    >>> in_order(["Often", "Never", "Sometimes"]), in_order(["26-100", "1-5", "More than 1000"])
    (['Never', 'Sometimes', 'Often'], ['1-5', '26-100', 'More than 1000'])
    >>> in_order(["Canada", "France", "Peru"])
    """
    found = list(answers)
    if len(found) < 3:
        return None
    words = {answer: _said(re.sub(r"^\d+\s*[-=.:)]+\s*", "", answer)) for answer in found}
    for places in _PLACES:
        rungs = [places.get(word) for word in words.values()]
        if None not in rungs and len(set(rungs)) == len(rungs):
            return sorted(found, key=lambda answer: places[words[answer]])
    if all(_RANGE.fullmatch(word) for word in words.values()):
        keys = [_start(word) for word in words.values()]
        if len(set(keys)) == len(keys):
            return sorted(found, key=lambda answer: _start(words[answer]))
    return None


def _said(answer: str) -> str:
    return plain(answer).replace("everyday", "every day").rstrip(".!")


def _start(word: str) -> tuple[float, int]:
    """Where a range starts: nothing is under "less than 5", "5" is under "more than 5"."""
    match = _NUMBER.search(word)
    digits = re.sub(r"[^\d]", "", match[0]) if match else "0"
    number = float(digits or 0)
    alone = len(_NUMBER.findall(word)) == 1
    return (number, -1) if alone and _LEAST.search(word) else (number, 0)
