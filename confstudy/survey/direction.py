"""Items that run against their scale: forgotten or doubled reversals, told in sentences."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.codebook.schema import Scale
from confstudy.survey.items import complete

__all__ = ["against"]


def against(name: str, scale: Scale, items: NDArray[np.float64], table: pd.DataFrame) -> list[str]:
    """Say which items of a scale run clearly against the others, and what to do.

    Parameters
    ----------
    name, scale
        Of the codebook.
    items
        (respondents, items), as the codebook keys them.
    table
        The rows of the scale in the table of items: ``item, item_rest, against``.

    Notes
    -----
    An item runs clearly against the others where the 95 % interval of its correlation with their
    sum lies below 0, for 30 respondents or more. Which items belong together is read from the
    signs of the first principal component. The answers cannot show which of the two directions
    is the construct's.
    """
    suspects = dict(zip(table["item"], table["item_rest"], strict=True))
    suspects = {item: suspects[item] for item in table.loc[table["against"], "item"]}
    if not suspects:
        return []
    sides = _sides(items)
    groups = [[i for i, s in zip(scale.items, sides, strict=True) if s == side] for side in (1, -1)]
    if not scale.key and all(set(group) & set(suspects) for group in groups):
        first, second = map(_listed, sorted(groups, key=lambda group: group[0] != scale.items[0]))
        return [
            f"Scale '{name}': {first} run against {second}. Reverse one of the two groups "
            f"(reversed now: {_listed(scale.reverse) or 'none'}), or check the coding."
        ]
    numbers = ", ".join(f"{rest:.2f}".replace("-", "−") for rest in suspects.values())
    runs = "runs" if len(suspects) == 1 else "run"
    head = f"Scale '{name}': {_listed(suspects)} {runs} against the other items"
    return [f"{head} (item–rest r {numbers}). {_remedy(scale, list(suspects))}"]


def _remedy(scale: Scale, suspects: list[str]) -> str:
    if scale.key:
        return "Check the right answers that `key` names."
    turned = ", ".join(
        item for item in scale.items if (item in scale.reverse) != (item in suspects)
    )
    twice = [item for item in suspects if item in scale.reverse]
    already = f" (the file seems to hold {_listed(twice)} turned round already)" if twice else ""
    return f"Write `reverse: [{turned}]` in the codebook{already}, or check the coding."


def _sides(items: NDArray[np.float64]) -> NDArray[np.int64]:
    """1 or −1 an item: the sign of its weight in the first principal component."""
    rows = np.nan_to_num(items[complete(items)])
    deviations = rows - rows.mean(axis=0)
    spread = deviations.std(axis=0)
    scaled = deviations / np.where(spread > 0, spread, 1)
    first = np.linalg.eigh(scaled.T @ scaled)[1][:, -1]
    return np.where(first < 0, -1, 1)


def _listed(items: Iterable[str]) -> str:
    return ", ".join(f"'{item}'" for item in items)
