"""Model text into statements: ``privacy =~ p1 + p2``, ``trust ~ a*privacy``, ``ind := a*b``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from confstudy.errors import AnalysisError

__all__ = ["Modifier", "Statement", "parse"]

_OPERATORS = ("=~", "~~", ":=", "==", "<~", "~")
_NAME = re.compile(r"[^\W\d][\w.]*")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_START = re.compile(r"start\(\s*([^()]+?)\s*\)")
_EACH = re.compile(r"c\(\s*([^()]*?)\s*\)")


@dataclass(frozen=True)
class Modifier:
    """What stands before a name: a value to hold it at, a label, or a start.

    ``free`` is true of ``NA*``, which frees what would be fixed.
    """

    value: float | None = None
    label: str = ""
    start: float | None = None
    free: bool = False


@dataclass(frozen=True)
class Statement:
    """One relation; a modifier a group, or a single one for all.

    For ``:=`` the right side is the expression, for an intercept it is ``1``.
    """

    left: str
    operator: str
    right: str
    modifiers: tuple[Modifier, ...]
    line: int


def parse(text: str) -> tuple[Statement, ...]:
    """Read a model's text; relations stand on lines of their own or between semicolons.

    Raises
    ------
    AnalysisError
        Naming the line, where the text cannot be read.

    Examples
    --------
    >>> from confstudy.models.latent.syntax import parse
    >>> [(s.left, s.operator, s.right) for s in parse("f =~ x + 1*y; f ~~ 1*f")]
    [('f', '=~', 'x'), ('f', '=~', 'y'), ('f', '~~', 'f')]
    """
    found: list[Statement] = []
    for number, part in _parts(text):
        found += _statements(part, number)
    if not found:
        raise AnalysisError("The model says nothing: write lines such as 'trust =~ t1 + t2 + t3'.")
    return tuple(_merged(found))


def _parts(text: str) -> list[tuple[int, str]]:
    """Relations with the line each begins on; a line that ends in + or an operator goes on."""
    parts: list[tuple[int, str]] = []
    held, begun = "", 0
    for number, raw in enumerate(text.splitlines(), 1):
        pieces = re.split(r"[#!]", raw)[0].split(";")
        for position, piece in enumerate(pieces):
            if not piece.strip():
                continue
            begun = begun if held else number
            held = f"{held} {piece.strip()}".strip()
            if position == len(pieces) - 1 and held.endswith(("+", "~", "*", "=")):
                continue
            if parts and held.startswith("+"):
                begun, held = parts[-1][0], f"{parts.pop()[1]} {held}"
            parts.append((begun, held))
            held = ""
    return [*parts, (begun, held)] if held else parts


def _fail(line: int, why: str) -> AnalysisError:
    return AnalysisError(f"Line {line} of the model: {why}")


def _statements(part: str, line: int) -> list[Statement]:
    found = re.search("|".join(map(re.escape, _OPERATORS)) + r"|\||<|>", part)
    if found is None:
        raise _fail(line, f"'{part}' has no operator. There are: =~, ~, ~~, :=.")
    operator = found[0]
    left, right = part[: found.start()].strip(), part[found.end() :].strip()
    if operator not in ("=~", "~~", ":=", "~"):
        raise _fail(line, f"'{operator}' is not supported. There are: =~, ~, ~~, :=.")
    if not left or not right:
        raise _fail(line, f"'{part}' lacks a side.")
    if operator == ":=":
        if not _NAME.fullmatch(left):
            raise _fail(line, f"'{left}' cannot be the name of a defined parameter.")
        return [Statement(left, operator, right.replace(" ", ""), (), line)]
    lefts = [name.strip() for name in left.split("+")]
    for name in lefts:
        if not _NAME.fullmatch(name):
            raise _fail(line, f"'{name}' is not a name; the left side holds no numbers.")
    return [
        Statement(name, operator, *_term(term, operator, line), line)
        for name in lefts
        for term in _terms(right, line)
    ]


def _terms(right: str, line: int) -> list[str]:
    terms = [term.strip() for term in re.split(r"(?<!\d[eE])\+", right)]
    if not all(terms):
        raise _fail(line, f"'{right}' has a + with nothing beside it.")
    return terms


def _term(term: str, operator: str, line: int) -> tuple[str, tuple[Modifier, ...]]:
    *before, name = (piece.strip() for piece in re.split(r"\*(?![^(]*\))", term))
    intercept = operator == "~" and name in ("1", "0")
    if not intercept and not _NAME.fullmatch(name):
        raise _fail(line, f"'{term}' is not a name, or a number or label times a name.")
    modifiers: tuple[Modifier, ...] = ()
    for piece in before:
        modifiers = _both(modifiers, _read(piece, line))
    if name == "0" and intercept:
        return "1", (Modifier(value=0.0),)
    return name, modifiers


def _read(piece: str, line: int) -> tuple[Modifier, ...]:
    each = _EACH.fullmatch(piece)
    if each:
        return tuple(_one(one.strip().strip("\"'"), line) for one in each[1].split(","))
    return (_one(piece, line),)


def _one(piece: str, line: int) -> Modifier:
    start = _START.fullmatch(piece)
    if start:
        if not _NUMBER.fullmatch(start[1]):
            raise _fail(line, f"'{piece}' does not start at a number.")
        return Modifier(start=float(start[1]))
    if _NUMBER.fullmatch(piece):
        return Modifier(value=float(piece))
    if piece == "NA":
        return Modifier(free=True)
    if _NAME.fullmatch(piece):
        return Modifier(label=piece)
    raise _fail(line, f"'{piece}' is not a number, a label, NA, start(number) or c(…).")


def _both(one: tuple[Modifier, ...], two: tuple[Modifier, ...]) -> tuple[Modifier, ...]:
    """What two mentions of a parameter say together."""
    if not one or not two:
        return one or two
    size = max(len(one), len(two))
    one, two = (each * size if len(each) == 1 else each for each in (one, two))
    return tuple(
        Modifier(
            a.value if b.value is None else b.value,
            b.label or a.label,
            a.start if b.start is None else b.start,
            a.free or b.free,
        )
        for a, b in zip(one, two, strict=False)
    )


def _merged(statements: list[Statement]) -> list[Statement]:
    """Each relation once; a second mention adds its modifiers."""
    kept: dict[tuple[str, str, str], Statement] = {}
    for one in statements:
        key = one.left, one.operator, one.right
        if one.operator == "~~" and (one.right, "~~", one.left) in kept:
            key = one.right, "~~", one.left
        if one.operator == ":=":
            key = one.left, ":=", ""
            if key in kept:
                raise _fail(one.line, f"'{one.left}' is defined twice.")
        if key not in kept:
            kept[key] = one
            continue
        held = kept[key]
        if not held.modifiers and not one.modifiers:
            raise _fail(one.line, f"'{' '.join(key)}' stands on line {held.line} already.")
        kept[key] = Statement(*key, _both(held.modifiers, one.modifiers), held.line)
    return list(kept.values())
