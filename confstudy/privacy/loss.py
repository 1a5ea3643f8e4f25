"""What anonymizing costs: how far each variable, and the whole, is from what it was."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.codebook.schema import Codebook
from confstudy.privacy.risk import Groups, coded, risk
from confstudy.privacy.suda import suda_scores

__all__ = ["loss_table", "risk_table", "utility_table"]

Described = tuple[pd.DataFrame, Codebook]
#: Means before and after would tell the numbers of fewer respondents than these.
_FEWEST = 10


def loss_table(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """What each variable lost; those that stayed as they were are left out.

    Returns
    -------
    DataFrame
        ``variable``; shares of the respondents whose value ``changed`` and whose value was
        ``suppressed``; ``values_before, values_after``, how many different ones; for numbers
        (unless so few changed that a difference of means would tell what they answered)
        ``mean_before, mean_after, sd_before, sd_after`` and the ``correlation`` with the
        original; for categories ``entropy_lost``, the bits that the value after does not tell of
        the value before (0: nothing is lost), a missing value being a category.

    Examples
    --------
    >>> before = pd.DataFrame({"age": [20.0, 30, 90, 40]})
    >>> loss_table(before, before.clip(upper=50))[["variable", "changed", "values_after"]]
      variable  changed  values_after
    0      age     0.25             4
    """
    rows = [_lost(name, before[name], after.get(name)) for name in before]
    names = [
        "variable", "changed", "suppressed", "values_before", "values_after", "mean_before",
        "mean_after", "sd_before", "sd_after", "correlation", "entropy_lost",
    ]  # fmt: skip
    kept = [row for row in rows if row["changed"] or row["suppressed"]]
    return pd.DataFrame(kept, columns=names)


def _lost(name: Any, before: pd.Series[Any], after: pd.Series[Any] | None) -> dict[str, Any]:
    n = max(len(before), 1)
    row: dict[str, Any] = {"variable": str(name), "values_before": int(before.nunique())}
    if after is None:
        answered = float(before.notna().sum()) / n
        return row | {"changed": 0.0, "suppressed": answered, "values_after": 0}
    there = (before.notna() & after.notna()).to_numpy()
    gone = int((before.notna() & after.isna()).sum())
    row |= {"values_after": int(after.nunique()), "suppressed": gone / n}
    if not isinstance(after.dtype, pd.CategoricalDtype):
        old, new = before.to_numpy(dtype=float), after.to_numpy(dtype=float)
        changed = int((old[there] != new[there]).sum())
        row["changed"] = changed / n
        if there.sum() < _FEWEST or 0 < changed < _FEWEST or 0 < gone < _FEWEST:
            return row
        return row | {
            "mean_before": float(before.mean()),
            "mean_after": float(after.mean()),
            "sd_before": float(before.std()),
            "sd_after": float(after.std()),
            "correlation": _correlation(old[there], new[there]),
        }
    differs = before.astype(object).to_numpy()[there] != after.astype(object).to_numpy()[there]
    return row | {
        "changed": float(differs.sum()) / n,
        "entropy_lost": _entropy(before, after),
    }


def _correlation(old: NDArray[np.float64], new: NDArray[np.float64]) -> float:
    if len(old) < 2 or np.ptp(old) == 0 or np.ptp(new) == 0:
        return float("nan")
    return float(np.corrcoef(old, new)[0, 1])


def _entropy(before: pd.Series[Any], after: pd.Series[Any]) -> float:
    """Bits that one still lacks to know the value before when one knows the value after."""
    (old, count), (new, _) = coded(before), coded(after)
    both = _bits(new * count + old)
    return max(both - _bits(new), 0.0)


def _bits(codes: NDArray[np.int64]) -> float:
    counts = np.unique(codes, return_counts=True)[1]
    shares = counts / max(len(codes), 1)
    return float(-(shares * np.log2(shares)).sum())


def risk_table(before: Described, after: Described) -> pd.DataFrame:
    """Disclosure risk before and after: ``measure, variable, before, after``.

    Both are measured against the k of the codebook after.
    ``unique by two or fewer`` counts respondents whom one or two quasi-identifiers single out
    (minimal sample uniques, SUDA2): the riskiest, since one needs to know so little.
    """
    k = after[1].protection.k
    old, new = (_measures(frame, codebook, k) for frame, codebook in (before, after))
    nothing = float("nan")
    rows = [(*key, old.get(key, nothing), new.get(key, nothing)) for key in {**old, **new}]
    return pd.DataFrame(rows, columns=["measure", "variable", "before", "after"])


def _measures(frame: pd.DataFrame, codebook: Codebook, k: int) -> dict[tuple[str, str], float]:
    quasi = codebook.with_role("quasi_identifier")
    sensitive = codebook.with_role("sensitive") if quasi else []
    found = risk(frame, quasi, sensitive, k)
    whole = "all quasi-identifiers"
    measures: dict[tuple[str, str], float] = {
        ("k", whole): found.k,
        ("k required", whole): found.required,
        ("alone in their group", whole): found.unique,
        ("in groups under k", whole): found.below,
    }
    if quasi:
        by_few = suda_scores(frame, quasi, largest=2) > 0
        measures["unique by two or fewer", whole] = int(by_few.sum())
    for label, values in (
        ("l-diversity", found.l), ("t-closeness", found.t), ("δ-disclosure", found.delta),
    ):  # fmt: skip
        measures |= {(label, name): value for name, value in values.items()}
    return measures


def utility_table(before: Described, after: Described) -> pd.DataFrame:
    """How coarse the groups have become: ``measure, variable, before, after``.

    The discernibility is the sum of squared group sizes (Bayardo and Agrawal 2005); both
    measures grow with what is lost.
    """
    rows = []
    for frame, codebook in (before, after):
        sizes = Groups.of(frame, codebook.with_role("quasi_identifier")).sizes
        rows.append((float(sizes.mean()), float((sizes**2).sum())))
    table = pd.DataFrame(rows, index=["before", "after"]).T
    table.insert(0, "measure", ["average group size", "discernibility"])
    table.insert(1, "variable", "all quasi-identifiers")
    return table
