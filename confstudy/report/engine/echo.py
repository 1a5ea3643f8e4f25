"""What a message repeats of what a notebook asked for: it may be a respondent's answer."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import confstudy
from confstudy.codebook.read import codebook_beside, read_codebook
from confstudy.errors import ConfstudyError

__all__ = ["names_in", "without_echoes"]

_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_QUOTED = re.compile(r"'[^']*'|\[[^\[\]]*\]|\"[^\"]*\"")
_GONE = "…"
#: Digits that are more than a count of rows or columns.
_LONG = 4


def without_echoes(message: str, written: str, names: Collection[str] = ()) -> str:
    """A message of the package, without what only the run of a notebook can have put into it.

    Parameters
    ----------
    message
        Worded by the package, with names that the notebook gave it.
    written
        The notebook's own text: what stands there, its author typed.
    names
        Of the variables and scales of the survey.

    Returns
    -------
    str
        The message; each quotation and each word that neither the notebook nor the package
        holds, and each long number, is an ellipsis.

    Examples
    --------
    >>> message = f"Columns not found: [{'quok' + 'ka'}]. Did you mean 'trust'?"
    >>> without_echoes(message, "y ~ x", ["trust"])
    "Columns not found: […]. Did you mean 'trust'?"
    """
    known = {word.casefold() for text in (written, " ".join(names)) for word in _words(text)}

    def quoted(found: re.Match[str]) -> str:
        text = found.group()
        if text in _source():
            return text
        parts = [part for part in text[1:-1].split(", ") if part]
        kept = [part if part in names or part in written else _GONE for part in parts]
        return f"{text[0]}{', '.join(_shortened(kept))}{text[-1]}"

    def word(found: re.Match[str]) -> str:
        text = found.group()
        if text.isdigit():
            return text if len(text) < _LONG or text in known else _GONE
        return text if text.casefold() in known or text.casefold() in _vocabulary() else _GONE

    parts, place = list[str](), 0
    for found in _QUOTED.finditer(message):
        parts += [_WORD.sub(word, message[place : found.start()]), quoted(found)]
        place = found.end()
    return "".join([*parts, _WORD.sub(word, message[place:])])


def names_in(parameters: Mapping[str, Any], home: Path) -> frozenset[str]:
    """The variables and scales of the survey that a notebook's parameters name.

    Parameters
    ----------
    parameters, home
        ``data`` and ``codebook``, as seen from the folder ``home``.

    Examples
    --------
    >>> "privacy" in names_in({"data": "", "codebook": "therapy"}, Path())
    True
    """
    named = str(parameters.get("codebook") or "")
    try:
        beside = codebook_beside(home / str(parameters.get("data"))) if not named else Path()
        own = home / named if named and (home / named).is_file() else named or beside
        codebook = read_codebook(own)
    except (ConfstudyError, OSError):
        return frozenset()
    return frozenset([*codebook.variables, *codebook.scales])


def _shortened(parts: list[str]) -> list[str]:
    """Neighbouring ellipses are one."""
    return [p for n, p in enumerate(parts) if p != _GONE or not n or parts[n - 1] != _GONE]


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text))


@lru_cache(maxsize=1)
def _source() -> str:
    folder = Path(confstudy.__file__).parent
    return "\n".join(path.read_text("utf-8") for path in sorted(folder.rglob("*.py")))


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    """The words of the package's own source."""
    return frozenset(word.casefold() for word in _words(_source()))
