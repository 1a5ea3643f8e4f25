"""Rules on arrays: one number a respondent, bins of a histogram, random effects."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from confstudy.release.audit.finding import Hit
from confstudy.release.decision import THRESHOLD

__all__ = ["literals", "vector_hits"]

_ARRAY = re.compile(
    r"\[\s*[-+]?(?:inf|nan|[\d.]+)(?:e[-+]?\d+)?(?:\s*,\s*|\s+)(?:[-+\d.e,\s]|nan|\.\.\.|…)*\]"
)
_VECTOR = re.compile(r"\bc\(((?:\s*-?\d+(?:\.\d+)?L?\s*,){4,}\s*-?\d+(?:\.\d+)?L?\s*)\)")
_EFFECTS = re.compile(
    r"\{[^{}]{1,40}:\s*(?:Group|Intercept"
    r"|[\w.]*effect)\b.{0,20}-?\d.{0,60}dtype",
    re.DOTALL | re.I,
)
_MODEL = re.compile(
    r"resid|fitted|predict|random_effects|leverage|cooks|hat_|influence|get_prediction"
    r"|propensity|blup",
    re.I,
)
_OTHERS = re.compile(
    r"linspace|arange|corr|loss|history|quantile|epoch|grid|power|cov\(|eigen|curve"
    r"|loadings|edges",
    re.I,
)
_CUTS = re.compile(
    r"thresholds?|fpr|tpr|roc_curve|kneighbors|cumsum|neighbou?rs|leaf|apply\(", re.I
)
_DOCTEST = re.compile(r"^[ |]*>>>.*\n(?:(?![ |]*>>>)[ |]*[^\s|].*\n?)*", re.MULTILINE)
#: Shorter lists are rarely one number a respondent.
MANY = 12


def vector_hits(text: str, source: str = "") -> Iterator[Hit]:
    """Lists of numbers in a text that are one a respondent, or counts of bins.

    >>> [hit.rule for hit in vector_hits("(array([ 3, 40, 12]), array([0., 1., 2., 3.]))")]
    ['threshold']
    """
    if ">>>" in text:
        text = _DOCTEST.sub("", text) if "\n" in text else text.partition(">>>")[0]
    text = _VECTOR.sub(lambda found: "[" + found[1].replace("L", "") + "]", text)
    parts = list(islice(_ARRAY.finditer(text), 300))
    found = [_numbers(part[0]) for part in parts]
    arrays = [array for array in found if len(array) > 1]
    for first, (counts, edges) in enumerate(pairwise(found)):
        near = parts[first + 1].start() - parts[first].end() < 60
        rising = len(edges) == len(counts) + 1 and bool((np.diff(edges) > 0).all())
        whole = bool((counts == counts.round()).all() and (counts >= 0).all())
        if near and rising and whole and ((counts > 0) & (counts < THRESHOLD)).any():
            yield Hit("threshold", f"a bin with fewer than {THRESHOLD} respondents")
    about = source + text[:400]
    for array in arrays:
        told = bool(_MODEL.search(about) or _CUTS.search(about))
        if len(array) >= (5 if told else MANY) and _personal(array, told, about):
            yield Hit("residuals", "a list with one number for each respondent")
            break
    if _EFFECTS.search(text):
        yield Hit("random effects", "one effect for each respondent or small group")


def _numbers(part: str) -> NDArray[np.float64]:
    words = re.findall(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", part)
    return np.array([float(word) for word in words[:100_000]])


def _personal(array: NDArray[np.float64], told: bool, about: str) -> bool:
    """Neither regular nor ordered, and with values that differ."""
    steps = np.diff(array)
    regular = bool(np.allclose(steps, steps[0], rtol=0.02, atol=1e-3 * np.ptp(array)))
    ordered = bool((steps >= 0).all() or (steps <= 0).all())
    if regular or (ordered and not _CUTS.search(about) and not re.search("sort", about)):
        return False
    return told or not _OTHERS.search(about)


def literals(text: str) -> Iterator[Any]:
    """Lists and dictionaries as Python prints them."""
    bare = re.sub(r"\b(?:np\.)?(?:float|int|str|bool_?)\d*\(([^()]*)\)", r"\1", text)
    bare = re.sub(
        r"\bnan\b|<NA>"
        r"|NaT",
        "None",
        re.sub(r"Timestamp\(('[^']*')[^()]*\)", r"\1", bare),
    )
    place = 0
    for _ in range(60):
        opened = re.compile(r"[\[{(]\s*[\[{('\"]").search(bare, place)
        if opened is None:
            return
        end = _closing(bare, opened.start())
        place = end if end > 0 else opened.end()
        if end > 0:
            try:
                yield ast.literal_eval(bare[opened.start() : end])
            except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
                place = opened.start() + 1


def _closing(text: str, start: int) -> int:
    depth, quote = 0, ""
    for place in range(start, min(len(text), start + 200_000)):
        sign = text[place]
        if quote:
            quote = "" if sign == quote and text[place - 1] != "\\" else quote
        elif sign in "'\"":
            quote = sign
        elif sign in "[{(":
            depth += 1
        elif sign in "]})":
            depth -= 1
            if depth == 0:
                return place + 1
    return -1
