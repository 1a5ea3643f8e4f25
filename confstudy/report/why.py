"""Why a report is not fresh: what of its fingerprint changed, in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from confstudy.errors import listing

__all__ = ["UNSETTLED", "Cause", "Part", "needs_kernel", "why"]

#: One part of a fingerprint: a hash or a version for each thing in it.
Part = Mapping[str, str]
#: Stands for the hash of a file that changed while the report ran.
UNSETTLED = "changed while the report ran"
_PAGE = ("text", "page")
_LAYOUT = "order"


@dataclass(frozen=True)
class Cause:
    """One reason: the part of the fingerprint, and what happened there."""

    part: str
    words: str

    def __str__(self) -> str:
        """The words alone."""
        return self.words


def why(before: Mapping[str, Any], now: Mapping[str, Part]) -> list[Cause]:
    """What changed since a build.

    Parameters
    ----------
    before
        The fingerprint in the manifest of that build.
    now
        The fingerprint of what would be built.

    Returns
    -------
    list of Cause
        Empty where nothing changed.

    Examples
    --------
    >>> before = {"versions": {"numpy": "2.3.1"}, "parameters": {"exposure": '"privacy"'}}
    >>> now = {"versions": {"numpy": "2.3.2"}, "parameters": {"exposure": '"stigma"'}}
    >>> [cause.words for cause in why(before, now)]
    ['numpy 2.3.1 → 2.3.2', 'parameter exposure: privacy → stigma']
    """
    if not all(isinstance(part, Mapping) for part in before.values()):
        return [Cause("format", "it was built by an earlier confstudy")]
    found = []
    for part in dict.fromkeys([*now, *before]):
        old, new = before.get(part, {}), now.get(part, {})
        lost = UNSETTLED in old.values()
        if old != new or lost:
            found += [Cause(part, words) for words in _WORDS.get(part, _files)(old, new)]
    moved = [cause for cause in found if cause.words == _MOVED]
    counted = any(cause not in moved and cause.part in ("notebook", "text") for cause in found)
    return [cause for cause in found if not (counted and cause in moved)]


def needs_kernel(causes: list[Cause]) -> bool:
    """Whether the notebook must run again; else the page is made anew from the last run.

    >>> needs_kernel([Cause("text", "text cell 2 changed")])
    False
    """
    return any(cause.part not in _PAGE for cause in causes)


_MOVED = "text and code cells stand in another order"


def _cells(kind: str) -> Callable[[Part, Part], Iterator[str]]:
    def told(old: Part, new: Part) -> Iterator[str]:
        was = [value for key, value in old.items() if key != _LAYOUT]
        has = [value for key, value in new.items() if key != _LAYOUT]
        steps = SequenceMatcher(None, was, has, autojunk=False).get_opcodes()
        for what, start, end, first, last in steps:
            both = min(end - start, last - first) if what != "equal" else 0
            yield from (f"{kind} cell {first + place + 1} changed" for place in range(both))
            if what != "equal":
                yield from (
                    f"{kind} cell {place + 1} removed" for place in range(start + both, end)
                )
                yield from (f"{kind} cell {place + 1} added" for place in range(first + both, last))
        if old.get(_LAYOUT) != new.get(_LAYOUT):
            yield _MOVED

    return told


def _parameters(old: Part, new: Part) -> Iterator[str]:
    for name in dict.fromkeys([*new, *old]):
        if name not in new:
            yield f"parameter {name} removed"
        elif name not in old:
            yield f"parameter {name} added"
        elif old[name] != new[name]:
            yield f"parameter {name}: {_plain(old[name])} → {_plain(new[name])}"


def _plain(text: str) -> str:
    value = json.loads(text)
    plain = value if isinstance(value, str) and value else text
    return plain if len(plain) <= 60 else f"{plain[:59]}…"


def _files(old: Part, new: Part) -> Iterator[str]:
    for name in dict.fromkeys([*new, *old]):
        said = name.partition("#")[0]
        if old.get(name) == UNSETTLED:
            yield f"{said} {UNSETTLED}"
        elif name not in new:
            yield f"{said} no longer belongs to it"
        elif name not in old:
            yield f"{said} now belongs to it"
        elif old[name] != new[name]:
            yield f"{said} {_happened(old[name], new[name])}"


def _happened(old: str, new: str) -> str:
    words = {"absent": "is gone", "unknown": "is not known on this machine"}
    return words.get(new, "appeared" if old == "absent" else "changed")


def _undeclared(old: Part, new: Part) -> Iterator[str]:
    yield from (f"{words} (read, not declared)" for words in _files(old, new))


def _package(old: Part, new: Part) -> Iterator[str]:
    changed = [name for name in dict.fromkeys([*new, *old]) if old.get(name) != new.get(name)]
    unsettled = [name for name, value in old.items() if value == UNSETTLED]
    yield f"confstudy changed: {listing(dict.fromkeys([*changed, *unsettled]), 3)[1:-1]}"


def _versions(old: Part, new: Part) -> Iterator[str]:
    for name in dict.fromkeys([*new, *old]):
        if old.get(name) != new.get(name):
            yield f"{name} {old.get(name, 'absent')} → {new.get(name, 'absent')}"


def _page(old: Part, new: Part) -> Iterator[str]:
    for name in dict.fromkeys([*new, *old]):
        one, two = old.get(name, ""), new.get(name, "")
        if one != two:
            hashes = name in ("template", "writer")
            yield f"{name} changed" if hashes else f"{name}: {one or 'none'} → {two or 'none'}"


_WORDS: dict[str, Callable[[Part, Part], Iterator[str]]] = {
    "notebook": _cells("code"),
    "text": _cells("text"),
    "parameters": _parameters,
    "reads": _undeclared,
    "package": _package,
    "versions": _versions,
    "page": _page,
}
