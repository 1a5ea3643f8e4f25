"""What a file says once all that is packed in it is opened, by means that the package knows not."""

from __future__ import annotations

import base64
import gzip
import html
import io
import re
import urllib.parse
import zipfile
import zlib
from collections.abc import Callable, Iterator
from itertools import islice

BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){8,}")
DEFLATED = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")
STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
GLYPHS = re.compile(rb"<([0-9a-fA-F\s]*)>|\(((?:\\.|[^\\)])*)\)|(T[Jd*])\b", re.DOTALL)
CONTAINER = (b"%PDF", b"PK", b"\x89PNG", b"\x1f\x8b", b"\x78")
MANY, BIG = 4000, 20_000_000


def _inflated(content: bytes) -> Iterator[bytes]:
    """Zlib and gzip streams wherever they begin: PDF objects, PNG text and pixels, bare ones."""
    whole = memoryview(content)
    for found in islice(DEFLATED.finditer(content), MANY):
        try:
            yield zlib.decompressobj(wbits=47).decompress(whole[found.start() :], BIG)
        except zlib.error:
            continue


def _unzipped(content: bytes) -> Iterator[bytes]:
    if not content.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield archive.comment
            for entry in archive.infolist():
                yield entry.filename.encode() + entry.comment + entry.extra
                yield archive.read(entry)
    except (zipfile.BadZipFile, zlib.error):
        return


def _from_base64(content: bytes) -> Iterator[bytes]:
    joined = re.sub(rb"(?<=[A-Za-z0-9+/]{60})(?:\\n|\r?\n)", b"", content)
    for found in BASE64.findall(joined):
        plain = found.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        try:
            yield base64.b64decode(plain + b"=" * (-len(plain) % 4))
        except ValueError:
            continue


def _from_hex(content: bytes) -> Iterator[bytes]:
    yield from (bytes.fromhex(found.decode()) for found in HEX.findall(content))


def _wide(content: bytes) -> Iterator[bytes]:
    """UTF-16 and UTF-32 of plain letters, either way round."""
    if b"\0" in content:
        yield content.replace(b"\0", b"")


def _plain(content: bytes) -> Iterator[bytes]:
    """Text without entities, escapes, tags, marks of no width and separators of thousands."""
    text = content.decode("utf-8", "replace")
    text = html.unescape(urllib.parse.unquote(text))
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    text = re.sub(r"[\u200b-\u200f\u2060\ufeff\u00ad]|\x1b\[[0-9;]*m", "", text)
    text = re.sub(r"(?<=\d)[,'\u2009\u202f\u00a0](?=\d{3})", "", text)
    yield text.encode("utf-8", "replace")
    yield re.sub(r"<[^<>]{0,500}>", "", text).encode("utf-8", "replace")


def _pdf(content: bytes) -> Iterator[bytes]:
    """Text of a PDF: glyphs of each string by each font's table of letters."""
    if not content.startswith(b"%PDF"):
        return
    streams = []
    for found in STREAM.findall(content):
        try:
            streams.append(zlib.decompress(found))
        except zlib.error:
            streams.append(found)
    tables = [_letters(stream) for stream in streams if b"begincmap" in stream]
    for stream in streams:
        if b"BT" in stream and b"Tf" in stream:
            line = b"".join(map(_glyphs, GLYPHS.findall(stream)))
            yield from (_told(line, letters).encode() for letters in tables)


def _letters(cmap: bytes) -> dict[int, str]:
    def text(code: bytes) -> str:
        return bytes.fromhex(code.decode()).decode("utf-16-be", "replace")

    letters = {}
    for part in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for code, letter in re.findall(rb"<(\w+)>\s*<(\w+)>", part):
            letters[int(code, 16)] = text(letter)
    for part in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        for first, last, letter in re.findall(rb"<(\w+)>\s*<(\w+)>\s*<(\w+)>", part):
            start = text(letter)
            for step in range(int(last, 16) - int(first, 16) + 1):
                letters[int(first, 16) + step] = start[:-1] + chr(ord(start[-1]) + step)
    return letters


def _glyphs(string: tuple[bytes, bytes, bytes]) -> bytes:
    """Codes of two bytes each; none of them stands for the end of what is shown at once."""
    coded, literal, end = string
    if end:
        return b"\0\0"
    if coded:
        digits = re.sub(rb"\s", b"", coded)
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    named = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}

    def escaped(found: re.Match[bytes]) -> bytes:
        mark = found[1]
        octal = mark.isdigit() and max(mark) < ord("8")
        return bytes([int(mark, 8) % 256]) if octal else named.get(mark, mark)

    return re.sub(rb"\\([0-7]{1,3}|.)", escaped, literal, flags=re.DOTALL)


def _told(codes: bytes, letters: dict[int, str]) -> str:
    pairs = zip(codes[::2], codes[1::2], strict=False)
    return "".join(letters.get(256 * high + low, " ") for high, low in pairs)


OPENERS: tuple[Callable[[bytes], Iterator[bytes]], ...] = (
    _plain, _wide, _from_base64, _from_hex, _inflated, _unzipped, _pdf,
)  # fmt: skip


def opened(content: bytes) -> list[bytes]:
    """All that one step of decoding finds in some bytes; pixels are not looked into."""
    pixels = len(content) > 60_000 and sum(map(_prints, content[:4000])) < 2000
    if pixels and not content.startswith(CONTAINER):
        return []
    return [part for opener in OPENERS for part in set(opener(content)) if part and part != content]


def _prints(byte: int) -> bool:
    return 32 <= byte < 127 or byte in b"\t\n\r"


def packed() -> dict[str, Callable[[bytes], bytes]]:
    """Ways to hide some bytes, each of which ``opened`` must undo."""
    return {
        "base64": base64.b64encode,
        "base64 for addresses": base64.urlsafe_b64encode,
        "base64 in lines": base64.encodebytes,
        "hex": lambda content: content.hex().encode(),
        "zlib": lambda content: b"\0\1" + zlib.compress(content),
        "gzip": gzip.compress,
        "zip": _zipped,
        "PNG text": _png_text,
        "UTF-16": lambda content: content.decode().encode("utf-16"),
        "UTF-32": lambda content: content.decode().encode("utf-32-be"),
        "entities": lambda content: b"".join(b"&#%d;" % letter for letter in content),
        "percent": lambda content: "".join(f"%{letter:02x}" for letter in content).encode(),
        "JSON escapes": lambda content: "".join(rf"\u{letter:04x}" for letter in content).encode(),
        "tags": lambda content: b"</b><b>".join(bytes([letter]) for letter in content),
        "no width": lambda content: "\u200b".join(content.decode()).encode(),
        "colours": lambda content: b"\x1b[31m".join(bytes([letter]) for letter in content),
    }


def _zipped(content: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", content)
    return held.getvalue()


def _png_text(content: bytes) -> bytes:
    body = b"zTXtComment\0\0" + zlib.compress(content)
    return b"\x89PNG\r\n\x1a\n" + len(body).to_bytes(4) + body + zlib.crc32(body).to_bytes(4)
