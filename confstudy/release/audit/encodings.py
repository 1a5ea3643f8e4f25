"""Texts inside texts: base64 and its kin, hexadecimal, bytes as Python prints them, URLs."""

from __future__ import annotations

import ast
import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

__all__ = ["FILES", "encoded", "unbased"]

_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{12,}={0,2}(?![A-Za-z0-9+/_=-])")
_WRAPPED = re.compile(
    r"(?:^[A-Za-z0-9+/]{60,100}$\n?){2,}(?:^[A-Za-z0-9+/]+={0,2}$)?", re.MULTILINE
)
_BASE32 = re.compile(r"(?<![A-Z0-9])[A-Z2-7]{16,}={0,6}(?![A-Z0-9=])")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:0x)?((?:[0-9a-fA-F]{2}[ :]?){8,})(?![0-9A-Za-z])")
_BASE85 = re.compile(r"(?<!\S)['\"]?(?:<~)?([!-u`v-~]{15,}?)(?:~>)?['\"]?(?!\S)")
_BYTES = re.compile(r"\bb(?:'(?:[^'\\\n]|\\.){6,}'|\"(?:[^\"\\\n]|\\.){6,}\")")
_DATA_URI = re.compile(r"data:[\w.+/-]*(?:;[\w=.-]+)*?(;base64)?,([^\"'\s<>)]+)")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_CODES = re.compile(r"(?<![\d.])(?:\d{2,3}(?:, ?| )){7,}\d{2,3}(?![\d.])")


def encoded(text: str) -> Iterator[bytes | str]:
    """Everything that a text holds in another encoding, one layer down.

    >>> list(encoded(base64.b64encode(b"ann@example.org").decode()))
    [b'ann@example.org']
    """
    if "data:" in text:
        for based, body in _DATA_URI.findall(text):
            yield unbased(unquote(body)) if based else unquote(body)
    if _PERCENT.search(text):
        yield unquote(text)
    if "b'" in text or 'b"' in text:
        for found in _BYTES.findall(text)[:200]:
            try:
                yield ast.literal_eval(found)
            except (ValueError, SyntaxError):
                continue
    for found in _WRAPPED.findall(text):
        yield from _worth(unbased("".join(found.split())))
    for found in _BASE64.findall(text)[:2000]:
        yield from _worth(unbased(found))
    for found in _BASE32.findall(text)[:200]:
        yield from _worth(
            _tried(base64.b32decode, found.rstrip("=") + "=" * (-len(found.rstrip("=")) % 8))
        )
    for found in _HEX.findall(text)[:500]:
        yield from _worth(_tried(bytes.fromhex, re.sub("[ :]", "", found)))
    for found in _BASE85.findall(text)[:300]:
        if not found.isalnum():
            yield from _worth(_tried(base64.b85decode, found))
            yield from _worth(_tried(base64.a85decode, found))
    for found in _CODES.findall(text)[:100]:
        codes = [int(code) for code in re.findall(r"\d+", found)]
        if max(codes) < 256:
            yield from _worth(bytes(codes))


def unbased(text: str) -> bytes:
    """Bytes of base64, in either alphabet, padded or not; nothing where it is none."""
    body = text.rstrip("=").replace("-", "+").replace("_", "/")
    return _tried(base64.b64decode, body + "=" * (-len(body) % 4))


def _tried(decoder: Any, text: str) -> bytes:
    try:
        return bytes(decoder(text))
    except (ValueError, binascii.Error):
        return b""


_RUNS = re.compile(rb"[\x20-\x7e]{6,}")
_PICKLES = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
FILES = (b"SQLite format 3\x00", b"\x93NUMPY", b"PAR1", b"ARROW1", b"\xff\xff\xff\xff", *_PICKLES)
_MAGIC: tuple[bytes, ...] = (
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
    b"\x89PNG",
    b"%PDF",
    b"PK\x03\x04",
    b"\xff\xd8\xff",
    b"\xff\xfe",
    b"\xfe\xff",
)
_MAGIC += FILES


def _worth(data: bytes) -> Iterator[bytes]:
    """Bytes that are something: of a known kind, deflated, or printable text."""
    if len(data) < 6:
        return
    if data.startswith(_MAGIC) or (data[0] == 0x78 and data[1] in (0x01, 0x5E, 0x9C, 0xDA)):
        yield data
        return
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        if len(data) >= 150 or sum(map(len, _RUNS.findall(data))) > 0.3 * len(data) > 12:
            yield data
        return
    if len(data) >= 150 or all(sign.isprintable() or sign in "\t\r\n" for sign in text):
        yield data
