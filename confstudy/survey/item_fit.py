"""Whether the items of a two-parameter logistic model are answered as it says."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit

from confstudy.survey.marginal import LOG_PRIOR, NODES, Marginal

__all__ = ["item_fit", "sum_chances"]

Floats = NDArray[np.float64]


def item_fit(names: tuple[str, ...], answers: Floats, found: Marginal) -> pd.DataFrame:
    """Compare, at each number of right answers, the share who are right on an item.

    Parameters
    ----------
    names
        Of the k items.
    answers
        (n, k) of 0, 1 and NaN; complete rows are used.
    found
        The model.

    Returns
    -------
    DataFrame
        ``item, chi2, df, p_value, n``: S-χ². Neighbouring scores are put together until each
        expects one right and one wrong answer. Missing where fewer than three groups are left.

    Notes
    -----
    Orlando and Thissen (2000); expected shares by Lord and Wingersky's (1984) recursion.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> answers = (rng.random((900, 4)) < expit(rng.normal(size=(900, 1)))).astype(float)
    >>> true = Marginal(np.zeros(4), np.ones(4), np.eye(8), 0.0, ())
    >>> item_fit(tuple("abcd"), answers, true).columns.tolist()
    ['item', 'chi2', 'df', 'p_value', 'n']
    """
    rows = answers[~np.isnan(answers).any(axis=1)]
    k = len(names)
    total = rows.sum(axis=1).astype(int)
    size = np.bincount(total, minlength=k + 1)[1:k].astype(float)
    chance = expit(found.intercepts[:, None] + found.slopes[:, None] * NODES)
    prior, everything = np.exp(LOG_PRIOR), sum_chances(chance)
    table = []
    for j, name in enumerate(names):
        chi2, df = np.nan, 0
        if not found.problems:
            others = sum_chances(np.delete(chance, j, axis=0))
            expected = (others[: k - 1] * chance[j]) @ prior / (everything[1:k] @ prior)
            right = np.asarray(np.bincount(total, rows[:, j], minlength=k + 1)[1:k], dtype=float)
            chi2, df = _compare(size, right, expected)
        p_value = float(stats.chi2.sf(chi2, df)) if df > 0 else np.nan
        table.append((name, chi2 if df > 0 else np.nan, df, p_value, len(rows)))
    return pd.DataFrame(table, columns=["item", "chi2", "df", "p_value", "n"])


def sum_chances(chance: Floats) -> Floats:
    """(k + 1, q): the chance of each number of right answers, from those of the items (k, q).

    >>> sum_chances(np.array([[0.5], [0.5]])).ravel().tolist()
    [0.25, 0.5, 0.25]
    """
    total = np.zeros((len(chance) + 1, chance.shape[1]))
    total[0] = 1
    for right in chance:
        moved = np.vstack([np.zeros(chance.shape[1]), total[:-1]])
        total = total * (1 - right) + moved * right
    return total


def _compare(size: Floats, right: Floats, expected: Floats) -> tuple[float, int]:
    """χ² of groups of scores, and its degrees of freedom: groups less two parameters."""
    groups, chi2 = 0, 0.0
    parts = np.stack([size, right, size * expected])
    for n, seen, thought in _gathered(parts):
        chi2 += (seen - thought) ** 2 * n / (thought * (n - thought))
        groups += 1
    return chi2, groups - 2


def _gathered(parts: Floats) -> list[Floats]:
    """Columns added to their neighbours until each expects one right and one wrong."""
    done: list[Floats] = []
    current = np.zeros(3)
    for column in parts.T:
        current = current + column
        if current[2] >= 1 and current[0] - current[2] >= 1:
            done.append(current)
            current = np.zeros(3)
    if current[0] > 0 and done:
        done[-1] = done[-1] + current
    return done
