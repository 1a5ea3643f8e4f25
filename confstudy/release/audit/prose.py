"""The audit of words that a person wrote."""

from __future__ import annotations

import re

from confstudy.release.audit.decode import contents
from confstudy.release.audit.identifiers import identifiers, user_paths
from confstudy.release.audit.records import Records, records_of
from confstudy.release.decision import THRESHOLD, Decision
from confstudy.survey.survey import Survey

__all__ = ["check_prose"]

_NUMBER = re.compile(r"(?<![\w.])-?\d[\d,\u202f\u00a0_' ]*(?:\.\d+)?(?![\w.]*\w)")
#: Numbers of so many digits are hardly an answer by chance.
_TELLING = 5


def check_prose(words: str, survey: Survey) -> Decision:
    """Fail words that hold identifiers, or values that together belong to one respondent.

    Parameters
    ----------
    words
        A text that a person wrote, in Markdown or HTML, however it is encoded.
    survey
        The survey it is about.

    Examples
    --------
    >>> import confstudy as cs
    >>> survey = cs.load("data_synthetic/therapy.parquet")
    >>> check_prose("Trust was higher where privacy was.", survey).status
    'pass'
    >>> check_prose("Write to ann@example.org.", survey).reason
    'the words hold what looks like an e-mail address'
    """
    records = records_of(survey.frame, survey.codebook)
    for text in contents(words).texts:
        if any(_of_few(number, records) for number in _NUMBER.findall(text)):
            return Decision("fail", "record fragment", "the words hold the answer of one or a few")
        for hit in (*identifiers(text), *user_paths(text), *records.hits(text)):
            what = hit.what if hit.what.startswith("holds") else f"holds {hit.what}"
            return Decision("fail", hit.rule, f"the words {what.replace('holds', 'hold', 1)}")
    return Decision("pass", "prose", "no identifier and no piece of a record was found")


def _of_few(number: str, records: Records) -> bool:
    """Whether a long number is an answer that fewer than ten gave."""
    plain = re.sub(r"[^\d.-]", "", number)
    if len(plain.replace(".", "").strip("-0")) < _TELLING:
        return False
    return 0 < len(records.index.number(plain)[0]) < THRESHOLD
