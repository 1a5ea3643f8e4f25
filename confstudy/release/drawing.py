"""Drawings made by hand: whether a mark in them could be one respondent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axis import Axis
from matplotlib.category import StrCategoryLocator
from matplotlib.collections import (
    Collection,
    LineCollection,
    PathCollection,
    PolyCollection,
    QuadMesh,
)
from matplotlib.container import BarContainer
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure as Canvas
from matplotlib.image import AxesImage, BboxImage, FigureImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch, Polygon, StepPatch, Wedge
from matplotlib.spines import Spine
from matplotlib.table import Table
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter, FixedLocator
from numpy.typing import NDArray

from confstudy.release.decision import Decision, Rules, worst

__all__ = ["check_drawing"]

Floats = NDArray[np.float64]
_IMAGES = (AxesImage, BboxImage, FigureImage)
_NOTHING = (None, "None", "", " ")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_SIZE = re.compile(r"\bn\s*[=:]\s*(\d+)\b", re.IGNORECASE)
_EXTREME = re.compile(r"\b(?:min|max)(?:imum)?\b", re.IGNORECASE)
_BINNED = "draw groups instead: cs.plot.binned or cs.plot.density"
_REVIEW = Decision(
    "review", "drawing", "drawn by hand: see that every mark stands for ten respondents or more"
)


def check_drawing(canvas: Canvas, n: int | None, rules: Rules | None = None) -> Decision:
    """Decide on a Matplotlib figure by looking at every mark in it.

    Fails where marks are so many that each could be one respondent, wherever they are spread
    (points, rugs, steps, lines, bars, words), where a box plot shows outliers or a violin ends at
    the largest answer, where counts in bars, bins, pies or words are small, and for what cannot
    be looked at (pictures, three dimensions). All else a person must confirm: what is drawn does
    not say what it was drawn from.

    Parameters
    ----------
    canvas
        The figure. What is invisible does not count.
    n
        How many respondents stand behind it; without it, at most ten marks are let through.
    rules
        Other limits.

    Examples
    --------
    >>> canvas = Canvas()
    >>> _ = canvas.subplots().scatter(range(60), range(60))
    >>> check_drawing(canvas, 60).rule
    'single points'
    """
    limits = rules or Rules()
    try:
        if n is not None and n < limits.threshold:
            return Decision("fail", "threshold", f"it stands for fewer than {limits.threshold}")
        parts = list(_artists(canvas))
        return worst([*_judged(parts, n, limits), *([_REVIEW] if parts else [])])
    except Exception:  # Whatever went wrong, its message may hold data and nothing may leave.
        return Decision("fail", "unchecked", "what is drawn could not be checked")


def _artists(parent: Any) -> Iterator[Artist]:
    """All that is drawn inside, but for frames, axes' own lines and keys."""
    errors = [held for held in getattr(parent, "containers", ()) if hasattr(held, "has_xerr")]
    skipped = {id(part) for held in errors for group in held.lines[1:] for part in group}
    for child in parent.get_children():
        key = isinstance(child, QuadMesh) and hasattr(parent, "_colorbar")
        if not child.get_visible() or id(child) in skipped or key:
            continue
        if isinstance(child, Axis):
            yield from _labels(child)
        elif not isinstance(child, Spine) and child is not getattr(parent, "patch", None):
            yield child
            if not isinstance(child, Table | Text):
                yield from _artists(child)


def _labels(axis: Axis) -> list[Text]:
    """Words put beside an axis by hand."""
    by_hand = isinstance(axis.get_major_formatter(), FixedFormatter)
    by_hand |= isinstance(axis.get_major_locator(), FixedLocator | StrCategoryLocator)
    return [axis.label, *(axis.get_ticklabels() if by_hand else [])]


def _judged(parts: Sequence[Artist], n: int | None, rules: Rules) -> Iterator[Decision]:
    if any(getattr(part, "name", "") == "3d" for part in parts):
        yield Decision("fail", "single points", f"depth cannot be looked at: {_BINNED}")
    for kind, count in _marks(parts, n).items():
        if count > rules.threshold and (n is None or count * rules.threshold > n):
            why = f"{kind} are so many that each could be one respondent: {_BINNED}"
            yield Decision("fail", "single points", why)
    lines = [part for part in parts if isinstance(part, Line2D)]
    boxes = any(_is_box(part) for part in parts)
    if boxes and any(_is_marker(line) and line.get_marker() != "^" for line in lines):
        why = f"a box plot shows single outliers (showfliers=False): {_BINNED}"
        yield Decision("fail", "single points", why)
    if any(_is_violin(part) for part in parts):
        yield Decision("fail", "extremes", "a violin ends at the smallest and largest answer: "
                       "use cs.plot.density")  # fmt: skip
    for counts in _counts(parts, n):
        if ((counts > 1e-9) & (counts < rules.threshold - 1e-9)).any():
            why = f"a bar, bin or sector stands for fewer than {rules.threshold}: use wider ones"
            yield Decision("fail", "threshold", why)
    yield from _pictures(parts, n)
    yield from _words([part for part in parts if isinstance(part, Text)], rules)
    if any(isinstance(part, Table) for part in parts):
        yield Decision("fail", "records", "tables are released by cs.release.table")


def _marks(parts: Sequence[Artist], n: int | None) -> dict[str, int]:
    """How many marks of each kind the whole figure has, over all its panels."""
    held = [bars for part in parts for bars in getattr(part, "containers", ())]
    counted = [bars for bars in held if isinstance(bars, BarContainer)]
    inside = {id(bar) for bars in counted for bar in bars}
    mesh = any(isinstance(part, (QuadMesh, *_IMAGES)) for part in parts)
    boxes = any(_is_box(part) for part in parts)
    found = dict.fromkeys(("points", "strokes", "steps", "lines", "bars", "shapes", "labels"), 0)
    found["bars"] = sum(len(bars) for bars in counted if _as_counts(*_heights(bars), n) is None)
    for part in parts:
        if isinstance(part, Line2D):
            found["points"] += len(_places(part)) if _has_marker(part) else 0
            if part.get_linestyle() not in _NOTHING and not _is_box(part):
                stroke = len(_places(part)) < 3
                found["strokes"] += stroke and not boxes
                found["lines"] += not stroke
                found["steps"] += _corners(_places(part), str(part.get_drawstyle()))
        elif isinstance(part, LineCollection):
            found["strokes"] += len(part.get_segments())
        elif isinstance(part, PathCollection):
            found["points"] += len(_offsets(part))
        elif isinstance(part, Collection):
            if not isinstance(part, QuadMesh | ContourSet) and not _is_hexbin(part):
                found["shapes"] += max(len(_offsets(part)), len(part.get_paths()))
        elif isinstance(part, Patch):
            found["shapes"] += id(part) not in inside and not isinstance(part, Wedge | StepPatch)
        elif isinstance(part, Text) and not mesh:
            found["labels"] += bool(part.get_text().strip())
    return found


def _places(line: Line2D) -> Floats:
    """(k, 2) the corners of a line."""
    return np.asarray(line.get_xydata(), dtype=np.float64).reshape(-1, 2)


def _offsets(part: Collection) -> Floats:
    return np.asarray(part.get_offsets(), dtype=np.float64).reshape(-1, 2)


def _has_marker(line: Line2D) -> bool:
    return line.get_marker() not in _NOTHING


def _is_marker(line: Line2D) -> bool:
    return line.get_linestyle() in _NOTHING and _has_marker(line) and len(_places(line)) > 0


def _is_box(part: Artist) -> bool:
    """A closed outline, as boxes of box plots have."""
    if isinstance(part, PathPatch):
        return np.shape(part.get_path().vertices)[0] in (5, 6, 11, 12)
    if not isinstance(part, Line2D) or _has_marker(part):
        return False
    corners = _places(part)
    return len(corners) in (5, 11) and bool((corners[0] == corners[-1]).all())


def _is_violin(part: Artist) -> bool:
    """A filled outline that mirrors itself."""
    if not isinstance(part, PolyCollection) or len(part.get_paths()) != 1 or _is_hexbin(part):
        return False
    corners = np.asarray(part.get_paths()[0].vertices)
    for across, along in ((corners[:, 0], corners[:, 1]), (corners[:, 1], corners[:, 0])):
        middle = (across.min() + across.max()) / 2
        places, where = np.unique(along.round(9), return_inverse=True)
        widest = np.repeat([[-np.inf], [np.inf]], len(places), axis=1)
        np.maximum.at(widest[0], where, across)
        np.minimum.at(widest[1], where, across)
        span = widest[0] - widest[1]
        even = np.allclose(widest.sum(axis=0), 2 * middle, atol=1e-6 * max(np.ptp(across), 1e-12))
        if len(places) > 20 and even and span.std() > 0.01 * span.max():
            return True
    return False


def _is_hexbin(part: Artist) -> bool:
    array = part.get_array() if isinstance(part, Collection) else None
    return isinstance(part, PolyCollection) and array is not None and len(np.ravel(array)) > 1


def _corners(places: Floats, style: str) -> int:
    """Steps of a staircase, or the corners of a line that is no smooth curve."""
    places = places[np.isfinite(places).all(axis=1)]
    if len(places) < 4:
        return 0
    across, up = np.diff(places, axis=0).T
    if style.startswith("steps"):
        return int((up != 0).sum())
    if ((across == 0) | (up == 0)).all():
        return int(min((across != 0).sum(), (up != 0).sum()))
    with np.errstate(all="ignore"):
        bends = np.diff(up / across)
    bends = bends[np.isfinite(bends)]
    clear = bends[np.abs(bends) > 1e-6 * np.abs(bends).max(initial=0)]
    turns = int((np.diff(np.sign(clear)) != 0).sum())
    return len(places) if turns > max(8, 0.3 * len(places)) else 0


def _heights(held: BarContainer) -> tuple[Floats, Floats]:
    """How long and how wide its bars are."""
    lying = held.orientation == "horizontal"
    wide = [bar.get_height() if lying else bar.get_width() for bar in held.patches]
    return np.asarray(held.datavalues, dtype=np.float64), np.asarray(wide, dtype=np.float64)


def _array(part: Any) -> Floats:
    return np.ma.filled(np.ma.asarray(part.get_array()).astype(np.float64), np.nan).ravel()


def _whole(values: Floats) -> bool:
    known = values[np.isfinite(values)]
    return bool(len(known) and np.allclose(known, known.round(), atol=1e-6) and known.any())


def _counts(parts: Sequence[Artist], n: int | None) -> Iterator[Floats]:
    """Numbers drawn as heights, colours and angles that are counts, as far as can be told."""
    held = [bars for part in parts for bars in getattr(part, "containers", ())]
    drawn = [_heights(bars) for bars in held if isinstance(bars, BarContainer)]
    for part in parts:
        if isinstance(part, StepPatch):
            heights, edges, _ = part.get_data()
            drawn.append((np.asarray(heights, dtype=np.float64), np.diff(edges)))
        elif isinstance(part, Polygon) and _corners(np.asarray(part.get_xy()), "") > 1:
            tops = np.unique(np.asarray(part.get_xy(), dtype=np.float64)[:, 1])
            drawn.append((tops, np.ones(len(tops))))
        elif isinstance(part, (QuadMesh, *_IMAGES)) or _is_hexbin(part):
            array = _array(part)
            drawn.append((array, np.ones(array.size)))
    angles = [part.theta2 - part.theta1 for part in parts if isinstance(part, Wedge)]
    if angles and n is not None:
        yield np.array(angles) / 360 * n
    found = [_as_counts(values, wide, n) for values, wide in drawn]
    yield from (counts for counts in found if counts is not None)


def _as_counts(values: Floats, wide: Floats, n: int | None) -> Floats | None:
    """Counts, or what shares, percentages or densities of n respondents say of counts."""
    known = np.isfinite(values)
    values, wide = values[known], wide[known]
    scales = [np.ones(len(wide))]
    if n is not None:
        scales += [np.full(len(wide), float(n)), np.full(len(wide), n / 100), n * wide]
    for scale in scales:
        if _whole(values * scale):
            return np.asarray(np.abs(values * scale).round(), dtype=np.float64)
    return None


def _pictures(parts: Sequence[Artist], n: int | None) -> Iterator[Decision]:
    for part in parts:
        if not isinstance(part, (QuadMesh, *_IMAGES)):
            continue
        shape: tuple[int, ...] = np.shape(np.asarray(part.get_array()))
        if isinstance(part, FigureImage) or (isinstance(part, _IMAGES) and len(shape) > 2):
            why = f"a picture inside the figure cannot be looked at: {_BINNED}"
            yield Decision("fail", "unchecked", why)
        elif n is not None and max(shape) >= n:
            yield Decision("fail", "records", f"it has a row for each respondent: {_BINNED}")


def _words(texts: Sequence[Text], rules: Rules) -> Iterator[Decision]:
    for words in (text.get_text() for text in texts):
        if any(0 < int(size) < rules.threshold for size in _SIZE.findall(words)):
            yield Decision("fail", "threshold", f"its words tell of fewer than {rules.threshold}")
        if _EXTREME.search(words) and _NUMBER.search(words):
            yield Decision("fail", "extremes", "its words tell the smallest or largest answer")
        if len(_NUMBER.findall(words)) > rules.threshold:
            yield Decision("fail", "records", "its words hold many numbers: use cs.release.table")
