"""A small survey with everything a synthesizer must keep: routing, reasons, clusters, waves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.survey.load import load_tables
from confstudy.survey.readers.raw import RawTable
from confstudy.survey.survey import Survey

BOOK = {
    "name": "toy",
    "waves": ["first", "second"],
    "missing": {"refused": ["r"], "dont_know": ["d"]},
    "protection": {"k": 5, "reason": "test"},
    "design": {"cluster": "clinic", "weight": "weight"},
    "variables": {
        "clinic": {"type": "code", "role": "cluster"},
        "trained": {"type": "binary", "levels": ["No", "Yes"], "role": "exposure"},
        "place": {"levels": ["north", "south"], "role": "quasi_identifier"},
        "age": {"type": "numeric", "range": [0, 2000], "role": "covariate"},
        "told": {"type": "binary", "levels": ["No", "Yes"], "role": "outcome"},
        "who": {"levels": ["friend", "kin", "nobody", "zzcanary"], "asked_if": {"told": ["Yes"]}},
        "late": {"type": "binary", "levels": ["No", "Yes"], "source": {"second": "late"}},
        **{f"i_{one}": {"type": "item"} for one in (1, 2, 3)},
        "weight": {"type": "numeric", "role": "weight"},
    },
    "scales": {"trust": {"items": ["i_1", "i_2", "i_3"], "reverse": ["i_3"], "points": [1, 5]}},
}


def cells(n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    clinic = rng.integers(n // 15, size=n)
    effect = rng.normal(size=n // 15)[clinic] * 0.6
    age = rng.integers(18, 80, n)
    trust = effect + (age - 50) / 30 + rng.normal(size=n)
    items = np.clip(np.round(3 + trust[:, None] + rng.normal(size=(n, 3)) * 0.7), 1, 5)
    items[:, 2] = 6 - items[:, 2]
    told = rng.random(n) < 1 / (1 + np.exp(-trust))
    who = np.where(told, rng.choice(["friend", "kin", "nobody"], n), "")
    frame = pd.DataFrame(
        {
            "clinic": [f"real{one:03d}" for one in clinic],
            "trained": np.where(clinic % 2, "Yes", "No"),
            "place": rng.choice(["north", "south"], n),
            "age": np.where(rng.random(n) < 0.08, "r", age.astype(str)),
            "told": np.where(told, "Yes", "No"),
            "who": np.where(told & (rng.random(n) < 0.1), "d", who),
            "late": rng.choice(["No", "Yes"], n),
            "weight": (0.5 + rng.random(n)).round(3).astype(str),
        }
    )
    for one in range(3):
        frame[f"i_{one + 1}"] = items[:, one].astype(int).astype(str)
    return frame


@pytest.fixture(scope="session")
def toy() -> Callable[..., Survey]:
    """A survey of two waves; ``plant`` may change the cells of the first."""

    def made(n: int = 600, seed: int = 1, plant: dict[str, str] | None = None) -> Survey:
        first, second = cells(n // 2, seed), cells(n - n // 2, seed + 1)
        for name, cell in (plant or {}).items():
            first.loc[0, name] = cell
        tables = [("first", first.drop(columns="late")), ("second", second)]
        raw = [
            (wave, RawTable(part.astype(str), f"{wave}.csv", "0", "CSV")) for wave, part in tables
        ]
        return load_tables(raw, cs.read_codebook(BOOK))

    return made
