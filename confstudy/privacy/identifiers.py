"""The rules that recognise identified data, in the order in which they are tried.

Each looks at one column's header and distinct cells and answers with how many of them it
matched. Rules never return, log or word a cell.
"""

from __future__ import annotations

from dataclasses import dataclass

from confstudy.privacy.formats import MOST
from confstudy.privacy.headers import system_field, telling_header
from confstudy.privacy.texts import free_text
from confstudy.privacy.values import ANY, Test

__all__ = [
    "DECODED_EXEMPT", "DESIGN_EXEMPT", "DROP", "NUMBER_EXEMPT", "RULES", "WEIGHT_EXEMPT", "Rule",
]  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """A named test, why it matters, and what to do about a column it matches."""

    name: str
    matches: Test
    why: str
    remedy: str


#: What to do about a column of identifiers.
DROP = (
    "declare the column with `drop: identifier` in the codebook, delete it from the file, or name "
    "it under `drop` in a recipe for `cs.anonymize`"
)
_POINTS = "it can point to one person"


RULES: tuple[Rule, ...] = (
    Rule("system field", system_field, "the survey platform wrote it about the respondent", DROP),
    *(Rule(name, test, _POINTS, DROP) for name, test in ANY.items()),
    Rule("telling header", telling_header, "its header names a personal detail", DROP),
    *(Rule(name, test, _POINTS, DROP) for name, test in MOST.items()),
    Rule(
        "free text",
        free_text,
        "people can be recognised by what they write",
        "declare `drop: free text`, or code the answers into categories first",
    ),
)

#: Rules that do not apply where the codebook decodes a column into declared levels or bands.
DECODED_EXEMPT = frozenset(
    {"telling header", "free text", "person name", "unique code", "running number", "long number"}
    | {"postcode"}
)
#: Rules that do not apply to numbers of which some have labels: words do not come in, numbers do.
NUMBER_EXEMPT = frozenset({"free text", "person name"})
#: Rules that do not apply to strata and clusters of the sample.
DESIGN_EXEMPT = frozenset({"running number", "coordinates", "long number", "unique code"})
#: Rules that do not apply to weights.
WEIGHT_EXEMPT = frozenset({"running number", "coordinates"})
