"""Single numbers that a report keeps: none may be an answer of a few respondents."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from confstudy.release.audit.records import records_of
from confstudy.release.decision import THRESHOLD, Decision
from confstudy.survey.survey import Survey

__all__ = ["check_numbers"]

_FEW = f"a whole number under {THRESHOLD}: see that it does not count respondents"


def check_numbers(numbers: Iterable[float], survey: Survey) -> Decision:
    """Fail numbers that fewer than ten respondents gave as an answer, such as the largest.

    A whole number under ten may be a count of a few, which a person must see; how many are in
    the survey always passes. Where a number comes from is not known: what follows from a few
    answers and is none of them, such as their sum, is not found.

    Parameters
    ----------
    numbers
        As they would be kept; those that are missing do not count.
    survey
        The survey they are about.

    Examples
    --------
    >>> import confstudy as cs
    >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
    >>> [check_numbers([number], scores).status for number in (0.4213, scores.n, 7)]
    ['pass', 'pass', 'review']
    """
    index = records_of(survey.frame, survey.codebook).index
    told = [float(one) for one in numbers if np.isfinite(one) and one != survey.n]
    # Written out without an exponent: the index reads digits after the point.
    texts = [np.format_float_positional(one, trim="-") for one in told]
    if any(0 < len(index.number(text)[0]) < THRESHOLD for text in texts):
        why = "it is an answer that one or a few gave: record a number that was released"
        return Decision("fail", "record fragment", why)
    if any(one == int(one) and 0 < one < THRESHOLD for one in told):
        return Decision("review", "threshold", _FEW)
    return Decision("pass", "records", "no answer that fewer than ten respondents gave")
