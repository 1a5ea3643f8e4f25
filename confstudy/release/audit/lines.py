"""Tables in plain text: pandas, Markdown, box characters, LaTeX, delimited lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from confstudy.release.audit.grid import Grid, is_number
from confstudy.release.audit.tables import ROWS, delimited, ruled, squared

__all__ = ["text_grids"]

_BOX = re.compile(r"[|│┃║┆┊╎]")
_FOOT = re.compile(
    r"^(?:Name: .*|Length: .*|dtype: .*|Freq: .*|Categories .*"
    r"|\[\d+ rows x \d+ columns\]|shape: .*"
    r"|memory usage.*|Index: .*|\.\.\.)$"
)
_INTERVAL = re.compile(r"([(\[]-?[\d.]+), (-?[\d.]+[)\]])")
_RULE_WORDS = re.compile(r"^\\(?:top|mid|bottom|h)?(?:rule|line)\b.*$|^\\(?:begin|end)\{.*$")


def text_grids(text: str) -> Iterator[Grid]:
    r"""Every table of a text, block by block.

    >>> [(grid.heads, len(grid.rows)) for grid in text_grids("a  b\n1  2\n3  4")]
    [(('a', 'b'), 2)]
    """
    text = _INTERVAL.sub(r"\1,\2 ", text)
    lines = _bared(text.splitlines())
    before = ""
    for block in _blocks(lines[: 20 * ROWS]):
        grid = _read(block[:ROWS], f"{before} {block[-1]}"[-400:])
        if grid is not None:
            yield grid
        before = " ".join(block[-2:])[-300:]


def _bared(lines: list[str]) -> list[str]:
    """Lines without the sign that a document puts before what was printed."""
    for sign in ("## ", "#> ", "> ", "# "):
        marked = [line for line in lines if line.startswith((sign, sign.strip()))]
        if len(marked) >= 3 and len(marked) >= 0.5 * sum(bool(line.strip()) for line in lines):
            return [line.removeprefix(sign.strip()) for line in marked]
    return lines


def _blocks(lines: list[str]) -> Iterator[list[str]]:
    block: list[str] = []
    for line in [*lines, ""]:
        if line.strip() and not line.strip().startswith("```"):
            block.append(line.rstrip())
        elif block and not _only_heads(block):
            yield block
            block = []


def _only_heads(block: list[str]) -> bool:
    """Heads of columns that a blank line parts from their rows."""
    parts = re.split(r"\s{2,}", block[0].strip())
    return len(block) == 1 and len(parts) >= 3 and not any(re.match(r"[-\d]", p) for p in parts)


def _read(block: list[str], context: str) -> Grid | None:
    foot = " ".join(line for line in block if _FOOT.match(line.strip()))
    body = [line for line in block if not _FOOT.match(line.strip())]
    if not body:
        return None
    context = f"{context} {foot}".strip()
    if sum(" & " in line for line in body) >= 2:
        rows = [
            line.rstrip("\\ ") for line in body if " & " in line and not _RULE_WORDS.match(line)
        ]
        return squared([_split(row, "&") for row in rows], 1, context, "text")
    boxed = [line for line in body if len(_BOX.findall(line)) >= 1 and not ruled(line)]
    if len(boxed) >= 2 and all(re.search(r"\S\s{2,}\S", _widest(line)) for line in boxed):
        return _aligned([re.sub(_BOX, " ", line) for line in boxed], context, foot)
    if len(boxed) >= 2 and len(boxed) >= 0.5 * sum(not ruled(line) for line in body):
        return _boxed(boxed, context)
    for sign in ("\t", ",", ";", "|"):
        counts = [line.count(sign) for line in body]
        spaced = sign == "," and np.mean([line.count(", ") for line in body]) > 0.5 * np.mean(
            counts
        )
        enough = len(body) >= 2 and (max(counts) >= 2 or len(body) >= 4)
        if enough and min(counts) >= 1 and max(counts) - min(counts) <= 2 and not spaced:
            return _headed(delimited(body, sign), context, "csv")
    return _aligned([line for line in body if not ruled(line)], context, foot)


def _widest(line: str) -> str:
    return max(re.split(_BOX, line), key=len).strip()


def _split(line: str, sign: str) -> list[str]:
    return [cell.strip() for cell in line.split(sign)]


def _boxed(lines: list[str], context: str) -> Grid | None:
    rows = [_split(re.sub(_BOX, "|", line).strip().strip("|"), "|") for line in lines]
    rows = [
        row
        for row in rows
        if not all(re.fullmatch(r"-*|str|[iu]\d+|f\d+|cat|bool", c) for c in row)
    ]
    return _headed(rows, context, "text") if len(rows) > 1 else None


def _headed(rows: list[list[str]], context: str, kind: str) -> Grid | None:
    heads = (
        0
        if not rows or (any(map(is_number, filter(None, rows[0]))) and not _all_whole(rows[0]))
        else 1
    )
    return squared(rows, heads, context, kind)


def _all_whole(row: list[str]) -> bool:
    """Heads that are codes, 0 1 2 3, above an empty corner."""
    return bool(row) and not row[0] and all(cell.isdigit() for cell in row[1:])


def _aligned(lines: list[str], context: str, foot: str) -> Grid | None:
    """Columns between which every line is blank."""
    if len(lines) < 2:
        return _lone(lines, context, foot)
    axis: tuple[str, ...] = ()
    numbered = [bool(re.search(r"\d", line)) for line in lines]
    if len(lines) > 2 and not numbered[0] and not numbered[1] and len(lines[1].split()) == 1:
        if lines[1].strip() == lines[1].rstrip() and (
            len(lines[0].split()) > 1 or lines[0][0] == " "
        ):
            first = lines[0].split()
            axis = (lines[1].strip(), first[0] if not lines[0].startswith(" ") else "")
            lead = len(first[0]) if axis[1] else 0
            lines = [" " * lead + lines[0][lead:], *lines[2:]]
    elif len(lines[0].split()) == 1 and foot and not numbered[0]:
        axis = (lines[0].strip(), "")
        lines = lines[1:]
    lines = [line for line in lines if not re.fullmatch(r"\s*(?:<\w+>\s*)+", line)]
    parts = [len(re.split(r"\s{2,}", line.strip())) for line in lines]
    if len(lines) > 3 and sorted(parts)[len(parts) // 2] >= 3:
        while len(lines) > 3 and parts[0] == 1 and not re.search(r"\d", lines[0]):
            lines, parts = lines[1:], parts[1:]
        alone = parts[1] == 1 and len(lines[1].split()) == 1 and not re.search(r"\d", lines[1])
        lines = [lines[0], *lines[2:]] if alone else lines
        while len(lines) > 3 and len(re.split(r"\s{2,}", lines[-1].strip())) == 1:
            lines = lines[:-1]
    spans = _spans(lines)
    rows = [[line[start:end].strip() for start, end in spans] for line in lines]
    rows = _worded(lines) or rows
    if max(map(len, rows), default=0) < 2:
        return None
    told = [cell for cell in rows[0] if cell and "%" not in cell]
    head = bool(not any(map(is_number, told)) or _all_whole(rows[0]))
    kind = "series" if "dtype:" in foot and not (head and rows[0][0] == "") else "text"
    if kind == "series":
        rows = [
            re.split(
                r"\s{2,}(?=\S+$)"
                r"|(?<=\S)\s(?=-[\d.]+$)",
                line.strip(),
            )
            for line in lines
        ]
        return squared(rows, 0, context, kind, axis=axis)
    return squared(rows, int(head), context, kind, axis=axis)


def _worded(lines: list[str]) -> list[list[str]]:
    """Cells word by word, where all lines have as many words and the heads as many or one fewer."""
    cut = [line.split() for line in lines]
    width = len(cut[-1]) if cut else 0
    fits = len(cut) >= 3 and width >= 3 and all(len(row) == width for row in cut[1:])
    if not fits or len(cut[0]) not in (width, width - 1):
        return []
    return [["", *cut[0]] if len(cut[0]) < width else cut[0], *cut[1:]]


def _lone(lines: list[str], context: str, foot: str) -> Grid | None:
    if not lines or "dtype:" not in foot:
        return None
    return squared([re.split(r"\s{2,}", lines[0].strip())], 0, context, "series")


def _spans(lines: list[str]) -> list[tuple[int, int]]:
    width = max(map(len, lines))
    sample = lines if len(lines) <= 400 else lines[:: len(lines) // 400]
    filled = np.zeros(width + 1, dtype=bool)
    for line in sample:
        filled[: len(line)] |= np.frombuffer(line.encode("utf-32-le"), dtype="<u4") != 32
    edges = np.flatnonzero(np.diff(np.r_[False, filled].astype(np.int8)))
    starts, ends = edges[::2], edges[1::2]
    spans = [(int(a), int(b)) for a, b in zip(starts, ends, strict=False)]
    if len(starts) > len(ends):
        spans.append((int(starts[-1]), width))
    return spans
