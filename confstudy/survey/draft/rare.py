"""What a codebook may say of few people: words that any questionnaire has, and round numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from confstudy.codebook.words import plain

__all__ = ["FEW", "NO", "YES", "above", "below", "is_stock", "is_stock_reason", "is_typed_once"]

#: An answer that fewer people gave is not written into a codebook, unless it is a stock answer.
FEW = 5
YES = {"yes", "y", "true", "ja", "oui", "si", "sí", "1", "checked", "selected", "agree"}
NO = {"no", "n", "false", "nein", "nee", "non", "0", "unchecked", "not selected", "disagree"}

_NUMBERED = re.compile(r"\d+\s*[-=.:)]+\s*(?=[^\d\s])")
_BOUND = (
    r"(?:(?:no )?(?:less|fewer|more) than|under|over|up to|at (?:least|most)|below|above|[<>≤≥]=?"
    r"|bis|unter|über|weniger als|mehr als|moins de|plus de|menos de|más de|minder dan|meer dan)"
)
_NUMBER = r"[$€£]? ?\d[\d,. ]*[k%€]?"
_UNIT = (
    r"(?: ?(?:years?|yrs?|months?|weeks?|days?|hours?|hrs?|minutes?|mins?|times?|sessions?|people"
    r"|employees|jahre?|monate?|wochen?|tage?|stunden?|minuten?|mal|jaar|maanden|weken|keer|ans"
    r"|mois|fois|años|meses|veces))?"
)
_RANGE = re.compile(
    rf"{_BOUND} ?{_NUMBER}{_UNIT}|{_NUMBER}{_UNIT} ?(?:-|to|and|bis|à|a|tot) ?{_NUMBER}{_UNIT}"
    rf"|{_NUMBER}\+{_UNIT}"
    rf"|{_NUMBER}{_UNIT} ?(?:or|and|und|oder|of|et|ou|y|o) (?:more|less|over|older|younger|above"
    r"|below|under|fewer|mehr|weniger|älter|jünger|meer|minder|ouder|jonger|plus|moins|más|menos)"
)
_REASON = re.compile(
    r"(?:i |i'd |i would )?(?:prefer(?:red)?|rather|choose|chose) not(?: to)?"
    r"(?: (?:say|answer|disclose|tell|state|respond|specify))?"
    r"|refus(?:e|ed|al)(?: to (?:answer|say))?|declin(?:e|ed)(?: to (?:answer|say))?|no answer"
    r"|not stated|withheld|keine angabe|weigert|wil ik niet zeggen|sin respuesta"
    r"|prefiero no (?:decir|responder|contestar)(?:lo)?"
    r"|(?:je )?pr[ée]f[èe]re ne pas (?:dire|répondre)"
    r"|(?:i )?(?:don'?t|do not) (?:know|remember)|(?:i am |i'm )?(?:not sure|unsure|uncertain)"
    r"|(?:i )?can'?t (?:say|remember)|(?:ich )?wei(?:ß|ss) (?:ich )?nicht|weet (?:ik )?niet"
    r"|(?:je )?ne sais pas|no s[ée]|no sabe|non so|dk|idk"
    r"|not applicable|inapplicable|does not apply|skip(?:ped)?|(?:logical|legitimate) skip"
    r"|not (?:asked|shown|displayed|eligible|administered)|never seen|trifft nicht zu|sans objet"
    r"|no aplica|niet van toepassing|(?:data )?(?:missing|lost|unusable|illegible|invalid)"
    r"|unreadable|unknown"
    r"|not ascertained|no data|blank|error|fehlend|manquant|ontbreekt|perdido|n/?a"
)


def is_stock(text: str) -> bool:
    """Whether an answer is yes or no, a range of numbers or words without a number of their own.

    It tells one answer of an ordered list from words that somebody typed around a number.

    >>> is_stock("More than 1000"), is_stock("5 - Very often"), is_stock("room 3 with a friend")
    (True, True, False)
    """
    words = _NUMBERED.sub("", plain(text), count=1).rstrip(".!")
    return not re.search(r"\d", words) or _RANGE.fullmatch(words) is not None


def is_stock_reason(text: str) -> bool:
    """Whether a reason for not answering is worded as in any questionnaire, with nothing added.

    >>> is_stock_reason("Don’t know"), is_stock_reason("refused by my doctor")
    (True, False)
    """
    return _REASON.fullmatch(plain(text).strip(" .!()[]<>-")) is not None


def is_typed_once(levels: Mapping[str, str], counts: Mapping[str, int]) -> bool:
    """Whether value labels are answers that were numbered from A to Z, most of them of few people.

    So does SPSS when it recodes text. Labels of a questionnaire stand in another order, or
    some of them nobody chose.
    """
    labels = list(levels.values())
    found = [counts.get(label, 0) for label in labels]
    if len(labels) < 4 or min(found) == 0 or 2 * sum(n < FEW for n in found) <= len(found):
        return False
    return labels in (sorted(labels), sorted(labels, key=str.casefold))


def below(number: float, count: int) -> float:
    """A round number below, so that a range does not tell the smallest answer of ``count`` people.

    >>> below(23, 1), below(20, 1), below(20, 9), below(0, 1)
    (20.0, 10.0, 20.0, 0.0)
    """
    if number == 0:
        return 0.0
    size = float(10.0 ** np.floor(np.log10(abs(number))))
    edge = float(np.floor(number / size) * size)
    return edge - size if edge == number and 0 < count < FEW else edge


def above(number: float, count: int) -> float:
    """A round number above, so that a range does not tell the largest answer."""
    return -below(-number, count)
