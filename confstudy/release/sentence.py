"""Sentences made by the package from released numbers, told apart from those written by hand."""

from __future__ import annotations

from collections.abc import Sequence

from confstudy.release.decision import Decision

__all__ = ["Sentence", "check_sentences"]


class Sentence(str):
    """Words that hold released numbers only."""

    __slots__ = ()


def check_sentences(sentences: Sequence[str]) -> Decision:
    """Pass what the package worded; what a person worded, a person must read.

    >>> check_sentences([Sentence("Trust rose.")]).status, check_sentences(["Ann said so."]).status
    ('pass', 'review')
    """
    if all(isinstance(sentence, Sentence) for sentence in sentences):
        return Decision("pass", "wording", "worded by confstudy from released numbers")
    return Decision("review", "wording", "written by hand: a person must read it")
