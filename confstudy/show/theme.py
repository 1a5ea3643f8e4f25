"""One look for every figure: narrow enough for a phone, readable in print, safe for all eyes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from matplotlib import colormaps, rc_context
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure as Canvas

__all__ = ["BLUE", "GREY", "INK", "ORANGE", "WIDTH", "drawing", "likert_colours", "svg"]

INK, GREY, BLUE, ORANGE = "#1f2430", "#8a8f99", "#0072B2", "#D55E00"
WIDTH = 4.2

_PUOR = (
    "#7f3b08",
    "#b35806",
    "#e08214",
    "#fdb863",
    "#d9d9d9",
    "#b2abd2",
    "#8073ac",
    "#542788",
    "#2d004b",
)

_LOOK: dict[Any, Any] = {
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.labelsize": 9,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "text.color": INK,
    "lines.linewidth": 1.8,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "svg.hashsalt": "confstudy",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
}


@contextmanager
def drawing(height: float, width: float = WIDTH) -> Iterator[tuple[Canvas, Axes]]:
    """A canvas and its axes in the common look; sizes in inches."""
    with rc_context(_LOOK):
        canvas = Canvas(figsize=(width, height), layout="constrained")
        yield canvas, canvas.subplots()


def svg(canvas: Canvas) -> str:
    """The canvas as SVG; the same drawing gives the same bytes.

    The layout is settled once and then kept: laid out again it may move by a hair.
    """
    stream = io.StringIO()
    with rc_context(_LOOK):
        if canvas.get_layout_engine() is not None:
            canvas.draw_without_rendering()
            canvas.set_layout_engine("none")
        canvas.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    text = stream.getvalue()
    return re.sub(r"<\?xml.*?<svg", "<svg", text, count=1, flags=re.DOTALL)


def likert_colours(points: int) -> list[str]:
    """Colours from disagreement (orange) over neutral (grey) to agreement (purple)."""
    half = points // 2
    if half > 4:
        return [to_hex(colour) for colour in colormaps["PuOr"](np.linspace(0.04, 0.96, points))]
    left = {1: [2], 2: [1, 3], 3: [1, 2, 3], 4: [0, 1, 2, 3]}[half]
    right = [8 - place for place in reversed(left)]
    return [_PUOR[place] for place in (*left, *([4] if points % 2 else []), *right)]
