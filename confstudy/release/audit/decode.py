"""Everything a text or JSON value holds, through all encodings, within limits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from confstudy.release.audit.binary import LIMIT, is_picture, unpacked
from confstudy.release.audit.clean import has_tags, hidden_parts, plain, visible
from confstudy.release.audit.encodings import FILES, encoded, unbased, unseen
from confstudy.release.audit.walk import strings

__all__ = ["Contents", "contents"]

DEPTH = 8
#: Long runs of letters and digits: they are decoded, or said to be unread.
_CODED = re.compile(r"[A-Za-z0-9+/=_-]{2000,}")
_DTYPES = {"f8": "<f8", "f4": "<f4", "i1": "<i1", "u1": "<u1", "i2": "<i2", "u2": "<u2"}
_DTYPES |= {"i4": "<i4", "u4": "<u4", "i8": "<i8", "u8": "<u8"}


@dataclass(repr=False)
class Contents:
    """What one part of a notebook holds.

    ``shown`` are texts as a reader sees them, ``hidden`` those that only a machine does, ``flat``
    those of either that may hold tables in plain text, ``pages`` HTML and SVG, ``values`` JSON,
    ``pictures`` bitmaps. ``cut`` says that limits were reached, so that something was not read;
    ``files`` that it holds a data file; ``unread`` that it holds bytes of an unknown kind.
    """

    shown: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    flat: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    pictures: list[bytes] = field(default_factory=list)
    cut: bool = False
    files: bool = False
    unread: bool = False
    spent: int = 0
    seen: set[int] = field(default_factory=set)

    def shorten(self, length: int) -> bool:
        """Cut texts to a length, and say whether anything that is no code was cut away."""
        long = [text for text in [*self.texts, *self.flat] if len(text) > length]
        for texts in (self.shown, self.hidden, self.flat):
            texts[:] = [_CODED.sub(" ", text) if len(text) > length else text for text in texts]
            texts[:] = [text[:length] for text in texts]
        return any(len(_CODED.sub(" ", text)) > length for text in long)

    @property
    def texts(self) -> list[str]:
        """All texts."""
        return [*self.shown, *self.hidden]


def contents(value: Any, mime: str = "text/plain") -> Contents:
    """Decode a string or JSON as far as it goes.

    >>> import base64
    >>> found = contents(base64.b64encode(b'{"mail": "ann@example.org"}').decode())
    >>> any("ann@example.org" in text for text in found.hidden)
    True
    """
    found = Contents()
    if isinstance(value, str):
        if mime.startswith(("image/", "application/pdf")) and "svg" not in mime:
            _raw(unbased("".join(value.split())), found, 0)
        else:
            _text(value, found, 0)
    else:
        found.shown.append(json.dumps(value, ensure_ascii=False, default=str)[:LIMIT])
        _json(value, found, 0)
    return found


def _text(text: str, found: Contents, depth: int) -> None:
    if len(text) < 2 or hash(text) in found.seen:
        return
    found.spent += len(text)
    if depth > DEPTH or found.spent > 4 * LIMIT or len(text) > LIMIT:
        found.cut = True
        return
    found.seen.add(hash(text))
    into = found.hidden if depth else found.shown
    clean = plain(text)
    if has_tags(clean):
        found.pages.append(clean)
        into.append(_told(plain(visible(clean))))
        apart = " ".join(_told(re.sub(r"<[^<>]*>", " ", clean)).split())
        if depth < 2 and len(apart) < 20_000 and "<table" not in clean.casefold():
            found.hidden.append(apart)
        if "<table" not in clean.casefold():
            found.flat.append(into[-1])
        for part in hidden_parts(clean):
            _text(part, found, depth + 1)
    else:
        into.append(_told(clean))
        found.flat.append(into[-1])
    if "\b" in text:
        _text(text.replace("\b", " "), found, depth + 1)
    for parsed in _parsed(clean):
        _json(parsed, found, depth + 1)
    for inner in (*unseen(text), *encoded(clean)):
        if isinstance(inner, bytes):
            _raw(inner, found, depth + 1)
        else:
            _text(inner, found, depth + 1)


def _told(text: str) -> str:
    """A text without what is read by decoding it."""
    return _CODED.sub(" ", text) if len(text) >= 2000 else text


def _raw(data: bytes, found: Contents, depth: int) -> None:
    if not data or hash((data,)) in found.seen:
        return
    found.seen.add(hash((data,)))
    found.spent += len(data)
    if depth > DEPTH or found.spent > 4 * LIMIT:
        found.cut = True
        return
    found.files |= data.startswith(FILES)
    if is_picture(data):
        found.pictures.append(data)
    for part in unpacked(data):
        if part is None:
            found.unread = True
        elif isinstance(part, bytes):
            _raw(part, found, depth + 1)
        else:
            _text(part, found, depth + 1)


def _json(value: Any, found: Contents, depth: int) -> None:
    if isinstance(value, int | float | bool | None):
        return
    if depth > DEPTH:
        found.cut = True
        return
    if not isinstance(value, str):
        value = _typed(value)
        found.values.append(value)
        found.hidden += list(_turned(value))[:20]
    for text in strings(value):
        _text(text, found, depth + 1)


def _typed(value: Any, depth: int = 0) -> Any:
    """JSON with typed arrays (a ``dtype`` and base64 ``bdata``) written out."""
    if depth > DEPTH * 4:
        return value
    if isinstance(value, dict):
        if "bdata" in value and "dtype" in value:
            dtype = _DTYPES.get(str(value["dtype"]), str(value["dtype"]))
            try:
                return np.frombuffer(unbased(str(value["bdata"])), dtype).tolist()
            except (TypeError, ValueError):
                return value
        return {key: _typed(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list) and any(isinstance(inner, dict | list) for inner in value):
        return [_typed(inner, depth + 1) for inner in value]
    return value


def _turned(value: Any, depth: int = 0) -> Iterator[str]:
    """Rows, as text, of lists that are columns of words and of numbers."""
    if depth > DEPTH or not isinstance(value, dict | list):
        return
    if isinstance(value, list) and len(value) >= 3 and all(isinstance(c, list) for c in value):
        alike = len({len(column) for column in value}) == 1 and 4 <= len(value[0]) <= 5000
        kinds = [{isinstance(cell, str) for cell in column} for column in value]
        if alike and {True} in kinds and {False} in kinds and all(len(k) == 1 for k in kinds):
            yield "\n".join(", ".join(map(str, row)) for row in zip(*value, strict=True))
            return
    for inner in (list(value.values()) if isinstance(value, dict) else value)[:2000]:
        yield from _turned(inner, depth + 1)


def _parsed(text: str) -> Iterator[Any]:
    """JSON inside a text: all of it, a line of it, or the arguments of a script."""
    start = text.lstrip()[:1]
    if start in ("{", "["):
        try:
            yield json.loads(text)
            return
        except (ValueError, RecursionError):
            pass
        for line in text.splitlines()[:5000]:
            if line.strip()[:1] in ("{", "["):
                try:
                    yield json.loads(line)
                except (ValueError, RecursionError):
                    continue
    decoder = json.JSONDecoder()
    place, tried = 0, 0
    while tried < 200:
        opened = re.compile(r'\[\s*[\[{"\d-]|\{\s*"').search(text, place)
        if opened is None:
            return
        tried += 1
        try:
            value, place = decoder.raw_decode(text, opened.start())
        except (ValueError, RecursionError):
            place = opened.start() + 1
            continue
        yield value
