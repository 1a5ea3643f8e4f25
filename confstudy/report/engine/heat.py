"""What is slow the first time, done once in the process that kernels and jobs are forked from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from confstudy.models.fit import fit
from confstudy.report.reads import distributions_of
from confstudy.show import plot

__all__ = ["heat"]


def heat() -> None:
    """Fit a model to made-up numbers, draw it, and list the installed distributions.

    Formulas, fonts and tables that these make once are then there in every fork.

    Examples
    --------
    >>> heat()
    """
    steps = np.arange(60.0)
    frame = pd.DataFrame({"y": np.sin(steps), "x": steps, "z": pd.Categorical(steps % 2)})
    plot.coefficients(fit("y ~ x + z", frame))
    distributions_of(["numpy"])
