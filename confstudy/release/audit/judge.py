"""All rules over one part of a notebook."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from confstudy.release.audit.charts import chart_hits, svg_hits
from confstudy.release.audit.counts import count_hits, share_hits
from confstudy.release.audit.decode import Contents, contents
from confstudy.release.audit.few import few_hits
from confstudy.release.audit.finding import Hit, hits_once
from confstudy.release.audit.forms import form_hits, point_hits
from confstudy.release.audit.grid import Grid
from confstudy.release.audit.identifiers import identifiers, user_paths
from confstudy.release.audit.lines import text_grids
from confstudy.release.audit.listings import listing_hits
from confstudy.release.audit.markup import column_grids, element_grids, pair_grids
from confstudy.release.audit.outputs import filter_hits, output_hits
from confstudy.release.audit.pictures import picture_hits, plotted
from confstudy.release.audit.records import Records
from confstudy.release.audit.respondents import respondent_hits
from confstudy.release.audit.sentences import noise_seed, record, sentence_hits
from confstudy.release.audit.shapes import shape_hits, shared_hits
from confstudy.release.audit.summaries import model_hits, summary_hits
from confstudy.release.audit.tables import html_grids, json_grids
from confstudy.release.audit.traces import trace_hits
from confstudy.release.audit.vectors import literals, vector_hits
from confstudy.release.audit.vocabulary import sizes
from confstudy.release.audit.walk import Place

__all__ = ["judged"]

_EXTREME_CALL = re.compile(
    r"\.(?:max|min|idxmax|idxmin|nlargest|nsmallest|argmax|argmin)\(|\b(?:max|min)\("
)
_SET = re.compile(r"\.(?:loc|at|iloc|iat)\[\s*\d+\s*,[^\]]+\]\s*=\s*['\"\d]")
_MIXED = re.compile(
    r"(?:=|\["
    r"|\()\s*[\[(](?=(?:[^\[\]()\n]*['\"][^'\"\n]+['\"]){2})(?=(?:[^\[\]()\n]*[,\[(]\s*\d+(?:\.\d+)?\s*[,\])]){2})"
    r"(?:\s*(?:['\"][^'\"\n]*['\"]|-?\d+(?:\.\d+)?|None|True|False)\s*,?){4,}[\])]"
)
_FINE = re.compile(
    r"groupby\(\s*\[(?=(?:[^\],]+,){2}|[^\]]*,[^\]]*(?:therapist|practice|clinic)"
    r"|[^\],]*(?:therapist|practice|clinic)[^\],]*,)[^\]]*\](?:(?!size|count|nobs"
    r"|transform).)*\.(?:mean|median|sum|std)\("
)
#: Data that stand in code: long texts in quotation marks, and Stata's input.
_BLOCK = re.compile(
    r"(?s)(\'\'\'.{40,}?\'\'\'|\"\"\".{40,}?\"\"\")|\btext\s*=\s*(\"[^\"]{40,}\"|'[^']{40,}')"
    r"|(?m:^input\b[^\n]*\n(.{40,}?)^end\b)"
)
#: Most characters of a text that are judged.
_LENGTH = 400_000


def judged(place: Place, released: bool, people: Sequence[Records]) -> list[Hit]:
    """What the rules find in one part; a released output is judged by identifiers only."""
    found = contents(place.content, place.mime)
    partly = found.shorten(_LENGTH)
    hits = list(_anywhere(found))
    if partly:
        hits.append(Hit("unreadable", "is so long that it was only partly read", "review"))
    if found.unread and not released:
        hits.append(Hit("unreadable", "holds bytes that no rule can read", "review"))
    for records in people:
        hits += [hit for text in found.texts for hit in records.hits(text, strict=released)]
        grids = () if released else _all_grids(found)
        hits += [hit for grid in grids for hit in records.grid_hits(grid)]
    if place.kind == "metadata":
        hits += _metadata(place.content, found)
    elif place.kind == "code":
        hits += _code(found)
    elif place.kind in ("markdown", "raw"):
        hits += _markdown(found)
    elif not released:
        hits += _output(place, found)
    if place.kind == "attachment" or (not released and place.kind != "attachment"):
        hits += [hit for picture in found.pictures for hit in picture_hits(picture, place.source)]
    return hits_once(hits)


def _anywhere(found: Contents) -> Iterator[Hit]:
    for text in found.texts:
        yield from identifiers(text)
        yield from user_paths(text)
    if found.cut:
        yield Hit("unreadable", "is nested deeper or larger than an audit reads", "review")


def _metadata(content: Any, found: Contents) -> Iterator[Hit]:
    paths = content.get("papermill", {}) if isinstance(content, dict) else {}
    named = [str(paths.get(name) or "") for name in ("input_path", "output_path")]
    if any(re.match(r"/|[A-Za-z]:[\\/]|\\\\", path) for path in named):
        yield Hit("user path", "holds the path of a file outside the project")
    for value in found.values:
        yield from chart_hits(value)
    if "widget" in str(content)[:20_000]:
        yield from _texts(found, "")
    for text in found.texts:
        yield from shape_hits(text)
    for text in (text for text in found.hidden if len(text.split()) >= 4):
        yield from sentence_hits(text)
    yield from _grids(found, "", [])


def _code(found: Contents) -> Iterator[Hit]:
    for text in found.shown:
        yield from noise_seed(text)
        yield from filter_hits(text)
        if record(text, numbers=True) or _MIXED.search(text) or len(_SET.findall(text)) >= 3:
            yield Hit("records", "the answers of one respondent, written into the code")
        for block in _BLOCK.findall(text):
            data = Contents(flat=[max(block, key=len).strip("'\"").replace("\\n", "\n")])
            yield from (hit for grid in _all_grids(data) for hit in respondent_hits(grid))
            yield from (hit for one in data.flat for hit in form_hits(one))
        comments = "\n".join(re.findall(r"#(.*)", text))
        yield from (hit for hit in sentence_hits(comments, prose=True) if hit.rule == "records")
    if any(len(text) > 60 for text in found.hidden):
        coded = Contents(hidden=found.hidden, flat=found.flat[1:], values=found.values)
        yield from _texts(coded, "")
        yield from _grids(coded, "", [])


def _markdown(found: Contents) -> Iterator[Hit]:
    for text in found.shown:
        yield from sentence_hits(text, prose=True)
        yield from few_hits(text)
        yield from shape_hits(text)
        yield from listing_hits(text)
        yield from form_hits(text)
        yield from model_hits(text)
    for text in found.hidden:
        yield from sentence_hits(text)
    yield from _grids(found, "", [])
    for page in found.pages:
        yield from svg_hits(page)


def _output(place: Place, found: Contents) -> Iterator[Hit]:
    known = [size for text in found.texts for size in sizes(text)]
    known += sizes(place.source)
    yield from _texts(found, place.source)
    yield from _grids(found, place.source, known)
    for value in found.values:
        yield from chart_hits(value)
    for page in found.pages:
        yield from svg_hits(page)
        yield from point_hits(page)
    for text in found.texts:
        yield from trace_hits(text, error=place.kind == "error")
    if found.files:
        yield Hit("embedded data", "holds the bytes of a data file", "review")
    yield from _drawn(place, found)
    last = place.source.strip().splitlines()[-1:] if place.mime == "text/plain" else []
    short = isinstance(place.content, str) and len(place.content) < 400
    if last and short and _EXTREME_CALL.search(last[0]) and re.search(r"\d", str(place.content)):
        yield Hit("extremes", "a smallest or largest value is one respondent's")


def _drawn(place: Place, found: Contents) -> Iterator[Hit]:
    """What the code of a cell says about its output."""
    if plotted(place.source) and any("<svg" in page.casefold() for page in found.pages):
        yield Hit("single points", "a picture drawn by code that marks single respondents")
    if _FINE.search(place.source) and re.search(r"\d\.\d", str(place.content)[:5000]):
        yield Hit("threshold", "means of finely divided groups, without their counts", "review")


def _texts(found: Contents, source: str) -> Iterator[Hit]:
    for text in found.texts:
        yield from sentence_hits(text)
        yield from few_hits(text)
        yield from shape_hits(text)
        yield from listing_hits(text)
        yield from form_hits(text)
        yield from output_hits(text)
        yield from point_hits(text)
        yield from noise_seed(f"{source}\n{text}" if len(text) < 5000 else text)
        yield from model_hits(text)
        yield from vector_hits(text, source)


def _grids(found: Contents, source: str, known: list[int]) -> Iterator[Hit]:
    for grid in _all_grids(found):
        yield from count_hits(grid)
        yield from share_hits(grid, known)
        yield from summary_hits(grid, known)
        yield from respondent_hits(grid, source)
        yield from shared_hits(grid)


def _all_grids(found: Contents) -> Iterator[Grid]:
    for page in found.pages:
        yield from html_grids(page)
        yield from element_grids(page)
    for text in found.flat:
        yield from pair_grids(text)
        yield from column_grids(text)
        yield from text_grids(text)
        for value in literals(text):
            yield from json_grids(_listed(value))
    for value in found.values:
        yield from json_grids(value)


def _listed(value: Any) -> Any:
    if isinstance(value, tuple | set):
        return [_listed(inner) for inner in value]
    if isinstance(value, list):
        return [_listed(inner) for inner in value]
    if isinstance(value, dict):
        return {str(key): _listed(inner) for key, inner in value.items()}
    return value
