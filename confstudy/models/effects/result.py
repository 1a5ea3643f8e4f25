"""Effects as a table that says what was averaged, over whom, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["Effects"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Effects:
    """Average effects.

    Attributes
    ----------
    table
        One row an effect: term, contrast, ``at`` and ``group`` where they were asked for,
        level, estimate, std_error, statistic, df, p_value, conf_low, conf_high, n; for every
        pair, p_adjusted; with problems, note.
    covariance
        (rows, rows) of the effects; of their logs for ratios.
    words
        What is averaged over whom, and how the errors were found.
    problems
        Why numbers are missing or shaky; empty where all is well.
    draws, failures
        Bootstrap samples asked for, and those the model could not be fitted to.
    used
        The rows of the data behind it, by their index.
    """

    name: str
    formula: str
    table: pd.DataFrame
    covariance: Floats
    words: tuple[str, ...]
    problems: tuple[str, ...] = ()
    level: float = 0.95
    draws: int = 0
    failures: int = 0
    used: pd.Index[Any] = field(default_factory=lambda: pd.Index([]))

    def __repr__(self) -> str:
        said = [f"Effects, {self.name}: {self.formula}", *self.words]
        if self.draws:
            said.append(f"{self.draws:,} bootstrap samples, {self.failures:,} of them failed")
        said += [f"TAKE CARE: {problem}" for problem in self.problems]
        with pd.option_context("display.float_format", "{:.4f}".format, "display.width", 140):
            return "\n".join([*said, self.table.to_string(index=False)])
