"""A ledger in a folder of its own, and outputs to put into it."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from confstudy.release.decision import Decision
from confstudy.release.ledger.entry import Output, Remembered
from confstudy.release.ledger.ledger import Ledger


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "study" / ".confstudy", timeout=30)


@pytest.fixture
def output() -> Callable[..., Output]:
    def made(name="Table 1", numbers=range(20), study="study", status="pass", digest=None):
        return Output(
            at="2026-01-31T12:00:00+00:00",
            study=study,
            output=name,
            digest=digest or name.encode().hex().ljust(64, "0"),
            data="f" * 64,
            decision=Decision(status, "threshold", "ten or more"),
            cells=(
                Remembered.behind(numbers, "arm=a", "count", ["arm"]),
                Remembered.behind(numbers, "all", "count", ["arm"], exact=False),
                Remembered.behind([1, 2], "arm=b", "count", ["arm"], shown=False),
            ),
        )

    return made


@pytest.fixture
def people() -> Callable[..., pd.DataFrame]:
    """Respondents with 24 answers, half of them levels and half numbers."""

    def made(n=60, seed=0):
        rng = np.random.default_rng(seed)
        levels = ["never", "rarely", "often", "always"]
        return pd.DataFrame(
            {
                f"q{i}": pd.Categorical.from_codes(rng.integers(-1, 4, n), levels)
                if i % 2
                else rng.integers(0, 8, n).astype(float)
                for i in range(24)
            }
        )

    return made
