"""Rules on errors, warnings and debuggers, which print what they choked on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from confstudy.release.audit.finding import Hit

__all__ = ["trace_hits"]

_TRACE = re.compile(
    r"Traceback \(most recent call last\)|^[\w.]*(?:Error|Exception)\b.*Traceback", re.MULTILINE
)
_LOCALS = re.compile(
    r"─+ locals ─+|^\s*(?:locals|Local variables)\b.*[:=]|^ipdb>|\(Pdb\)|^> .*\(\d+\)\w+\(\)",
    re.MULTILINE,
)
_MESSAGE = re.compile(
    r"^(?:[\w.]+\.)?(\w*(?:Error|Exception|Refused|Warning|Mismatch"
    r"|Invalid\w*))\s*:[ \t]*(.*)$",
    re.MULTILINE,
)
_HARMLESS = frozenset(
    "NameError ModuleNotFoundError AttributeError ImportError SyntaxError IndentationError "
    "KeyboardInterrupt FutureWarning DeprecationWarning RuntimeWarning ConvergenceWarning "
    "Pandas4Warning PendingDeprecationWarning ResourceWarning".split()
)
_VALUE = re.compile(r"['\"“‘][^'\"]+['\"”’]|(?<![\w.])\d")
_LOG = re.compile(
    r"\b(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)\b.*\b(?:row|record|client|respondent|id"
    r"|participant|user|patient|answer|value)\b\W{0,3}\w*[\d'\"]"
)


def trace_hits(text: str, error: bool = False) -> Iterator[Hit]:
    """Values in tracebacks, in listings of local variables and in warnings."""
    if _LOCALS.search(text):
        yield Hit("traceback", "variables with their values, as a debugger lists them")
    if error or _TRACE.search(text):
        told = [value for name, value in _MESSAGE.findall(text) if name not in _HARMLESS]
        if any(map(_VALUE.search, told)):
            yield Hit("traceback", "an error message that may hold a value of the data")
    for name, value in _MESSAGE.findall(text):
        named = re.search(r"\b(?:id|row|respondent|client|record)\b\W{0,3}\S*\d", value)
        quoted = name not in _HARMLESS and re.search(r"['\"]\S+['\"]", value)
        if name.endswith("Warning") and (named or quoted):
            yield Hit("warning", "a warning that names a respondent or a value")
    if _LOG.search(text):
        yield Hit("warning", "a log that names a respondent or a value")
