"""Charts as JSON (Plotly, Vega) and as SVG: marks that are single respondents."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from confstudy.release.audit.finding import Hit
from confstudy.release.audit.vocabulary import COUNT, STATISTIC
from confstudy.release.decision import THRESHOLD

__all__ = ["chart_hits", "svg_hits"]

_MARKS = Hit("single points", "a chart with one mark for each respondent")
_BEHIND = Hit("single points", "a chart that carries the data of single respondents")
_SMALL = Hit("threshold", f"a chart with counts of fewer than {THRESHOLD}")
_RAW = (
    "box",
    "violin",
    "histogram",
    "histogram2d",
    "histogram2dcontour",
    "splom",
    "parcoords",
    "parcats",
)
#: More marks of one kind than a chart of groups has.
MOST = 12


def chart_hits(value: Any, depth: int = 0) -> Iterator[Hit]:
    """Traces, datasets and counts of charts, at any depth of JSON."""
    if depth > 30:
        return
    if isinstance(value, Mapping):
        traces = value.get("data")
        if isinstance(traces, list) and "layout" in value:
            yield from _plotly([t for t in traces if isinstance(t, Mapping)], value["layout"])
        if "mark" in value or "vega" in str(value.get("$schema", "")) or "datasets" in value:
            yield from _vega(value)
        for inner in value.values():
            yield from chart_hits(inner, depth + 1)
    elif isinstance(value, list) and any(isinstance(one, Mapping | list) for one in value[:50]):
        bare = [one for one in value if isinstance(one, Mapping) and _is_trace(one)]
        yield from _plotly(bare, {})
        for inner in value[:2000]:
            yield from chart_hits(inner, depth + 1)


def _plotly(traces: list[Mapping[str, Any]], layout: Any) -> Iterator[Hit]:
    for trace in traces:
        kind = str(trace.get("type", "scatter"))
        sizes = [len(v) for name, v in trace.items() if isinstance(v, list) and name in _CHANNELS]
        longest = max(sizes, default=0)
        if kind in _RAW and longest >= 3:
            yield _BEHIND
        elif kind.startswith("scatter") and longest >= MOST:
            mode = str(trace.get("mode", "markers" if longest < 20 else "lines"))
            if "markers" in mode or not _ordered(trace.get("x")):
                yield _MARKS
        heights = [
            v for v in (trace.get("y"), trace.get("x"), trace.get("z")) if isinstance(v, list)
        ]
        counted = re.search(r"count|frequency|respondents|clients|\bn\b", str(layout), re.I)
        if kind in ("bar", "heatmap", "pie", "funnel") and counted and _small(heights):
            yield _SMALL


def _is_trace(one: Mapping[str, Any]) -> bool:
    kind = str(one.get("type", ""))
    return (kind in _RAW or kind.startswith("scatter")) and any(name in one for name in _CHANNELS)


_CHANNELS = (
    "x",
    "y",
    "z",
    "lat",
    "lon",
    "values",
    "customdata",
    "text",
    "hovertext",
    "dimensions",
    "r",
)


def _ordered(values: Any) -> bool:
    try:
        return bool((np.diff(np.asarray(values, dtype=float)) >= 0).all())
    except (TypeError, ValueError):
        return isinstance(values, list) and values == sorted(map(str, values))


def _small(columns: list[list[Any]]) -> bool:
    for column in columns:
        try:
            numbers = np.asarray(column, dtype=float).ravel()
        except (TypeError, ValueError):
            continue
        whole = len(numbers) and (numbers == numbers.round()).all()
        if whole and ((numbers > 0) & (numbers < THRESHOLD)).any() and numbers.max() >= THRESHOLD:
            return True
    return False


def _vega(chart: Mapping[str, Any]) -> Iterator[Hit]:
    data = chart.get("data")
    sets = (
        list((chart.get("datasets") or {}).values())
        if isinstance(chart.get("datasets"), Mapping)
        else []
    )
    for part in data if isinstance(data, list) else [data]:
        if isinstance(part, Mapping) and isinstance(part.get("values"), list):
            sets.append(part["values"])
    told = str(chart.get("mark", "")) + str(chart.get("encoding", "")) + str(chart.get("marks", ""))
    points = re.search(r"point|circle|square|tick|symbol|geoshape|rule", told)
    raw = re.search(
        r"aggregate|'bin'|boxplot|violin|density"
        r"|transform",
        told + str(chart.get("transform", "")),
    )
    for rows in sets:
        if not isinstance(rows, list) or not rows or not isinstance(rows[0], Mapping):
            continue
        names = [re.sub(r"[\W_]+", " ", str(name).casefold()) for name in rows[0]]
        grouped = any(STATISTIC.fullmatch(n) or COUNT.fullmatch(n) for n in names)
        if len(rows) >= MOST and (points or raw or not grouped):
            yield _MARKS if points else _BEHIND


_ATTRIBUTE = re.compile(r"([\w:-]+)\s*=\s*[\"']([^\"']*)[\"']")
#: Shapes of bars, which share a base or a line.
_BARS = ("rect", "path MLLLz", "path MHVHz", "path MhvhZ")
_MARK = re.compile(r"<(use|circle|ellipse|rect|path)\b([^>]*)>")


def svg_hits(page: str) -> Iterator[Hit]:
    """Many marks of one shape that vary in both directions: a scatter, fliers, a strip.

    Shapes of letters and ticks are left out: they are named for fonts, or stand in one line.
    """
    if "<svg" not in page.casefold():
        return
    groups: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for tag, attributes in _MARK.findall(page)[:20_000]:
        named = dict(_ATTRIBUTE.findall(attributes))
        href = str(named.get("xlink:href", named.get("href", "")))
        if (
            tag == "use"
            and re.search(r"(?i)sans|serif|mono|-[0-9a-f]{2,4}$|glyph", href)
            and not href.startswith("#m")
        ):
            continue
        place = _place(tag, named)
        if place is not None:
            groups[f"{tag} {href or _shape(tag, named)}"].append(place)
    for name, places in groups.items():
        xs, ys = np.array(places).T
        apart = len(set(places)) >= 0.5 * len(places)
        few = 3 if name.startswith("use") else MOST
        varied = len(places) > MOST and apart and len(set(xs)) > few and len(set(ys)) > few
        free = min(len(set(xs)), len(set(ys))) > 0.5 * len(places)
        if varied and not _line(xs) and (free or not name.startswith(_BARS)):
            yield _MARKS
            return


def _line(xs: Any) -> bool:
    """Markers of a line: at regular places, in order."""
    steps = np.diff(xs)
    return bool(len(xs) < 40 and (steps > 0).all() and np.allclose(steps, steps[0], rtol=0.05))


def _shape(tag: str, named: Mapping[str, str]) -> str:
    if tag == "path":
        return "".join(re.findall(r"[A-Za-z]", named.get("d", "")))[:60]
    sides = named.get("width", "") + "×" + named.get("height", "") if tag == "rect" else ""
    return named.get("r", "") + named.get("rx", "") + sides


def _place(tag: str, named: Mapping[str, str]) -> tuple[float, float] | None:
    pairs = {"use": ("x", "y"), "circle": ("cx", "cy"), "ellipse": ("cx", "cy"), "rect": ("x", "y")}
    try:
        if tag in pairs and pairs[tag][0] in named:
            x, y = pairs[tag]
            return float(named[x]), float(named.get(y, "0"))
        moved = re.search(r"translate\(\s*(-?[\d.]+)[ ,]+(-?[\d.]+)", named.get("transform", ""))
        if moved:
            return float(moved[1]), float(moved[2])
        start = re.match(r"\s*[Mm]\s*(-?[\d.]+)[ ,]+(-?[\d.]+)", named.get("d", ""))
        closed = start and len(named.get("d", "")) < 600 and re.search(r"[zZaAC]", named["d"])
        return (float(start[1]), float(start[2])) if start and closed else None
    except ValueError:
        return None
