"""The bytes of a text file as text: by its mark, as UTF-8, or as what makes words of them."""

from __future__ import annotations

import codecs
import math
import re

from confstudy.errors import DeclarationError, UnreadableFile, did_you_mean, listing
from confstudy.survey.readers.judge import ENCODINGS, likelihood, words

__all__ = ["decoded"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
_NOT_TEXT = {"idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}
#: Below this mean log chance of a byte, or with a rival less than 50 times less likely, no guess.
_CONVINCING, _AHEAD = -4.8, math.log(50)
_SAMPLE = 20_000


def decoded(content: bytes, file: str, encoding: str = "") -> tuple[str, str]:
    """The text of a file and the name of its encoding, for people.

    Raises
    ------
    UnreadableFile
        No encoding fits, or several fit equally well; the message says what to do.
    DeclarationError
        ``encoding`` is not one.
    """
    for mark, name, shown in _MARKS:
        if content.startswith(mark) and not encoding:
            return _strict(content[len(mark) :], name, shown, file), shown
    if encoding:
        name = _known(encoding)
        shown = ENCODINGS.get(name, name.upper())
        return _strict(content, name, shown, file).removeprefix("\ufeff"), shown
    try:
        return content.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
    if b"\0" in content:
        return content.decode("latin-1"), "bytes"
    name, sure = _judged(content, file, line)
    return content.decode(name), ENCODINGS[name] + ("" if sure else " (most likely)")


def _strict(content: bytes, name: str, shown: str, file: str) -> str:
    try:
        return content.decode(name)
    except UnicodeDecodeError as problem:
        line = content[: problem.start].decode(name, "ignore").count("\n") + 1
    except UnicodeError:
        line = 1
    raise UnreadableFile(
        f"'{file}', line {line}: not {shown}. Name its encoding with `encoding=`, or save it "
        "again as 'CSV UTF-8'."
    )


def _known(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        if name not in _NOT_TEXT:
            b"a".decode(name, "ignore")
            return name
    except (LookupError, ValueError):
        pass
    common = ["utf-8", "utf-16", "latin-1", *ENCODINGS]
    hint = did_you_mean(encoding, common)
    raise DeclarationError(f"No encoding '{encoding}'.{hint} Common ones: {listing(common, 20)}.")


def _judged(content: bytes, file: str, line: int) -> tuple[str, bool]:
    """The encoding that makes words of the bytes outside ASCII, and whether no other does.

    Of several, only the most common one is taken, and only where it fits best: a few accented
    letters do not tell Western encodings apart.
    """
    foreign = {row for row in re.split(rb"[\r\n]+", content) if not row.isascii()}
    sample = b"\n".join(sorted(foreign)[:_SAMPLE])
    found: dict[str, tuple[float, float, str]] = {}
    for name in ENCODINGS:
        try:
            content.decode(name)
            text = sample.decode(name)
        except UnicodeDecodeError:
            continue
        total, mean = likelihood(words(text), name)
        total += math.log(10) if name == "cp1252" else 0.0  # by far the most frequent one
        found[text] = max(found.get(text, (-math.inf, 0.0, "")), (total, mean, name))
    ranked = sorted(found.values(), reverse=True)
    near = [
        name for total, mean, name in ranked if mean > _CONVINCING and total > ranked[0][0] - _AHEAD
    ]
    if near and near[0] == ranked[0][2] and (len(near) == 1 or near[0] == "cp1252"):
        return near[0], len(near) == 1
    why = (
        f"it could be {listing(ENCODINGS[n] for n in near)}"
        if len(near) > 1
        else "no other encoding makes words"
    )
    raise UnreadableFile(
        f"'{file}' is not UTF-8 (line {line}), and {why}. Name its encoding, such as "
        "`encoding=\"cp1252\"`, or save it again as 'CSV UTF-8'."
    )
