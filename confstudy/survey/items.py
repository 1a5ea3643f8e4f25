"""The items of a scale, keyed the same way and described one by one."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from confstudy.codebook.schema import Codebook, Scale
from confstudy.survey.reliability import alpha_of

__all__ = ["complete", "item_table", "keyed"]

Floats = NDArray[np.float64]
_FEWEST = 30


def keyed(frame: pd.DataFrame, scale: Scale) -> Floats:
    """The items of a scale as an array of respondents × items, all keyed the same way.

    Reverse-keyed items are turned round; the items of a test of knowledge are 1 for the right
    answer and 0 for any other. A missing answer stays missing.
    """
    columns = frame[list(scale.items)]
    if scale.key:
        right = np.column_stack([columns[item] == scale.key[item] for item in scale.items])
        return np.where(columns.isna(), np.nan, right.astype(float))
    items = columns.to_numpy(dtype=float, copy=True)
    turned = [position for position, item in enumerate(scale.items) if item in scale.reverse]
    items[:, turned] = sum(scale.points) - items[:, turned]
    return items


def complete(items: Floats) -> NDArray[np.bool_]:
    """(n,) who answered every item; one that nobody answered is not counted."""
    asked = ~np.isnan(items).all(axis=0)
    return np.asarray(~np.isnan(items[:, asked]).any(axis=1))


def item_table(frame: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """One row an item of every scale, for :attr:`confstudy.survey.scoring.Scores.items`."""
    tables = [_of_scale(frame, name, codebook) for name in codebook.scales]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def _of_scale(frame: pd.DataFrame, name: str, codebook: Codebook) -> pd.DataFrame:
    scale = codebook.scales[name]
    items = keyed(frame, scale)
    low, high = (0, 1) if scale.key else scale.points
    answers = pd.DataFrame(items)
    counts = answers.count()
    rest, dropped, n = rest_statistics(items)
    lower, upper = fisher(rest, n)
    return pd.DataFrame(
        {
            "scale": name,
            "item": list(scale.items),
            "label": [codebook.label(item) for item in scale.items],
            "reverse_keyed": [item in scale.reverse for item in scale.items],
            "n": counts,
            "mean": answers.mean(),
            "sd": answers.std(),
            "floor": (answers == low).sum() / counts,
            "ceiling": (answers == high).sum() / counts,
            "item_rest": rest,
            "conf_low": lower,
            "conf_high": upper,
            "alpha_if_dropped": dropped,
            "against": (upper < 0) & (n >= _FEWEST),
        }
    )


def rest_statistics(items: Floats) -> tuple[Floats, Floats, int]:
    """Correlation of each item with the sum of the others, α without it, and respondents.

    They are NaN where an item or the sum of the others does not vary, and for an item that
    nobody answered.
    """
    rows = items[complete(items)]
    asked = np.flatnonzero(~np.isnan(items).all(axis=0))
    rest, dropped = np.full((2, items.shape[1]), np.nan)
    if len(rows) < 3 or len(asked) < 2:
        return rest, dropped, len(rows)
    covariance = np.cov(rows[:, asked], rowvar=False)
    own, shared = np.diag(covariance), covariance.sum(axis=0)
    others = covariance.sum() - 2 * shared + own
    varies = (own > 0) & (others > 1e-12 * np.trace(covariance))
    scale = np.sqrt(np.where(varies, own * others, np.nan))
    rest[asked] = np.clip((shared - own) / scale, -1, 1)
    for place, item in enumerate(asked):
        without = np.delete(np.delete(covariance, place, 0), place, 1)
        dropped[item] = alpha_of(without)
    return rest, dropped, len(rows)


def fisher(correlation: Floats, n: int) -> tuple[Floats, Floats]:
    """Limits of the 95 % interval of correlations over ``n`` respondents (Fisher, 1921)."""
    if n <= 3:
        nothing = np.full_like(correlation, np.nan)
        return nothing, nothing
    # Just inside ±1, where the transformation is finite.
    inside = np.clip(correlation, -1 + 1e-15, 1 - 1e-15)
    centre, reach = np.arctanh(inside), float(stats.norm.ppf(0.975)) / np.sqrt(n - 3)
    return np.tanh(centre - reach), np.tanh(centre + reach)
