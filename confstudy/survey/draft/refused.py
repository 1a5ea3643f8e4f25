"""Columns that a draft leaves out, by what stands in them and by the labels of their values."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from confstudy.codebook.words import plain
from confstudy.privacy.columns import Column
from confstudy.privacy.gate import inspect_columns
from confstudy.privacy.people import known_people
from confstudy.survey.readers.raw import RawTable

__all__ = ["refused"]


def refused(raw: RawTable) -> dict[str, str]:
    """Header → the rule of the load gate that refuses its column.

    Value labels may be names or answers in people's own words, so that they are looked at in
    the place of the codes too.
    """
    named = {
        header: "person name" for header, said in raw.described.items() if _people(said.levels)
    }
    return named | _rules(_in_words(raw), {}) | _rules(raw.frame, raw.labels)


def _people(levels: Mapping[str, str]) -> bool:
    """Whether most value labels are names in full, as of therapists."""
    full = [label for label in levels.values() if " " in label]
    names = known_people(Column.of("", pd.Series(full, dtype="str")))
    return names >= max(3, 0.6 * len(levels))


def _rules(frame: pd.DataFrame, labels: dict[str, str]) -> dict[str, str]:
    found = inspect_columns(frame, labels=labels).findings
    return {str(frame.columns[finding.place - 1]): finding.rule for finding in found}


def _in_words(raw: RawTable) -> pd.DataFrame:
    """The columns with value labels, labels in the place of codes."""
    worded: dict[str, list[str]] = {}
    for header, said in raw.described.items():
        labels = {plain(code): label for code, label in said.levels.items()}
        if labels and header in raw.frame:
            codes, distinct = pd.factorize(raw.frame[header], use_na_sentinel=False)
            cells = [labels.get(plain(cell), "") for cell in distinct]
            worded[header] = [cells[code] for code in codes]
    return pd.DataFrame(worded, dtype="str")
