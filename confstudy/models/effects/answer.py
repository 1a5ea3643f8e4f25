"""From a request to a table: one fit, a bootstrap of it, or fits pooled over imputations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, listing, unknown
from confstudy.models.effects.average import require_comparable
from confstudy.models.effects.bootstrap import drawn_counts, redrawn, refitted
from confstudy.models.effects.frames import newly
from confstudy.models.effects.groups import Groups, groups_of, weights_of
from confstudy.models.effects.model import Model, model_of
from confstudy.models.effects.question import Comparison, Kind, Levels, Question, questions
from confstudy.models.effects.rows import Rows, rows_of, table_of
from confstudy.models.formula import Data
from confstudy.models.missing.pooling import Pooled, pooled

__all__ = ["Answer", "Request", "over_imputations", "single"]

Floats = NDArray[np.float64]
_NOTHING = "not defined, such as a ratio to nothing"
Weights = str | Sequence[float] | bool | None


@dataclass(frozen=True, repr=False)
class Request:
    """What is asked; see :func:`confstudy.models.effects.effects.effects`."""

    variable: str | Sequence[str] | None
    kind: Kind | None
    at: Mapping[str, Any] | None
    by: str | None
    levels: Levels
    comparison: Comparison
    scale: str
    newdata: Data | None
    weights: Weights
    cumulative: bool
    level: float | None


class _Worked(NamedTuple):
    model: Model
    asked: list[Question]
    groups: Groups
    weights: Floats
    weighing: str
    rows: Rows


@dataclass(frozen=True, repr=False)
class Answer:
    """A table with what has to be said of it."""

    model: Model
    table: pd.DataFrame
    covariance: Floats
    weighing: str
    errors: str
    pooling: str
    problems: tuple[str, ...]
    people: int
    level: float
    draws: int = 0
    failures: int = 0


def _worked(request: Request, fit: Any) -> _Worked:
    model = model_of(fit, request.scale, cumulative=request.cumulative)
    require_comparable(model, request.comparison, request.scale)
    own = request.newdata is None
    also = [name for name in (request.by, request.weights) if isinstance(name, str)]
    frame = model.design.frame
    if request.newdata is not None:
        frame = newly(model, request.newdata, also)
    weights, weighing = weights_of(request.weights, model.weights if own else None, frame)
    counted = own and request.weights is None
    people = model.people if counted else np.ones(len(frame))
    groups = groups_of(frame, request.by, np.where(weights > 0, people, 0.0), new=not own)
    asked = questions(
        model, frame, _variables(model, request), request.kind, request.at, request.levels,
        request.comparison,
    )  # fmt: skip
    rows = rows_of(model, asked, groups, weights, request.comparison)
    return _Worked(model, asked, groups, weights, weighing, rows)


def _variables(model: Model, request: Request) -> list[str]:
    known = model.predictors
    if request.variable is None:
        return known if request.kind != "prediction" else [""]
    named = request.variable
    names = [named] if isinstance(named, str) else list(named)
    absent = [name for name in names if name not in known]
    if absent:
        raise AnalysisError(unknown("Predictors", absent, known, "the model"))
    return names


def single(request: Request, fit: Any, draws: int | None, cluster: str | None, seed: int) -> Answer:
    """Effects of one fit, by the delta method or a bootstrap."""
    work = _worked(request, fit)
    model, rows = work.model, work.rows
    level = model.level if request.level is None else request.level
    covariance = rows.gradient @ model.covariance @ rows.gradient.T
    df = np.array([model.df(row) for row in rows.gradient])
    errors = f"delta method, {model.errors}, covariates as they are"
    drawn, failures, problems = None, 0, []
    if draws is not None:
        drawn, failures = _drawn(request, work, draws, cluster, seed)
        covariance = np.atleast_2d(np.cov(drawn, rowvar=False))
        df = np.full(len(df), np.inf)
        errors = f"bootstrap of {cluster or 'respondents'}, intervals by percentiles"
        if failures > 0.05 * draws:
            problems.append(f"{failures} of {draws} bootstrap samples failed and are left out")
    table = table_of(rows, _root(covariance), df, request.comparison, level, drawn)
    return Answer(
        model, _noted(table, problems), covariance, work.weighing, errors, work.groups.note,
        (*problems, *_undefined(table)),
        int(work.groups.sizes.sum()), level, draws or 0, failures,
    )  # fmt: skip


def _drawn(
    request: Request, work: _Worked, draws: int, cluster: str | None, seed: int
) -> tuple[Floats, int]:
    counts = drawn_counts(work.model, draws, cluster, seed)
    own = request.newdata is None

    def values(coefficients: Floats, count: Floats) -> Floats:
        shares = work.groups.shares(work.weights * count if own else work.weights)
        return work.rows.again(work.model, work.asked, shares, request.comparison, coefficients)

    found = redrawn(refitted(work.model, counts), counts, values)
    fine = np.isfinite(found).all(axis=1)
    if fine.sum() < 0.5 * draws:
        raise AnalysisError(
            f"{int((~fine).sum())} of {draws} bootstrap samples failed: too few are left."
        )
    return found[fine], int((~fine).sum())


@dataclass(frozen=True, repr=False)
class _Part:
    """The effects in one completed data set, as Rubin's rules take them."""

    terms: tuple[str, ...]
    coefficients: Floats
    covariance: Floats


def over_imputations(request: Request, fits: Pooled) -> Answer:
    """The effects of every fit, pooled by Rubin's rules."""
    if fits.problems:
        raise AnalysisError(f"'{fits.formula}' has no effects: {'; '.join(fits.problems)}.")
    works = [_worked(request, fit) for fit in fits.fits]
    first = works[0]
    said = ["term", "contrast", "at", "group", "level"]
    labels = first.rows.labels[said].astype(str)
    if any(not work.rows.labels[said].astype(str).equals(labels) for work in works):
        raise AnalysisError(
            "The completed data differ in their levels or groups: give 'at' or 'levels', or join "
            "rare levels before imputing."
        )
    names = tuple(map(str, range(len(labels))))
    parts = [
        _Part(
            names, work.rows.effects, work.rows.gradient @ work.model.covariance
            @ work.rows.gradient.T,
        )
        for work in works
    ]  # fmt: skip
    pool = pooled(parts, df=fits.complete_df)
    level = fits.level if request.level is None else request.level
    rows = Rows(
        first.rows.labels, pool.coefficients, first.rows.gradient, first.rows.bounds,
        first.rows.ratios, first.rows.predicted,
    )  # fmt: skip
    table = table_of(rows, _root(pool.covariance), pool.df, request.comparison, level)
    errors = f"delta method, pooled over {len(works)} imputations (Rubin's rules)"
    return Answer(
        first.model, _noted(table, []), pool.covariance, first.weighing, errors,
        first.groups.note, tuple(_undefined(table)), int(first.groups.sizes.sum()), level,
    )  # fmt: skip


def _root(covariance: Floats) -> Floats:
    return np.sqrt(np.maximum(np.diag(covariance), 0.0))


def _undefined(table: pd.DataFrame) -> list[str]:
    """Name the effects that are no numbers."""
    lost = table.loc[_lost(table), "contrast"].unique()
    return [f"{_NOTHING}: {listing(lost)}"] if len(lost) else []


def _lost(table: pd.DataFrame) -> NDArray[np.bool_]:
    numbers = table[["estimate", "std_error"]].to_numpy(dtype=float)
    return np.asarray(~np.isfinite(numbers).all(axis=1))


def _noted(table: pd.DataFrame, problems: list[str]) -> pd.DataFrame:
    """The table, with numbers withheld where there are none and a note that says why."""
    lost = _lost(table)
    if not problems and not lost.any():
        return table
    table.loc[lost, ["estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high"]] = (
        np.nan
    )
    said = "; ".join(problems)
    return table.assign(note=np.where(lost, _NOTHING, said))
