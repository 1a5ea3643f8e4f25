"""What a latent-variable model found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["SemFit"]

_SHOWN = ("chi2", "df", "p_value", "cfi", "tli", "rmsea", "rmsea_low", "rmsea_high", "srmr")


@dataclass(frozen=True, repr=False)
class SemFit:
    """A fitted latent-variable model.

    Attributes
    ----------
    coefficients
        The numbers behind :attr:`table`.
    measures
        Fit measures by name; those ending in ``_scaled`` and ``_robust`` are for data that are
        not normal or not independent.
    fatal
        Why there are no numbers; empty when there are.
    improper
        What makes the numbers implausible, such as a negative variance; empty when nothing.
    draws
        (B, terms): the estimates in each resample; empty without a bootstrap.
    failed
        Resamples that could not be fitted; they are left out.
    used
        The rows of the data behind it, by their index.
    """

    model: str
    estimator: str
    coefficients: pd.DataFrame
    measures: dict[str, float]
    fatal: tuple[str, ...]
    improper: tuple[str, ...]
    errors: str
    n: int
    dropped: int
    groups: tuple[str, ...]
    clusters: int | None
    level: float
    draws: pd.DataFrame = field(default_factory=pd.DataFrame)
    failed: int = 0
    used: pd.Index[Any] = field(default_factory=lambda: pd.Index([]))
    reliability_of: Callable[[], pd.DataFrame] | None = None
    explained_by: Callable[[], pd.DataFrame] | None = None
    indices_of: Callable[[], pd.DataFrame] | None = None

    @property
    def table(self) -> pd.DataFrame:
        """One row a parameter, then the defined ones; held ones have an estimate only.

        ``term, estimate, std_error, statistic, df, p_value, conf_low, conf_high,
        standardized``, after ``group`` where there are several. Where the fit cannot be
        believed, numbers are missing and ``note`` says why; where it is implausible, ``note``
        says so beside them.
        """
        shown = self.coefficients.copy()
        if self.fatal:
            first = list(shown.columns).index("estimate")
            shown.iloc[:, first:] = float("nan")
        if self.problems:
            shown["note"] = "; ".join(self.problems)
        return shown

    @property
    def problems(self) -> tuple[str, ...]:
        """Why the numbers cannot be believed; empty when they can."""
        return self.fatal + self.improper

    @property
    def converged(self) -> bool:
        """Whether there is an estimate."""
        return not self.fatal

    @property
    def fit(self) -> pd.Series:
        """Fit measures by name; missing where there is no estimate."""
        values = pd.Series(self.measures, dtype=float)
        return values * np.nan if self.fatal else values

    @cached_property
    def reliability(self) -> pd.DataFrame:
        """McDonald's ω of each latent variable's indicators: term, omega, omega_implied.

        ω relates the variance of the sum that the latent variable explains to the sum's
        variance in the sample, or (``omega_implied``) in the model. Not defined where an
        indicator serves two latent variables.
        """
        return self._of(self.reliability_of, ["term", "omega", "omega_implied"])

    @cached_property
    def r_squared(self) -> pd.DataFrame:
        """The share explained of each predicted variable: term, r_squared."""
        return self._of(self.explained_by, ["term", "r_squared"])

    @cached_property
    def modification(self) -> pd.DataFrame:
        """What χ² would fall by if one more parameter were free: term, mi, p_value, expected.

        Score tests (Sörbom 1989) with the expected change of each; the largest first. A model
        changed after looking at them has to be tried on other data.
        """
        return self._of(self.indices_of, ["term", "mi", "p_value", "expected"])

    def _of(self, function: Callable[[], pd.DataFrame] | None, columns: list[str]) -> pd.DataFrame:
        if function is None or self.fatal:
            return pd.DataFrame(columns=columns)
        return function()

    def __repr__(self) -> str:
        dropped = f" ({self.dropped:,} incomplete)" if self.dropped else ""
        groups = f" in {len(self.groups)} groups" if len(self.groups) > 1 else ""
        clustered = f", {self.clusters} clusters" if self.clusters else ""
        head = (
            f"latent-variable model, {self.estimator}: n = {self.n:,}{dropped}{groups}{clustered}"
            f"\nstandard errors {self.errors}"
        )
        if self.fatal:
            return f"{head}\nNOT TO BE USED: {'; '.join(self.fatal)}"
        if self.improper:
            head = f"{head}\nNOT PROPER: {'; '.join(self.improper)}"
        with pd.option_context("display.float_format", "{:.4f}".format, "display.width", 130):
            table = self.table.drop(columns="note", errors="ignore").to_string(index=False)
        return f"{head}\n{self._fit_line()}\n{table}"

    def _fit_line(self) -> str:
        kind = "_scaled" if "chi2_scaled" in self.measures else ""
        value = {name: self.measures.get(name + kind, self.measures.get(name)) for name in _SHOWN}
        robust = {
            name: self.measures.get(f"{name}_robust", value[name])
            for name in ("cfi", "tli", "rmsea", "rmsea_low", "rmsea_high")
        }
        v = {name: np.nan if x is None else x for name, x in (value | robust).items()}
        words = "scaled χ²" if kind else "χ²"
        return (
            f"{words}({v['df']:.0f}) = {v['chi2']:.3f}, p = {v['p_value']:.4f}; "
            f"CFI {v['cfi']:.3f}, TLI {v['tli']:.3f}, "
            f"RMSEA {v['rmsea']:.3f} [{v['rmsea_low']:.3f}, {v['rmsea_high']:.3f}], "
            f"SRMR {v['srmr']:.3f}"
        )
