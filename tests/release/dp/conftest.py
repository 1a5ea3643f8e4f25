"""A small study of respondents, written to a file and loaded as anybody's would be."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.survey.survey import Survey

CANARY = "zzcanary"
BOOK = {
    "name": "toy",
    "variables": {
        "clinic": {"type": "code"},
        "arm": {"levels": ["none", "conditional", "absolute"]},
        "told": {"type": "binary", "levels": ["No", "Yes"]},
        "topics": {"type": "numeric", "range": [0, 10]},
        "miles": {"type": "numeric"},
        **{f"i_{one}": {"type": "item"} for one in (1, 2, 3)},
    },
    "scales": {"trust": {"items": ["i_1", "i_2", "i_3"], "points": [1, 5], "score": "sum"}},
}


def cells(n: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "clinic": rng.choice([f"{CANARY}{one}" for one in range(4)], n),
            "arm": rng.choice(["none", "conditional", "absolute"], n),
            "told": rng.choice(["No", "Yes"], n),
            "topics": rng.integers(0, 11, n).astype(str),
            "miles": rng.integers(0, 500, n).astype(str),
            **{f"i_{one}": rng.integers(1, 6, n).astype(str) for one in (1, 2, 3)},
        }
    )
    frame.loc[rng.random(n) < 0.1, "topics"] = ""
    return frame


@pytest.fixture
def loaded(tmp_path) -> Callable[..., Survey]:
    """Load cells as a survey, from a file of this name."""

    def made(frame: pd.DataFrame, file: str = "toy.csv", **book: object) -> Survey:
        frame.to_csv(tmp_path / file, index=False)
        return cs.load(tmp_path / file, {**BOOK, **book})

    return made


@pytest.fixture
def survey(loaded) -> Survey:
    return loaded(cells(300))


@pytest.fixture
def toy_cells() -> Callable[..., pd.DataFrame]:
    return cells


@pytest.fixture
def book() -> dict[str, object]:
    return BOOK
