"""How the words of files and codebooks are compared, and the short forms a codebook may use."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any

from pydantic import BeforeValidator

__all__ = [
    "Bands", "Codes", "Condition", "Interval", "Recode", "Sources", "Texts", "as_codes", "as_list",
    "heading", "is_number", "plain", "with_text_keys",
]  # fmt: skip

_STRAIGHT = str.maketrans("’‘‛´`“”„‐‑‒–—−", "'''''\"\"\"------")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|&nbsp;|[*`]|(?<![^\W_])_+|_+(?![^\W_])")


def plain(text: object) -> str:
    """How cells, levels and codes are compared: without case, extra spaces and `.0`.

    Typographic quotation marks and dashes are the same as straight ones.

    >>> plain("  Don’t   Know "), plain(2.0), plain(-0.0)
    ("don't know", '2', '0')
    """
    shaped = unicodedata.normalize("NFKC", str(text)).translate(_STRAIGHT)
    words = " ".join(shaped.split()).casefold()
    whole = re.fullmatch(r"(-?\d+)\.0+", words)
    return "0" if words in ("-0", "-0.0") else whole[1] if whole else words


def heading(text: str) -> str:
    r"""How headers are compared: also without markup, asterisks and emphasising underscores.

    >>> heading("<strong>Do you *currently* _NOT_\u00a0work?</strong>"), heading("age_band")
    ('do you currently not work?', 'age_band')
    """
    return plain(_MARKUP.sub(" ", str(text))).replace(" ?", "?")


def is_number(text: str) -> bool:
    """Whether a text is a number, as Python reads it."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def as_list(value: Any) -> Any:
    """One value as a list of one."""
    return [value] if isinstance(value, str | int | float) else value


def as_codes(value: Any) -> Any:
    """Levels come as a list of labels or as code → label; both become code → label."""
    if isinstance(value, dict):
        return {str(code): str(label) for code, label in value.items()}
    if isinstance(value, list):
        return {str(label): str(label) for label in value}
    return value


def with_text_keys(value: Any) -> Any:
    """Keys that YAML read as numbers, as text."""
    return {str(key): part for key, part in value.items()} if isinstance(value, dict) else value


def _as_texts(value: Any) -> Any:
    return [str(item) for item in value] if isinstance(value, list | tuple) else value


def _by_wave(value: Any) -> Any:
    """Headers for every wave stand under the empty name."""
    return with_text_keys(value) if isinstance(value, dict) else {"": value} if value else {}


Texts = Annotated[tuple[str, ...], BeforeValidator(lambda v: _as_texts(as_list(v)))]
Codes = Annotated[dict[str, str], BeforeValidator(as_codes)]
Interval = tuple[float, float]
Recode = Annotated[dict[str, Texts], BeforeValidator(with_text_keys)]
Bands = Annotated[dict[str, Interval], BeforeValidator(with_text_keys)]
Sources = Annotated[dict[str, Texts], BeforeValidator(_by_wave)]
#: Variables, each with the answers that count, or the lowest and highest number.
Condition = Annotated[dict[str, Texts], BeforeValidator(with_text_keys)]
