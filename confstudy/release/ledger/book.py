"""The open ledger: what was released so far, and what is being added."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.release.ledger.disk import fingerprint
from confstudy.release.ledger.entry import Entry, Output, Respondents
from confstudy.release.ledger.identity import answers_of, occurrences
from confstudy.release.ledger.matching import matched
from confstudy.release.ledger.roster import joined, roster_of
from confstudy.survey.survey import Survey

__all__ = ["Book"]


class Book:
    """What may be read and added while the ledger's lock is held.

    Attributes
    ----------
    unmatched
        Whether a study's respondents could not be told from earlier ones: hardly any of a file
        is known although the study's ledger knows respondents.
    added
        The new entries, in order.
    """

    def __init__(self, past: Sequence[Entry], key: bytes) -> None:
        self._past = tuple(past)
        self._key = key
        self.added: list[Entry] = []
        self.unmatched = False

    @property
    def history(self) -> tuple[Output, ...]:
        """All outputs, the earliest first, with those added in this block."""
        entries = (*self._past, *self.added)
        return tuple(entry for entry in entries if isinstance(entry, Output))

    def add(self, output: Output) -> None:
        """Record an output when the block ends."""
        self.added.append(output)

    def number(self, survey: Survey | pd.DataFrame) -> NDArray[np.int64]:
        """The numbers of a survey's respondents, one a row and no two alike.

        Somebody known keeps the number, whatever the order of rows and categories, the index,
        the types of columns, columns added, or a few answers corrected. Respondents who gave
        the same answers to everything are told apart by their order only. ``unmatched`` is set
        where nobody seems to be known.

        Parameters
        ----------
        survey
            Of a survey the codebook's variables count, of a frame all columns.

        Returns
        -------
        numpy.ndarray
            (n,) from 0, in the order of the rows.
        """
        study = "" if isinstance(survey, pd.DataFrame) else survey.codebook.name
        data = "" if isinstance(survey, pd.DataFrame) else survey.provenance.sha256
        roster = roster_of((*self._past, *self.added))
        answers = answers_of(survey, self._key)
        numbers, equal = matched(answers, study, roster)
        new = numbers < 0
        self.unmatched |= _unmatched(numbers, roster.of_study(study))
        numbers[new] = np.arange(roster.size, roster.size + new.sum())
        # A view of data already known is found again without being written down again.
        written = new | ~equal if not data or data not in roster.data else new
        if written.any():
            own = answers.own
            places = occurrences(joined(own))
            now = datetime.now(UTC).isoformat(timespec="seconds")
            known = fingerprint(self._key)
            self.added.append(
                Respondents(
                    now,
                    study,
                    data,
                    known,
                    answers.columns,
                    numbers[written],
                    own[written],
                    places[written],
                )
            )
        return numbers


def _unmatched(numbers: NDArray[np.int64], before: NDArray[np.int64]) -> bool:
    """Whether nine in ten of a file are new and most of the study's respondents are not in it."""
    known = numbers[numbers >= 0]
    few = 10 * len(known) <= len(numbers)
    return bool(
        len(before) and len(numbers) and few and 2 * np.isin(before, known).sum() < len(before)
    )
