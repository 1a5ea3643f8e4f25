"""Replications with what kernels find hard: missing rows, small and unequal clusters, levels."""

from __future__ import annotations

import numpy as np
import pytest

from confstudy.design.batch import Batch

R, N, GROUPS = 24, 130, 14
ARMS, BANDS = ("none", "some", "full"), ("low", "middle", "high", "top")


@pytest.fixture(scope="session")
def batch() -> Batch:
    rng = np.random.default_rng(20)
    groups = rng.integers(0, GROUPS, (R, N))
    groups[rng.random((R, N)) < 0.25] = 0
    arm = rng.integers(0, 3, (R, N)).astype(float)
    x, age = rng.normal(size=(R, N)), rng.normal(40, 8, (R, N))
    shared = 0.5 * np.take_along_axis(rng.normal(size=(R, GROUPS)), groups, axis=1)
    index = 0.4 * (arm == 2) - 0.3 * (arm == 1) + 0.5 * x + 0.02 * (age - 40)
    logistic = index + shared + rng.logistic(size=(R, N))
    columns = {
        "arm": arm, "x": x, "age": age, "treated": (groups % 2).astype(float),
        "y": index + shared + rng.normal(size=(R, N)),
        "yes": (logistic > 0).astype(float),
        "rare": (logistic > 2.2).astype(float),
        "band": np.digitize(logistic, [-1, 0.5, 3.0]).astype(float),
    }  # fmt: skip
    for name in ("x", "y", "yes", "rare", "band", "arm"):
        columns[name][rng.random((R, N)) < 0.05] = np.nan
    away = rng.random((R, N)) < 0.1
    columns = {name: np.where(away, np.nan, values) for name, values in columns.items()}
    levels = {"arm": ARMS, "band": BANDS}
    return Batch(0, columns, levels, {"therapist": np.where(away, -1, groups)})
