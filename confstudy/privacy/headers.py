"""Rules on headers: fields that survey platforms write, and headers that name personal details."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from confstudy.privacy import details
from confstudy.privacy.columns import Column
from confstudy.privacy.details import mentions
from confstudy.privacy.fields import COMMON, FIELDS, SHARED
from confstudy.privacy.people import known_people, person_names
from confstudy.privacy.texts import free_text, is_chosen

__all__ = ["answers_in_header", "header_is_data", "shown_headers", "system_field", "telling_header"]

_REACHABLE = re.compile(r".*@.*|(?:.*\d){7,}.*")
_STREET = re.compile(r"(?=.*\d)(?=.*[^\W\d_]{2}).*")
_POSTAL = re.compile(r"(?=(?:.*\d){2}).{3,10}")
_DIGITS = re.compile(r"(?=.*\d)\S.{3,}")
_TOKEN = re.compile(r"\S+")
_DATE = re.compile(
    r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}(?:[T ].*)?|(?:[0-3]\d[01]\d|[01]\d[0-3]\d)\d{2}"
    r"|(?:19|20)\d{6}|[0-3]\d[01]\d(?:19|20)\d\d|[01]?\d[-/.](?:19|20)\d\d|(?:19|20)\d\d[-/.]\d\d"
    r"|\D{3,14}\d{1,2}\D{1,4}\d{2,4}|\d{1,2}\D{3,20}\d{2,4}|\d{4}\D+\d{1,2}\D+\d{1,2}\D?|[1-4]\d{4}"
)
_DECIMALS = re.compile(r"[-+]?(?:\d{2,3}[.,]\d{2}|\d{1,3}[.,]\d{3,}.*)")


_NUMBERED = re.compile(r"([^\W\d_]{1,12}[_.-]?)\d{1,3}")
_LONG_NUMBER = re.compile(r"-\d.*|\d+[.,]\d+|(?!(?:19|20)\d\d$)\d{4,}")
#: What a question or an instruction has among its words.
_ASKING = set(
    "what which why how who whom when where whether you your yours please describe explain "
    "specify comment comments remark remarks other others else tell say list name text question "
    "open answer was wie warum weshalb wer wann wo ob sie ihr ihre ihnen bitte beschreiben "
    "erklären sonstiges andere anmerkung anmerkungen wat welke waarom hoe wanneer waar u uw jij "
    "jouw graag anders toelichting opmerkingen que quoi quel quelle pourquoi comment quand vous "
    "votre autre autres qué cuál cómo cuándo dónde usted su otro otra otros por favor".split()
)


def header_is_data(header: str) -> bool:
    """Whether a header looks like somebody's answer, as in a file without a header row."""
    text = header.strip()
    digits = re.fullmatch(r"[-+]?[\d.,/ :-]+(?:[ap]m)?", text, re.IGNORECASE)
    return (
        bool(digits) or "@" in text or bool(re.search(r"\d{5,}|https?:", text)) or len(text) > 300
    )


def shown_headers(frame: pd.DataFrame) -> list[str]:
    """Headers that may be repeated in a message; the others by their position.

    In a file without a header row the first respondent's answers stand there. Where one
    header gives that away, none is repeated.
    """
    headers = [str(name) for name in frame.columns]
    headless = answers_in_header(frame) > 0
    return [
        f"column {place} (its header looks like an answer)"
        if headless or header_is_data(header)
        else header
        for place, header in enumerate(headers, start=1)
    ]


def answers_in_header(frame: pd.DataFrame) -> int:
    """How many headers look like an answer to their own column."""
    return sum(_is_answer(str(header), frame[header]) for header in frame.columns)


def _is_answer(header: str, column: pd.Series[Any]) -> bool:
    """Whether a header is one of its column's several answers, or is made as most of them are."""
    answers = [" ".join(str(cell).split()) for cell in column.dropna().unique()]
    answers = [answer.casefold() for answer in answers if answer]
    same = " ".join(header.split()).casefold()
    if len(answers) < 2:
        return False
    return same in answers or _alike(same, answers[:200]) or _is_said(header, column)


def _alike(header: str, answers: list[str]) -> bool:
    """Whether most answers are made of letters, digits and signs as the header is."""
    shape = _shape(header)
    if len(set(shape)) < 2 or "9" not in shape:
        return False
    number = _NUMBERED.fullmatch(header)
    if number:
        # q7 over codes such as ab12 is a name; p0007 over p0008 is a code.
        shape = number[1] + "9"
        return 2 * sum(re.sub(r"\d+", "9", answer) == shape for answer in answers) > len(answers)
    return 2 * sum(_shape(answer) == shape for answer in answers) > len(answers)


def _is_said(header: str, column: pd.Series[Any]) -> bool:
    """Whether a header is a name over names, a number over numbers, a statement over statements."""
    if _LONG_NUMBER.fullmatch(header.strip()):
        return Column.of("", column).mostly_numeric
    words = re.findall(r"[^\W\d_]+", header.casefold())
    said = len(words) >= 5 and "?" not in header and _ASKING.isdisjoint(words)
    named = 1 <= len(words) <= 4 and known_people(Column.of("", pd.Series([header]))) > 0
    if not (said or named):
        return False
    cells = Column.of("", column)
    return bool(person_names(cells) if named else free_text(cells))


def _shape(text: str) -> str:
    """A text with every run of letters and of digits as one sign."""
    return re.sub(r"\d+", "9", re.sub(r"[^\W\d_]+", "a", text))


def system_field(column: Column) -> int:
    """Match a field that a survey platform writes about the respondent."""
    header = column.header.casefold()
    pieces = {_bare(header), *map(_bare, re.split(r"[./:]", header))}
    found = pieces & FIELDS
    stamped = _bare(header).endswith("timestamp") and not column.is_category_set
    if len(column.cells) <= 1 or not (found or stamped):
        return 0
    plainly = stamped or found - COMMON - SHARED
    shared = found & SHARED and not column.is_category_set
    common = found & COMMON and _nobody_s_twin(column)
    return len(column.cells) if plainly or shared or common else 0


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", text)


def telling_header(column: Column) -> int:
    """Match a header that names a personal detail over values that could be one."""
    said = column.phrases
    found = _named(column)
    measured = column.numeric and set(column.words) & details.MEASURED
    if not (measured or column.is_category_set or is_chosen(column)):
        found = (
            found
            or (mentions(said, details.CONTACT) and column.share(_REACHABLE) >= 0.3)
            or (mentions(said, details.PLACE) and _is_place(column))
            or (mentions(said, details.POSTCODE) and _is_postcode(column))
            or (mentions(said, details.NUMBERED) and _mostly_own(column, _DIGITS))
            or (mentions(said, details.DEVICE) and _mostly_own(column, _DIGITS))
            or (mentions(said, details.WEB) and _mostly_own(column, _TOKEN))
            or (mentions(said, details.BORN) and column.share(_DATE) > 0.3)
            or (mentions(said, details.GEO) and _is_position(column))
        )
    return len(column.cells) if found or _is_code(column) else 0


def _named(column: Column) -> bool:
    """A header of names over texts that are no categories, or over names people have."""
    words = column.words
    owned = {a for a, b in pairwise(words) if b == "name"} & details.PERSON
    name = words == ("name",) or bool(owned) or mentions(column.phrases, details.NAME)
    if not name or column.mostly_numeric:
        return False
    closed = column.is_category_set or is_chosen(column)
    return not closed or known_people(column) >= max(5, 0.5 * len(column.cells))


def _is_place(column: Column) -> bool:
    """Streets with numbers, or places that few people share."""
    own = column.uniqueness > 0.3 and not column.mostly_numeric
    return own or column.share(_STREET) > 0.3


def _is_postcode(column: Column) -> bool:
    if column.mostly_numeric:
        return float(np.median(column.numbers)) >= 1000
    return column.share(_POSTAL) >= 0.5


def _mostly_own(column: Column, pattern: re.Pattern[str]) -> bool:
    """Cells of a shape that most people do not share; numbers have to be long."""
    if column.uniqueness <= 0.5 or column.share(pattern) < 0.5:
        return False
    return not column.mostly_numeric or float(np.abs(column.numbers).max()) >= 1e5


def _is_position(column: Column) -> bool:
    inside = not column.mostly_numeric or float(np.median(np.abs(column.numbers))) <= 180
    return inside and column.share(_DECIMALS) > 0.5


def _is_code(column: Column) -> bool:
    """A participant's id: nobody's twin, or text that returns in every wave."""
    words = column.words
    near = [{a, b} for a, b in pairwise(words)]
    owned = [two for two in near if two & details.OWNER and len(two & details.CODED) == 1]
    alone = len(words) == 1 and bool(set(words) & {"record", *details.CODED})
    if not (owned or alone or mentions(column.phrases, details.ID)):
        return False
    followed = bool(set(words) & details.FOLLOWED) and column.uniqueness >= 0.2
    returning = followed and column.share(_MIXED) > 0.8 and len(column.cells) > 12
    return _nobody_s_twin(column) or returning


_MIXED = re.compile(r"(?=.*\d)(?=.*[A-Za-z])\S{3,40}")


def _nobody_s_twin(column: Column) -> bool:
    """Whole numbers or texts that identify: nearly every row has its own."""
    decimals = column.mostly_numeric and bool((column.numbers % 1).any())
    own = column.uniqueness >= 0.9 and column.answered >= 2
    return own and not decimals and not column.is_category_set
