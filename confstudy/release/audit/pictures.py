"""Rules on bitmap pictures, which cannot be read: what drew them, and what they look like."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import numpy as np
from matplotlib.image import imread
from scipy import ndimage

from confstudy.release.audit.finding import Hit

__all__ = ["picture_hits", "plotted"]

_POINTS = re.compile(
    r"\.scatter\w*\(|scatterplot|regplot|lmplot|residplot|stripplot|swarmplot|rugplot"
    r"|pairplot|jointplot|relplot|"
    r"scatter_matrix|kind\s*=\s*['\"](?:scatter|strip|swarm)|qqplot|probplot"
    r"|\.plot\([^)\n]*['\"](?:[a-zA-Z]?[o.x+*^sv])['\"]|"
    r"groupby\(['\"](?:respondent|client|patient|participant|subject|pid|id)\w*['\"]\)"
    r"|linestyle\s*=\s*['\"](?:none|)['\"]|ls\s*=\s*['\"]{2}|eventplot|plot_partregress"
    r"|influence_plot|plot_leverage|"
    r"caterpillar|showfliers\s*=\s*True|inner\s*=\s*['\"](?:point|stick)|spaghetti"
    r"|plot_fit|plot_tree",
    re.I,
)
_FLIERS = re.compile(
    r"\.boxplot\(|\.boxen|kind\s*=\s*['\"]box|plot\.box\(|sns\.boxplot|catplot\(.*box"
)
#: Smaller pictures are icons; most marks of one colour and size that a chart of groups has.
ICON, MOST = 32, 14


def plotted(source: str) -> bool:
    """Whether code draws single points: scatter, strip, residuals, quantiles, fliers.

    >>> plotted("ax.scatter(df.age, df.trust)"), plotted("ax.bar(groups, means)")
    (True, False)
    """
    fliers = _FLIERS.search(source) and not re.search(
        r"showfliers\s*=\s*False|sym\s*=\s*['\"]{2}", source
    )
    return bool(_POINTS.search(source) or fliers)


def picture_hits(picture: bytes, source: str = "") -> Iterator[Hit]:
    """Judge a bitmap that the ledger does not know; icons under 32 pixels pass."""
    pixels = _pixels(picture)
    if pixels is not None and min(pixels.shape[:2]) < ICON:
        return
    if plotted(source):
        yield Hit("single points", "a picture drawn by code that marks single respondents")
    elif pixels is not None and _blobs(pixels):
        yield Hit(
            "single points", "a picture with many small marks alike, as of single respondents"
        )
    else:
        yield Hit("picture", "a picture that was not released: a person must look at it", "review")


def _pixels(picture: bytes) -> np.ndarray | None:
    """A decoded PNG as whole numbers, or nothing where it is another kind or too large."""
    if not picture.startswith(b"\x89PNG"):
        return None
    width, height = (int.from_bytes(picture[p : p + 4], "big") for p in (16, 20))
    if width * height > 20_000_000:
        return None
    try:
        read = imread(io.BytesIO(picture), format="png")
    except Exception:  # a damaged picture is one that nobody can look at
        return None
    return np.asarray(np.round(np.atleast_3d(read) * 255), dtype=np.uint8)


def _blobs(pixels: np.ndarray) -> bool:
    """Many separate small blobs of one colour that has hue, as letters have not."""
    colours = pixels[..., :3].astype(int)
    if colours.shape[2] < 3:
        return False
    coded = (colours[..., 0] // 16) * 256 + (colours[..., 1] // 16) * 16 + colours[..., 2] // 16
    hue = np.ptp(colours, axis=2) > 40
    names, counts = np.unique(coded[hue], return_counts=True)
    for name in names[np.argsort(-counts)][:4]:
        labels, found = ndimage.label((coded == name) & hue)
        if found < MOST:
            continue
        sizes = np.bincount(labels.ravel())[1:]
        middle = np.median(sizes[sizes >= 4]) if (sizes >= 4).any() else 0
        alike = ((sizes > 0.5 * middle) & (sizes < 2 * middle)).sum() if middle else 0
        if alike >= MOST and middle < 0.002 * colours.shape[0] * colours.shape[1]:
            return True
    return False
