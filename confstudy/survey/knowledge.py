"""Tests of knowledge: how well an item tells those who know from those who do not."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.codebook.schema import Codebook
from confstudy.survey.items import complete, keyed

__all__ = ["distractor_table", "upper_lower"]

Floats = NDArray[np.float64]


def upper_lower(items: Floats, share: float = 0.27) -> Floats:
    """How much more often the best respondents are right than the worst, item by item.

    Parameters
    ----------
    items
        Respondents × items of 0 and 1; respondents with a missing item are left out.
    share
        Of the respondents in each group, above 0 and at most a half. Kelley (1939) gives .27.

    Returns
    -------
    array
        (items,): from −1 to 1, NaN where a group is smaller than one respondent. Respondents
        who tie at the border of a group count in it with equal weights below 1, so that the
        order of the rows does not matter.

    Examples
    --------
    >>> items = np.tri(5, 4, -1)
    >>> upper_lower(items, 0.4).tolist()
    [0.5, 1.0, 1.0, 0.5]
    """
    rows = items[complete(items)]
    if share * len(rows) < 1:
        return np.full(items.shape[1], np.nan)
    total = np.nansum(rows, axis=1)
    return np.asarray(_top(total, share) @ rows - _top(-total, share) @ rows)


def _top(total: Floats, share: float) -> Floats:
    """Weights that sum to 1 over the highest share of the totals."""
    _, place, counts = np.unique(-total, return_inverse=True, return_counts=True)
    before = np.cumsum(counts) - counts
    mass = share * len(total)
    taken = np.clip(mass - before, 0, counts) / counts
    return np.asarray(taken[place.ravel()] / mass)


def distractor_table(frame: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """One row an answer to each item of a test, for ``Scores.distractors``."""
    rows = []
    for name, scale in codebook.scales.items():
        if not scale.key:
            continue
        right = pd.DataFrame(keyed(frame, scale), columns=list(scale.items))
        asked = right.dropna(axis=1, how="all")
        for item in map(str, asked.columns):
            rest = asked.drop(columns=item).sum(axis=1, skipna=False).to_numpy()
            answers = frame[item].to_numpy()[right[item].notna()]
            others = rest[right[item].notna()]
            for level in codebook.variables[item].categories:
                chosen = np.asarray(answers == level, dtype=bool)
                rows.append(
                    {
                        "scale": name,
                        "item": item,
                        "label": codebook.label(item),
                        "level": level,
                        "right": level == scale.key[item],
                        "n": int(chosen.sum()),
                        "share": float(chosen.mean()),
                        "rest_r": _correlation(chosen, others),
                    }
                )
    names = ["scale", "item", "label", "level", "right", "n", "share", "rest_r"]
    return pd.DataFrame(rows, columns=names)


def _correlation(chosen: NDArray[np.bool_], rest: Floats) -> float:
    known = ~np.isnan(rest)
    chosen, rest = chosen[known], rest[known]
    if len(rest) < 3 or chosen.all() or not chosen.any() or np.ptp(rest) == 0:
        return float("nan")
    return float(np.corrcoef(chosen.astype(float), rest)[0, 1])
