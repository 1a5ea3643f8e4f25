"""Texts inside texts: base64 and its kin, hexadecimal, bytes as Python prints them, URLs."""

from __future__ import annotations

import ast
import base64
import binascii
import codecs
import quopri
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import numpy as np

__all__ = ["ARROWED", "FILES", "encoded", "unbased", "unseen"]

_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{12,}={0,2}(?![A-Za-z0-9+/_=-])")
_WRAPPED = re.compile(
    r"(?:^[A-Za-z0-9+/]{60,100}$\n?){2,}(?:^[A-Za-z0-9+/]+={0,2}$)?", re.MULTILINE
)
_BASE32 = re.compile(r"(?<![A-Z0-9])[A-Z2-7]{16,}={0,6}(?![A-Z0-9=])")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:0x)?((?:[0-9a-fA-F]{2}[ :]?){8,})(?![0-9A-Za-z])")
_BASE85 = re.compile(r"(?<!\S)['\"]?(?:<~)?([!-u`v-~]{15,}?)(?:~>)?['\"]?(?!\S)")
_LITERAL = re.compile(r"('''|\"\"\"|['\"])([!-~]{40,20000}?)\1")
_BYTES = re.compile(r"\bb(?:'(?:[^'\\\n]|\\.){6,}'|\"(?:[^\"\\\n]|\\.){6,}\")")
_DATA_URI = re.compile(r"data:[\w.+/-]*(?:;[\w=.-]+)*?(;base64)?,([^\"'\s<>)]+)")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_CODES = re.compile(
    r"(?<![\d.])(?:(?:chr\()?(?:0[xo])?[0-9a-f]{2,3}[\s,+);:]{1,4}){7,}(?:chr\()?(?:0[xo])?[0-9a-f]{2,3}\b"
)
#: Most characters that are read as codes or lines.
LONGEST = 400_000
_JOINED = re.compile(r"(['\"])\s*[+,\\]?\s*\1")
_DUMP = re.compile(
    r"^[0-9a-f]{4,8}:?\s+((?:(?:[0-9a-f]{2}){1,2} {1,2}){3,15}(?:[0-9a-f]{2}){1,2})(?!\w).*$",
    re.MULTILINE,
)
_QUOTED = re.compile(r"[\w,;\s]=(?:[2-7][0-9A-F]|[89A-F][0-9A-F]|0[9AD])\w")
_UU = re.compile(r"^begin \d{3} .*\n((?:.+\n)+?)`?\n?end", re.MULTILINE)
_LINES = re.compile(r"(?:^[A-Za-z0-9+/_-]{20,59}$\n?){3,}=*", re.MULTILINE)
_LINES85 = re.compile(r"(?:^[!-u`v-~]{30,120}$\n?){2,}", re.MULTILINE)
_UNSEEN = re.compile("[\ufe00-\ufe0f\U000e0000-\U000e01ef]{6,}")
_MAIL = re.compile(
    r"[a-z0-9._-]{2,}@[a-z0-9-]{2,}\."
    r"(?:com|org|net|edu|io|de|uk|nl|fr|test|example)\b"
)
_COMMON = re.compile(
    r"\b(?:the|and|age|gender|sex|region|woman|man|female|male|client|name|north|south|true|false)\b"
)


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
    yield from _literals(text)
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
    quoted = [body for _, body in _LITERAL.findall(text)[:100]]
    for found in [*_BASE85.findall(text)[:300], *quoted]:
        if not found.isalnum():
            yield from _worth(_tried(base64.b85decode, found))
            yield from _worth(_tried(base64.a85decode, found))
    yield from _listed(text[:LONGEST])
    yield from _lined(text[:LONGEST])


def _literals(text: str) -> Iterator[bytes]:
    """Bytes as Python prints them."""
    for found in _BYTES.findall(text)[:200] if "b'" in text or 'b"' in text else ():
        try:
            yield ast.literal_eval(found)
        except (ValueError, SyntaxError):
            continue


def _listed(text: str) -> Iterator[bytes]:
    """Codes of letters as numbers to the base of ten, eight or sixteen."""
    for found in _CODES.findall(text)[:100]:
        words = re.findall(r"[0-9a-f]{2,3}", found.replace("0x", "").replace("0o", ""))
        for base in (10, 8, 16):
            codes = _tried(lambda words, base=base: (int(w, base) for w in words), words)
            yield from _worth(codes)


def unseen(text: str) -> Iterator[bytes]:
    """Bytes as signs that no reader sees: tags and selectors of variants.

    >>> list(unseen("".join(chr(0xE0000 + code) for code in b"ann@example.org")))
    [b'ann@example.org']
    """
    for run in _UNSEEN.findall(text) if not text.isascii() else ():
        yield bytes(_byte(ord(sign)) for sign in run)
    if "\\x" in text:
        yield from _literals(text)


def _byte(code: int) -> int:
    if code < 0xFE10:
        return code - 0xFE00
    return (code - 0xE0000 if code < 0xE0080 else code - 0xE0100 + 16) % 256


def _lined(text: str) -> Iterator[bytes | str]:
    """What is spread over lines or pieces: dumps, mail, joined strings; letters moved about."""
    dumped = _DUMP.findall(text)
    if len(dumped) >= 2:
        yield from _worth(_tried(bytes.fromhex, "".join("".join(dumped).split())))
    for body in _UU.findall(text):
        yield b"".join(_tried(binascii.a2b_uu, line) for line in body.splitlines())
    if _QUOTED.search(text) and "==" not in text:
        yield quopri.decodestring(text.encode()).decode("utf-8", "replace")
    for found in _LINES.findall(text):
        yield from _worth(unbased("".join(found.split())))
    for found in _LINES85.findall(text):
        yield from _worth(_tried(base64.b85decode, "".join(found.split())))
    joined, count = _JOINED.subn("", text)
    if count >= 2:
        for found in _BASE64.findall(joined)[:50]:
            yield from _worth(unbased(found))
    for twisted in (text[::-1], codecs.encode(text, "rot13")) if len(text) < 100_000 else ():
        known, told = len(_COMMON.findall(text)), len(_COMMON.findall(twisted))
        mail = "@" in text and _MAIL.search(twisted) and not _MAIL.search(text)
        if mail or told >= 4 > 4 * known:
            yield twisted


def unbased(text: str) -> bytes:
    """Bytes of base64, in either alphabet, padded or not; nothing where it is none."""
    body = text.rstrip("=").replace("-", "+").replace("_", "/")
    return _tried(base64.b64decode, body + "=" * (-len(body) % 4))


def _tried(decoder: Any, text: Any) -> bytes:
    try:
        return bytes(decoder(text))
    except (ValueError, binascii.Error):
        return b""


_RUNS = re.compile(rb"[\x20-\x7e]{6,}")
_PICKLES = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
FILES = (b"SQLite format 3\x00", b"\x93NUMPY", b"PAR1", b"ARROW1", b"\xff\xff\xff\xff", *_PICKLES)
#: What pyarrow unpacks.
ARROWED = {b"\x28\xb5\x2f\xfd": "zstd", b"\x04\x22\x4d\x18": "lz4"}
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
    *ARROWED,
    b"\x5d\x00\x00",
)
_MAGIC += FILES


def _worth(data: bytes) -> Iterator[bytes]:
    """Bytes that are something: of a known kind, deflated, or printable text."""
    if len(data) < 6:
        return
    if data.startswith(_MAGIC) or (data[0] == 0x78 and data[1] in (0x01, 0x5E, 0x9C, 0xDA)):
        yield data
        return
    yield from _unmasked(data)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        if len(data) >= 150 or sum(map(len, _RUNS.findall(data))) > 0.3 * len(data) > 12:
            yield data
        return
    if len(data) >= 150 or all(sign.isprintable() or sign in "\t\r\n" for sign in text):
        yield data


_USUAL = np.isin(
    np.arange(256), list(b"etaoinsrhldcumfpgwybvkxjqz0123456789 ,.;:-_\"'\n\r\tETAOINSRHLDCUMFPGW")
)


def _unmasked(data: bytes) -> Iterator[bytes]:
    """Bytes with one key over all of them: the key under which nearly all are usual letters."""
    if len(data) < 40:
        return
    counts = np.bincount(np.frombuffer(data[:20_000], np.uint8), minlength=256)
    if counts[_USUAL].sum() > 0.9 * counts.sum():
        return
    shares = [counts[np.arange(256) ^ key][_USUAL].sum() for key in range(256)]
    key = int(np.argmax(shares))
    if shares[key] > 0.97 * counts.sum():
        yield bytes(byte ^ key for byte in data)
