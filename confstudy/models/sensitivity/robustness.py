"""How much a hidden variable must explain to overturn a linear regression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from confstudy.errors import AnalysisError, unknown
from confstudy.models.fit import Fit

__all__ = ["Robustness", "robustness"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Robustness:
    """Partial R², robustness values and what comparisons with known covariates say.

    Attributes
    ----------
    table
        One row: ``term, estimate, std_error, statistic, df, partial_r2, robustness_value,
        robustness_value_alpha``.
    benchmarks
        One row a covariate and a multiple: ``covariate, times, r2_exposure, r2_outcome,
        estimate, std_error, statistic, conf_low, conf_high`` were there a hidden variable that
        many times as strong.
    """

    term: str
    outcome: str
    n: int
    q: float
    alpha: float
    table: pd.DataFrame
    benchmarks: pd.DataFrame

    @property
    def needed(self) -> float:
        """The t statistic that differs from zero at ``alpha``, one degree of freedom spent."""
        return float(stats.t.ppf(1 - self.alpha / 2, float(self.table["df"].iloc[0]) - 1))

    def adjusted(self, r2_exposure: Floats | float, r2_outcome: Floats | float) -> pd.DataFrame:
        """What would have been estimated with the hidden variable, in the worse direction.

        Parameters
        ----------
        r2_exposure, r2_outcome
            Shares, 0 to 1, that it explains of what the covariates leave unexplained of the
            exposure, and of the outcome given the exposure. At an exposure share of 1 nothing
            is left to estimate.

        Returns
        -------
        DataFrame
            ``r2_exposure, r2_outcome, estimate, std_error, statistic``.
        """
        x, y = np.broadcast_arrays(
            np.asarray(r2_exposure, dtype=float), np.asarray(r2_outcome, dtype=float)
        )
        if ((x < 0) | (x >= 1) | (y < 0) | (y > 1)).any():
            raise AnalysisError("Shares lie between 0 and 1; that of the exposure is below 1.")
        row = self.table.iloc[0]
        df, error = float(row["df"]), float(row["std_error"])
        bias = error * np.sqrt(df) * np.sqrt(y * x / (1 - x))
        sign = 1.0 if row["estimate"] >= 0 else -1.0
        found = sign * (abs(row["estimate"]) - bias)
        spread = error * np.sqrt((1 - y) / (1 - x)) * np.sqrt(df / (df - 1))
        with np.errstate(divide="ignore", invalid="ignore"):
            statistic = found / spread
        columns = {"r2_exposure": x, "r2_outcome": y, "estimate": found}
        columns |= {"std_error": spread, "statistic": statistic}
        return pd.DataFrame({name: np.ravel(column) for name, column in columns.items()})

    def contours(self, highest: float = 0.4, points: int = 41) -> pd.DataFrame:
        """:meth:`adjusted` on a grid of shares from 0 to ``highest``."""
        if not 0 < highest < 1 or points < 2:
            raise AnalysisError("'highest' lies between 0 and 1, with two points or more.")
        grid = np.linspace(0, highest, points)
        return self.adjusted(*np.meshgrid(grid, grid, indexing="ij"))

    def __repr__(self) -> str:
        head = f"robustness of {self.term} on {self.outcome} (n = {self.n:,}, q = {self.q:g}, "
        head += f"α = {self.alpha:g})"
        with pd.option_context("display.float_format", "{:.4f}".format, "display.width", 120):
            parts = [head, self.table.to_string(index=False)]
            if len(self.benchmarks):
                parts.append(self.benchmarks.to_string(index=False))
        return "\n".join(parts)


def robustness(
    fit: Fit,
    term: str,
    *,
    benchmarks: str | Sequence[str] = (),
    times: float | Sequence[float] = (1, 2, 3),
    q: float = 1.0,
    alpha: float = 0.05,
) -> Robustness:
    """Say what share of exposure and outcome a hidden variable must explain to change a result.

    Parameters
    ----------
    fit
        A linear model: ``cs.fit("y ~ exposure + covariates", data)``, without weights.
    term
        The exposure, by its name in ``fit.table``.
    benchmarks
        Terms to compare a hidden variable with.
    times
        How many times as strong as those it is.
    q
        Share of the estimate to be explained away.
    alpha
        Level of the test that is to be overturned.

    Raises
    ------
    AnalysisError
        Not an unweighted linear model, an unknown term, a benchmark that cannot be so strong.

    Notes
    -----
    Cinelli and Hazlett (2020). Estimand: the coefficient in the linear regression that has the
    hidden variable, too. The robustness value is the share it must explain, of both exposure
    and outcome, to take away ``q`` of the estimate, or to make it no longer differ at ``alpha``.
    Assumes: the linear model; classical standard errors, whatever those of the fit are.
    Does not show: whether there is such a variable. A benchmark bounds it only if it is
    believed to be no stronger than that covariate.

    Examples
    --------
    >>> import confstudy as cs
    >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
    >>> model = cs.fit("alliance ~ privacy + stigma", scores)
    >>> found = robustness(model, "privacy", benchmarks="stigma")
    >>> found.benchmarks["times"].tolist()
    [1, 2, 3]
    """
    if not isinstance(fit, Fit):
        raise AnalysisError("Robustness needs a linear model, as cs.fit makes it.")
    if not q > 0 or not 0 < alpha < 1:
        raise AnalysisError("'q' is above 0, and 'alpha' lies between 0 and 1.")
    _require(fit)
    multiples = [times] if isinstance(times, int | float) else list(times)
    if not all(k > 0 for k in multiples):
        raise AnalysisError("'times' are above 0, such as 1, 2 and 3.")
    named = (benchmarks,) if isinstance(benchmarks, str) else tuple(benchmarks)
    slopes = tuple(t for t in fit.design.terms if t != "Intercept")
    absent = [name for name in (term, *named) if name not in slopes]
    if absent:
        raise AnalysisError(unknown("Terms", absent, slopes, "the model"))
    if term in named:
        raise AnalysisError(f"'{term}' is the exposure and cannot be its own benchmark.")
    place = fit.design.terms.index(term)
    if fit.n - len(fit.design.terms) < 2:
        raise AnalysisError("Robustness needs two residual degrees of freedom or more.")
    estimate, error, df = _slope(fit.design.matrix, fit.design.outcome, place)
    statistic = estimate / error
    table = pd.DataFrame(
        {
            "term": [term],
            "estimate": estimate,
            "std_error": error,
            "statistic": statistic,
            "df": df,
            "partial_r2": statistic**2 / (statistic**2 + df),
            "robustness_value": _value(statistic, df, q, 1.0),
            "robustness_value_alpha": _value(statistic, df, q, alpha),
        }
    )
    bare = Robustness(term, fit.design.name, fit.n, q, alpha, table, pd.DataFrame())
    rows = [_bound(fit, place, name, k, bare) for name in named for k in multiples]
    found = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()
    return Robustness(term, fit.design.name, fit.n, q, alpha, table, found)


def _require(fit: Fit) -> None:
    if fit.problems:
        raise AnalysisError(f"'{fit.formula}' cannot be judged: {'; '.join(fit.problems)}.")
    if fit.family.name != "ols":
        raise AnalysisError("Robustness values are of linear models: family='ols'.")
    plain = np.linalg.lstsq(fit.design.matrix, fit.design.outcome, rcond=None)[0]
    if not np.allclose(plain, fit.coefficients, rtol=1e-6, atol=1e-9):
        raise AnalysisError("Robustness values are of unweighted models: fit without weights.")


def _slope(matrix: Floats, outcome: Floats, place: int) -> tuple[float, float, float]:
    """Least-squares slope, its classical standard error, and the degrees of freedom."""
    orthonormal, upper = np.linalg.qr(matrix)
    coefficients = np.linalg.solve(upper, orthonormal.T @ outcome)
    residual = outcome - matrix @ coefficients
    df = float(matrix.shape[0] - matrix.shape[1])
    length = np.linalg.norm(np.linalg.inv(upper)[place])
    error = float(length * np.sqrt(residual @ residual / df))
    return float(coefficients[place]), error, df


def _value(statistic: float, df: float, q: float, alpha: float) -> float:
    """The robustness value; with ``alpha`` 1, of the estimate alone."""
    effect = q * abs(statistic) / np.sqrt(df)
    needed = float(stats.t.ppf(1 - alpha / 2, df - 1)) / np.sqrt(df - 1)
    beyond = effect - needed
    if beyond <= 0:
        return 0.0
    if needed > 0 and effect > 1 / needed:
        # So strong that the worst hidden variable explains less of the outcome than it may.
        return float((effect**2 - needed**2) / (1 + effect**2))
    return float(0.5 * (np.sqrt(beyond**4 + 4 * beyond**2) - beyond**2))


def _partial(matrix: Floats, outcome: Floats, place: int) -> float:
    estimate, error, df = _slope(matrix, outcome, place)
    squared = (estimate / error) ** 2
    return squared / (squared + df)


def _bound(fit: Fit, place: int, covariate: str, times: float, bare: Robustness) -> pd.DataFrame:
    """What a hidden variable ``times`` as strong as a covariate would leave of the estimate."""
    matrix, outcome = fit.design.matrix, fit.design.outcome
    known = fit.design.terms.index(covariate)
    rest = np.delete(matrix, place, axis=1)
    on_exposure = _partial(rest, matrix[:, place], known - (known > place))
    on_outcome = _partial(matrix, outcome, known)
    exposure = times * on_exposure / (1 - on_exposure)
    if not exposure < 1 or not times * on_exposure < 1:
        raise AnalysisError(
            f"Nothing can be {times:g} times as strong as '{covariate}': it would explain all of "
            "the exposure. Give smaller 'times'."
        )
    shared = times * on_exposure**2 / ((1 - times * on_exposure) * (1 - on_exposure))
    reach = (np.sqrt(times) + np.sqrt(shared)) / np.sqrt(1 - shared) if shared < 1 else np.inf
    share = min(float(reach**2 * on_outcome / (1 - on_outcome)), 1.0)
    found = bare.adjusted(exposure, share)
    low, high = (found["estimate"] + side * bare.needed * found["std_error"] for side in (-1, 1))
    return found.assign(conf_low=low, conf_high=high).pipe(
        lambda frame: pd.concat(
            [pd.DataFrame({"covariate": [covariate], "times": [times]}), frame], axis=1
        )
    )
