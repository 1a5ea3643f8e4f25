"""A regression table as HTML: headed for screen readers, cards on a phone, one column in print."""

from __future__ import annotations

import re
from html import escape

from confstudy.show.tables.grid import SYMBOLS, Grid, Row

__all__ = ["document", "fragment"]

_STYLE = """
.cs-table{max-width:6.5in;margin:1em 0;font:10pt/1.35 "Times New Roman",Times,serif;
color:#1f2430;background:#fff}
.cs-table table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
.cs-table caption{text-align:left;font-style:italic;padding:0 0 .5em}
.cs-table th,.cs-table td{padding:.2em .7em;text-align:right;vertical-align:top;
font-weight:normal;border:0;background:none;overflow-wrap:break-word}
.cs-table th:first-child{text-align:left;padding-left:0;width:36%}
.cs-table td{white-space:nowrap}
.cs-table thead{border-top:1.5px solid;border-bottom:1px solid}
.cs-table thead th{vertical-align:bottom}
.cs-table tbody:last-of-type{border-bottom:1.5px solid}
.cs-table .one th:nth-child(2),.cs-table .one td:nth-child(2){padding-right:1.8em}
.cs-table .several thead th+th,.cs-table .several td{text-align:center}
.cs-table .several td{white-space:normal}
.cs-table .several th:first-child{width:24%}
.cs-table .several td,.cs-table .several thead th+th{padding-left:.3em;padding-right:.3em}
.cs-table .line{display:block}
.cs-table .below{display:block;font-size:.92em}
.cs-table .stars{position:absolute}
.cs-table .group th{font-style:italic;padding-top:.6em}
.cs-table .inside th:first-child{padding-left:1em}
.cs-table .facts{border-top:1px solid}
.cs-table .why td{text-align:left;white-space:normal;padding-left:0;font-weight:bold}
.cs-table p{margin:.5em 0 0;font-size:.92em;overflow-wrap:break-word}
@media screen and (max-width:34em){
.cs-table table,.cs-table caption,.cs-table tbody,.cs-table tr,.cs-table th,.cs-table td,
.cs-table .several thead,.cs-table .several thead th{display:block;width:auto}
.cs-table .one thead,.cs-table .several thead th:first-child{position:absolute;width:1px;
height:1px;overflow:hidden;clip-path:inset(50%);border:0}
.cs-table .several thead{border-bottom:0;padding:.3em 0}
.cs-table .several thead th:nth-child(n){text-align:left;padding:.1em 0}
.cs-table .several .line{display:inline}
.cs-table tbody{border-top:1px solid}
.cs-table tr{padding:.3em 0}
.cs-table tbody th:first-child{font-weight:bold;width:auto}
.cs-table .one td:nth-child(n),.cs-table .several td:nth-child(n){display:flex;
justify-content:space-between;padding:.1em 0 .1em 1em}
.cs-table .why td:nth-child(n){padding-left:0}
.cs-table td[data-label]::before{content:attr(data-label);padding-right:1em}
.cs-table .one td:nth-child(n):empty,.cs-table .several td:nth-child(n):empty{display:none}
.cs-table .value{margin-left:auto;text-align:right}
.cs-table .stars{position:static}
.cs-table .below{display:inline}
.cs-table .one .fact{display:flex;justify-content:space-between}
.cs-table .one .fact th:first-child{font-weight:normal}}
@media print{.cs-table{max-width:none;width:100%}.cs-table tr{break-inside:avoid}
.cs-table thead{display:table-header-group}}
"""


def document(grid: Grid) -> str:
    """The table as a page of its own, without anything from outside."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(grid.title)}</title>"
        "<style>@page{margin:1in}body{margin:1rem}@media print{body{margin:0}}</style></head>"
        f"<body><main>{fragment(grid)}</main></body></html>\n"
    )


def fragment(grid: Grid) -> str:
    """The table as one element with its own style, for a notebook or a page."""
    several = "several" if grid.several else "one"
    heads = "".join(
        f'<th scope="col" role="columnheader">{_lines(lines)}</th>' for lines in grid.heads
    )
    notes = "".join(f"<p>{_note(note)}</p>" for note in grid.notes)
    # Roles: as blocks, on a phone, the elements would lose theirs.
    return (
        f'<div class="cs-table"><style>{_STYLE}</style>'
        f'<table class="{several}" role="table"><caption>{escape(grid.title)}</caption>'
        '<thead role="rowgroup"><tr role="row">'
        f'<th scope="col" role="columnheader">Term</th>{heads}</tr></thead>'
        f"{_bodies(grid)}</table>{notes}</div>"
    )


def _bodies(grid: Grid) -> str:
    """The rows; predictors, every group below them, and the facts are bodies of their own."""
    bodies: list[list[str]] = [[]]
    kinds = ["terms"]
    inside = False
    for row in grid.rows:
        starts = row.kind == "group" or (row.kind == "fact" and kinds[-1] != "facts")
        if starts:
            bodies.append([])
            kinds.append("facts" if row.kind == "fact" else "part")
        inside = row.kind == "group" or (inside and row.kind == "term")
        bodies[-1].append(_row(row, grid, inside=inside))
    return "".join(
        f'<tbody role="rowgroup" class="{kind}">{"".join(rows)}</tbody>'
        for kind, rows in zip(kinds, bodies, strict=True)
        if rows
    )


def _row(row: Row, grid: Grid, *, inside: bool) -> str:
    wide = len(grid.heads) + 1
    if row.kind == "why":
        return (
            f'<tr class="why" role="row"><td role="cell" colspan="{wide}">{escape(row.label)}</td>'
            "</tr>"
        )
    if row.kind == "group":
        return (
            f'<tr class="group" role="row"><th scope="rowgroup" role="rowheader" colspan="{wide}">'
            f"{escape(row.label)}</th></tr>"
        )
    words = _symbol(row.label) if row.kind == "fact" else escape(row.label)
    name = f'<th scope="row" role="rowheader">{words}</th>'
    # On a phone a cell is told by its head; a fact of a single model needs no other.
    labels = ["" if row.kind == "fact" and not grid.several else lines[0] for lines in grid.heads]
    cells = "".join(map(_cell, row.cells, labels))
    kind = "term inside" if inside else row.kind
    return f'<tr class="{kind}" role="row">{name}{cells}</tr>'


def _cell(text: str, label: str) -> str:
    first, _, second = text.partition("\n")
    bare = first.rstrip("*")
    stars = f'<span class="stars">{first[len(bare) :]}</span>' if bare != first else ""
    below = f' <span class="below">{escape(second)}</span>' if second else ""
    told = f' data-label="{escape(label)}"' if label and text else ""
    value = f'<span class="value">{escape(bare)}{stars}{below}</span>' if text else ""
    return f'<td role="cell"{told}>{value}</td>'


def _lines(lines: tuple[str, ...]) -> str:
    return " ".join(f'<span class="line">{_symbol(line)}</span>' for line in lines)


def _symbol(text: str) -> str:
    return f"<i>{escape(text)}</i>" if text in SYMBOLS else escape(text)


def _note(text: str) -> str:
    return re.sub(r"^Note\.", "<i>Note.</i>", escape(text))
