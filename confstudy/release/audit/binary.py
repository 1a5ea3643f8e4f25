"""Bytes that hold something else: compressed, pickled, columnar, pictures, documents."""

from __future__ import annotations

import bz2
import io
import lzma
import pickletools
import re
import sqlite3
import struct
import zlib
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet

from confstudy.release.audit.encodings import ARROWED
from confstudy.release.audit.sheets import sheets

__all__ = ["LIMIT", "is_picture", "unpacked"]

#: Most bytes that anything is unpacked to.
LIMIT = 8_000_000
#: Fewer bytes that nothing is known of may be anything.
UNREAD = 200
_FONTS = (b"wOFF", b"wOF2", b"\x00\x01\x00\x00\x00", b"OTTO", b"true\x00")
_PNG = b"\x89PNG\r\n\x1a\n"
_PICTURES = (_PNG, b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
_TEXT = re.compile(rb"[\x20-\x7e\t\n\r]{5,}")
_WIDE = re.compile(rb"(?:[\x20-\x7e\t\n\r]\x00){5,}")


def is_picture(data: bytes) -> bool:
    """Whether bytes are a bitmap picture."""
    return data.startswith(_PICTURES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")


def unpacked(data: bytes) -> Iterator[bytes | str | None]:
    """What is inside bytes, one layer down; texts where they are texts; None for what is unread.

    >>> [part for part in unpacked(zlib.compress(b"ann@example.org"))]
    [b'ann@example.org']
    """
    for starts, opened in _OPENERS:
        if data.startswith(starts):
            try:
                yield from opened(data)
            except Exception:  # damaged or disguised: its strings are read, and it is said
                yield from _runs(data)
                yield None
            return
    if data[:1] == b"\x78" or _looks_deflated(data):
        part = _inflated(data)
        if part:
            yield part
            return
    text = _decoded(data)
    if text is not None:
        yield text
    elif not is_picture(data):
        listed = _typed(data)
        yield from [listed] if listed else _runs(data)
        if not listed and len(data) >= UNREAD and not data.startswith(_FONTS):
            yield None


def _typed(data: bytes) -> str:
    """Bytes of an array of numbers that somebody could have measured, written out."""
    for kind, most in (
        ("<f8", 1e7),
        ("<f4", 1e7),
        ("<i8", 1e7),
        ("<i4", 1e7),
        ("<i2", 2000),
        ("u1", 110),
    ):
        size = np.dtype(kind).itemsize
        if len(data) < max(5 * size, 24) or len(data) % size:
            continue
        with np.errstate(all="ignore"):
            values = np.frombuffer(data[: 100_000 * size], kind).astype(float)
            usual = (values == 0) | ((np.abs(values) > 1e-6) & (np.abs(values) < most))
        if (usual | np.isnan(values)).all() and np.nanmax(np.abs(values), initial=0) > 1e-3:
            return "array([" + ", ".join(map(str, values.tolist())) + "])"
    return ""


def _looks_deflated(data: bytes) -> bool:
    return len(data) > 20 and _decoded(data) is None and bool(_inflated(data, -15))


def _inflated(data: bytes, bits: int = 47) -> bytes:
    try:
        return zlib.decompressobj(bits).decompress(data, LIMIT)
    except zlib.error:
        return b""


def _decoded(data: bytes) -> str | None:
    for encoding in ("utf-8", "utf-16") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8",):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        odd = sum(not (sign.isprintable() or sign in "\t\r\n\x1b") for sign in text[:2000])
        if odd <= 0.02 * min(len(text), 2000):
            return text
    return None


def _runs(data: bytes) -> Iterator[str]:
    data = data[:LIMIT]
    found = [part.decode("ascii") for part in _TEXT.findall(data)]
    found += [part.decode("utf-16-le") for part in _WIDE.findall(data)]
    if found:
        yield "\n".join(found)


def _bunzipped(data: bytes) -> Iterator[bytes]:
    yield bz2.BZ2Decompressor().decompress(data, LIMIT)


def _unxz(data: bytes) -> Iterator[bytes]:
    yield lzma.LZMADecompressor().decompress(data, LIMIT)


def _pickled(data: bytes) -> Iterator[bytes | str]:
    """The arguments of a pickle's opcodes; nothing is loaded."""
    words: list[str] = []
    for code, argument, _ in pickletools.genops(data):
        if isinstance(argument, bytes | bytearray):
            yield bytes(argument)
        elif argument is not None and "PUT" not in code.name and "GET" not in code.name:
            words.append(str(argument))
    yield "\n".join(words)


def _alone(data: bytes) -> Iterator[bytes]:
    yield lzma.LZMADecompressor(lzma.FORMAT_ALONE).decompress(data, LIMIT)


def _arrowed(data: bytes) -> Iterator[bytes]:
    with pa.CompressedInputStream(pa.BufferReader(data), ARROWED[data[:4]]) as stream:
        yield stream.read(LIMIT)


def _array(data: bytes) -> Iterator[str]:
    values = np.load(io.BytesIO(data), allow_pickle=False)
    yield "array([" + ", ".join(map(str, values.ravel()[:100_000].tolist())) + "])"


def _framed(table: Any) -> str:
    """A columnar table as delimited text, so that the rules of tables see it."""
    frame = table.slice(0, 2000).to_pandas()
    return str(frame.to_csv(index=False))


def _parquet(data: bytes) -> Iterator[str]:
    yield _framed(pyarrow.parquet.read_table(io.BytesIO(data)))


def _arrow(data: bytes) -> Iterator[str]:
    yield _framed(pa.ipc.open_file(io.BytesIO(data)).read_all())


def _stream(data: bytes) -> Iterator[str]:
    yield _framed(pa.ipc.open_stream(io.BytesIO(data)).read_all())


def _sqlite(data: bytes) -> Iterator[str]:
    """Every table of a database, which is read in memory and cannot reach anything."""
    base = sqlite3.connect(":memory:")
    try:
        base.deserialize(data)
        base.execute("PRAGMA trusted_schema = OFF")
        yield "\n".join(islice(base.iterdump(), 5000))
    finally:
        base.close()


def _png(data: bytes) -> Iterator[bytes | str]:
    """Text chunks, unknown chunks and whatever follows the end."""
    place = len(_PNG)
    while place + 12 <= len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        name, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        place += 12 + length
        if name in (b"tEXt", b"iTXt"):
            yield body.replace(b"\x00", b" ").decode("utf-8", "replace")
            yield body.partition(b"\x00")[2].lstrip(b"\x00\x01")
        if name in (b"zTXt", b"iTXt", b"iCCP"):
            start = body.find(b"\x78")
            yield _inflated(body[start:]) if start >= 0 else b""
        if name not in (b"IHDR", b"IDAT", b"PLTE", b"pHYs", b"tRNS", b"gAMA", b"sRGB", b"cHRM"):
            yield body
        if name == b"IEND":
            break
    if data[place:].strip(b"\x00"):
        yield data[place:]


def _pdf(data: bytes) -> Iterator[bytes | str]:
    yield from _runs(data)
    for body in re.findall(rb"stream\r?\n(.*?)\r?\n?endstream", data[:LIMIT], re.DOTALL)[:200]:
        inner = _inflated(body)
        shown = re.findall(rb"\(((?:[^()\\]|\\.)*)\)", inner or body)
        yield b"\n".join(shown).decode("latin-1")
        yield inner


def _zip(data: bytes) -> Iterator[bytes | str]:
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        yield from sheets(archive)
        for member in archive.infolist()[:200]:
            yield member.filename
            with archive.open(member) as opened:
                yield opened.read(LIMIT)


_OPENERS: tuple[tuple[bytes | tuple[bytes, ...], Callable[[bytes], Iterator[Any]]], ...] = (
    (b"\x1f\x8b", lambda data: iter([_inflated(data) or None])),
    (b"BZh", _bunzipped),
    (b"SQLite format 3\x00", _sqlite),
    (b"\xfd7zXZ", _unxz),
    (b"\x5d\x00\x00", _alone),
    (tuple(ARROWED), _arrowed),
    (tuple(b"\x80" + bytes([level]) for level in range(2, 6)), _pickled),
    (b"\x93NUMPY", _array),
    (b"PAR1", _parquet),
    (b"ARROW1", _arrow),
    (b"\xff\xff\xff\xff", _stream),
    (_PNG, _png),
    (b"%PDF", _pdf),
    (b"PK\x03\x04", _zip),
)
