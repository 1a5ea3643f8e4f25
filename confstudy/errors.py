"""Every error confstudy raises on purpose, and the helpers that word them.

::

    ConfstudyError
    ├── DeclarationError        something a person wrote is wrong
    │   ├── CodebookError       a codebook, with its file and line
    │   ├── StructureError      a simulation model
    │   ├── ParameterError      a report's parameter
    │   ├── RecipeError         a recipe for anonymizing
    │   └── ConfigError         reports.toml
    ├── DataError               the data cannot be used as they are
    │   ├── UnreadableFile      not a file this version can read
    │   ├── CodebookMismatch    the file and its codebook disagree
    │   └── IdentifiedData      the load gate refused
    ├── UnwritableFile          the system does not let a file be written
    ├── AnalysisError           a model cannot be fitted as asked
    ├── DisclosureRefused       an output could reveal a respondent
    ├── LedgerDamaged           the record of what was released is not whole
    └── ReportError             a report could not be built
        └── ReportBusy          another process is building it

No message ever holds a value from the data: columns, rules, counts and line numbers only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

__all__ = [
    "AnalysisError",
    "CodebookError",
    "CodebookMismatch",
    "ConfigError",
    "ConfstudyError",
    "DataError",
    "DeclarationError",
    "DisclosureRefused",
    "IdentifiedData",
    "LedgerDamaged",
    "ParameterError",
    "RecipeError",
    "ReportBusy",
    "ReportError",
    "StructureError",
    "UnreadableFile",
    "UnwritableFile",
    "did_you_mean",
    "listing",
    "unknown",
]


class ConfstudyError(Exception):
    """The root of everything confstudy raises on purpose."""

    exit_code = 2


class DeclarationError(ConfstudyError):
    """Something a person wrote (codebook, model, parameters, configuration) is wrong."""


class CodebookError(DeclarationError):
    """A codebook is wrong; the message names its file and line."""


class StructureError(DeclarationError):
    """A simulation model is wrong: a cycle, an unknown name, an impossible number."""


class ParameterError(DeclarationError):
    """A report was given a parameter it does not take, or of the wrong type."""


class RecipeError(DeclarationError):
    """A recipe for anonymizing is wrong; the message names its file and line."""


class ConfigError(DeclarationError):
    """The configuration of the reports is wrong."""


class DataError(ConfstudyError):
    """The data cannot be used as they are."""


class UnreadableFile(DataError):
    """The file is missing, empty, damaged or of a kind this version does not read."""


class CodebookMismatch(DataError):
    """The file and its codebook disagree."""


class IdentifiedData(DataError):
    """The load gate refused data that could point to a person."""

    exit_code = 1


class UnwritableFile(ConfstudyError):
    """The system does not let a file be written: no permission, no space, no such folder."""


class AnalysisError(ConfstudyError):
    """A model cannot be fitted as asked."""


class DisclosureRefused(ConfstudyError):
    """An output could reveal a respondent and is not released."""

    exit_code = 1


class LedgerDamaged(ConfstudyError):
    """The record of what was released is not whole, or its key is gone."""

    exit_code = 1


class ReportError(ConfstudyError):
    """A report could not be built; the last good one is untouched."""

    exit_code = 3


class ReportBusy(ReportError):
    """Another process is building the report."""

    exit_code = 4


def listing(names: Iterable[object], most: int = 12) -> str:
    """Names as a short bracketed list, cut after ``most`` of them.

    >>> listing(["a", "b", "c"], most=2)
    '[a, b, … 1 more]'
    """
    shown = [str(name) for name in names]
    rest = len(shown) - most
    return "[" + ", ".join(shown[:most] + ([f"… {rest} more"] if rest > 0 else [])) + "]"


def did_you_mean(name: str, allowed: Iterable[str]) -> str:
    """The nearest allowed name as a question, or nothing when none is near.

    >>> did_you_mean("privcy", ["privacy", "trust"])
    " Did you mean 'privacy'?"
    """
    lowered = {option.casefold(): option for option in allowed}
    near = get_close_matches(name.casefold(), list(lowered), n=1, cutoff=0.6)
    return f" Did you mean '{lowered[near[0]]}'?" if near else ""


def unknown(what: str, names: Sequence[str], allowed: Iterable[str], where: str) -> str:
    """Word an error about unknown names: what is wrong, the nearest match, what there is.

    >>> unknown("Columns", ["privcy"], ["privacy", "trust"], "the data")
    "Columns not found in the data: [privcy]. Did you mean 'privacy'? There are: [privacy, trust]."
    """
    options = list(allowed)
    hint = did_you_mean(names[0], options) if names else ""
    return f"{what} not found in {where}: {listing(names)}.{hint} There are: {listing(options)}."
