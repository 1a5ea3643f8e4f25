"""The rules that recognise identified data, in the order in which they are tried.

Each looks at one column's header and distinct cells and answers with how many of them it
matched. Rules never return, log or word a cell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from confstudy.privacy.columns import Column
from confstudy.privacy.headers import system_field, telling_header
from confstudy.privacy.values import ANY, MOST, Test

__all__ = ["DECODED_EXEMPT", "DESIGN_EXEMPT", "RULES", "Rule"]


@dataclass(frozen=True)
class Rule:
    """A named test, why it matters, and what to do about a column it matches."""

    name: str
    matches: Test
    why: str
    remedy: str


_DROP = "declare the column with `drop: identifier` in the codebook, or delete it from the file"
_POINTS = "it can point to one person"


def _free_text(column: Column) -> int:
    """Long answers that few people share and that are not choices from a list."""
    words = np.repeat([len(cell.split()) for cell in column.cells], 1)
    if len(words) <= 12 or np.median(words) < 4 or column.once < 0.3:
        return 0
    parts = {part.strip() for cell in column.cells for part in re.split(r"[|;,]", cell)}
    return 0 if len(parts) <= 25 else len(column.cells)


RULES: tuple[Rule, ...] = (
    Rule("system field", system_field, "the survey platform wrote it about the respondent", _DROP),
    *(Rule(name, test, _POINTS, _DROP) for name, test in ANY.items()),
    Rule("telling header", telling_header, "its header names a personal detail", _DROP),
    *(Rule(name, test, _POINTS, _DROP) for name, test in MOST.items()),
    Rule(
        "free text",
        _free_text,
        "people can be recognised by what they write",
        "declare `drop: free text`, or code the answers into categories first",
    ),
)

#: Rules that do not apply where the codebook decodes a column into declared levels or bands.
DECODED_EXEMPT = frozenset({"telling header", "free text", "person name", "unique code"})
#: Rules that do not apply to weights, strata and clusters of the sample.
DESIGN_EXEMPT = frozenset({"running number", "coordinates", "long number", "unique code"})
