"""The analysis behind the outcomes report: one exposure, one outcome, what else matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.special import expit

from confstudy.codebook.schema import Codebook
from confstudy.design.population import population_values
from confstudy.errors import AnalysisError, unknown
from confstudy.models.families import FamilyName
from confstudy.models.fit import Fit, fit
from confstudy.models.predict import contrast
from confstudy.show.paths import Arrow
from confstudy.show.words import interval, number, percent, with_level
from confstudy.simulate.read import bundled_models
from confstudy.survey.survey import Survey

__all__ = ["Number", "Outcome", "study_outcome"]

Value = str | float


@dataclass(frozen=True)
class Number:
    """A number with its interval, as a reader meets it."""

    label: str
    value: str
    interval: str


@dataclass(frozen=True, repr=False)
class Outcome:
    """What was found of one exposure and one outcome."""

    survey: Survey
    whole: Survey
    fit: Fit
    outcome: str
    exposure: str
    values: tuple[Value, Value]
    effect: pd.Series[float]
    change: pd.Series[float]

    @property
    def codebook(self) -> Codebook:
        """The survey's codebook, for labels."""
        return self.survey.codebook

    @property
    def ratio(self) -> bool:
        """Whether effects are odds ratios."""
        return self.fit.family.name != "ols"

    @property
    def clear(self) -> bool:
        """Whether the interval of the effect leaves no effect out."""
        return bool(self.effect["conf_low"] > 0 or self.effect["conf_high"] < 0)

    @property
    def headline(self) -> str:
        """The finding in one hedged sentence."""
        outcome = self.codebook.short(self.outcome)
        exposure = self.codebook.short(self.exposure)
        if not self.clear:
            return f"No clear link between {exposure} and {outcome}"
        direction = "higher" if self.effect["estimate"] > 0 else "lower"
        odds = "odds of " if self.fit.family.name == "logit" else ""
        if isinstance(self.values[1], str):
            low, high = self.values
            name = exposure[0].upper() + exposure[1:]
            return f"{name}: “{high}” went with {direction} {odds}{outcome} than “{low}”"
        return f"Higher {exposure} went with {direction} {odds}{outcome}"

    @property
    def numbers(self) -> list[Number]:
        """The three numbers of the first page: the effect, what it means, where it starts."""
        return [self._effect(), self._change(), self._level()]

    @property
    def arrows(self) -> list[Arrow]:
        """The model as a path diagram."""
        label = {name: self.codebook.label(name) for name in self._names()}
        effect = self._effect()
        kind = "odds ratio" if self.ratio else "difference"
        main = Arrow(label[self.exposure], label[self.outcome], f"{kind} {effect.value}", main=True)
        beside = [name for name in self._names() if name not in (self.exposure, self.outcome)]
        return [main] + [
            Arrow(label[name], label[end])
            for name in beside
            for end in (self.exposure, self.outcome)
        ]

    @property
    def cells(self) -> pd.DataFrame:
        """Respondents by exposure (its levels, or thirds of a scale) and outcome."""
        frame = self.whole.frame.loc[self.fit.design.frame.index, [self.exposure, self.outcome]]
        groups = frame[self.exposure]
        if not isinstance(groups.dtype, pd.CategoricalDtype):
            names = ["lowest third", "middle third", "highest third"]
            groups = pd.qcut(groups.rank(method="first"), 3, labels=names)
        outcomes = frame[self.outcome]
        if not isinstance(outcomes.dtype, pd.CategoricalDtype):
            means = outcomes.groupby(groups, observed=True).agg(["size", "mean"])
            means.columns = pd.Index(["n", "mean"])
            return means.rename_axis(self.codebook.label(self.exposure)).reset_index()
        table = pd.crosstab(groups, outcomes).rename_axis(None, axis=1)
        table.columns = pd.Index([str(name) for name in table.columns])
        return table.rename_axis(self.codebook.label(self.exposure)).reset_index()

    @property
    def counts(self) -> list[str]:
        """The columns of ``cells`` that count respondents."""
        return [name for name in self.cells.columns[1:] if name != "mean"]

    @property
    def truth(self) -> pd.DataFrame | None:
        """The coefficients in the simulated population, where the survey comes from a model."""
        model = self.codebook.name
        if not self.survey.synthetic or model not in bundled_models():
            return None
        return population_values(self.fit, model)

    @property
    def limits(self) -> list[str]:
        """What the analysis does not show."""
        randomised = self.exposure == "arm"
        found = [] if randomised else [
            "It is an association: nobody was assigned to an exposure, and something that was "
            "not asked may explain it."
        ]  # fmt: skip
        rate = self.survey.response_rate
        missed = f"{percent(1 - rate)} of those invited" if rate else "People who did not answer"
        found.append(f"{missed} may differ from those who did answer.")
        found.append("All is self-report, asked at one time: which came first is not known.")
        if self.survey.synthetic:
            found.append("The people are simulated: the finding says what the simulator was told.")
        return found

    def _names(self) -> list[str]:
        return [
            name
            for name in self.fit.design.frame
            if name in self._known() and name != self._cluster
        ]

    @property
    def _cluster(self) -> str:
        return self.fit.errors.removeprefix("CR1 by ") if self.fit.clusters else ""

    def _known(self) -> set[str]:
        return {*self.codebook.variables, *self.codebook.scales}

    def _effect(self) -> Number:
        change = np.exp if self.ratio else np.asarray
        estimate, low, high = (
            float(change(self.effect[part])) for part in ("estimate", "conf_low", "conf_high")
        )
        kind = "Odds ratio" if self.ratio else "Difference"
        exposure = self.codebook.short(self.exposure)
        if isinstance(self.values[1], str):
            label = f"{kind} for “{self.values[1]}” on {exposure}"
        else:
            label = f"{kind} per point of {exposure}"
        return Number(label, number(estimate), interval(low, high))

    def _change(self) -> Number:
        low, high = self.values
        estimate, start, end = (
            float(self.change[part]) for part in ("estimate", "conf_low", "conf_high")
        )
        outcome = self.codebook.short(self.outcome)
        exposure = self.codebook.short(self.exposure)
        span = f"change of {outcome}, {exposure} {_said(low)} to {_said(high)}"
        if not self.ratio:
            return Number(f"Predicted {span}", number(estimate), interval(start, end))
        value = f"{number(100 * estimate, 0)} points"
        limits = interval(100 * start, 100 * end, 0)
        return Number(f"Predicted {span}, in percentage points", value, limits)

    def _level(self) -> Number:
        """The outcome over all respondents, with the interval of a model of nothing else."""
        column = self.fit.design.frame[self.outcome]
        cluster = self._cluster or None
        if self.fit.family.name == "ols":
            row = fit(f"{self.outcome} ~ 1", self.survey, cluster=cluster).table.iloc[0]
            limits = interval(row["conf_low"], row["conf_high"])
            label = f"Mean of {self.codebook.short(self.outcome)}"
            return Number(label, number(row["estimate"]), limits)
        counted = pd.DataFrame({"y": (column.cat.codes >= self._first()).astype(float)})
        counted = counted.assign(**({cluster: self.fit.design.frame[cluster]} if cluster else {}))
        row = fit("y ~ 1", counted, "logit", cluster=cluster).table.iloc[0]
        share, low, high = (
            float(expit(row[part])) for part in ("estimate", "conf_low", "conf_high")
        )
        limits = interval(100 * low, 100 * high, 0)
        return Number(f"Of all respondents: {self._what()}", percent(share), limits)

    def _first(self) -> int:
        """The lowest level that counts: the second of two, the upper half of more."""
        levels = self.fit.levels
        return 1 if self.fit.family.name == "logit" else (len(levels) + 1) // 2

    def _what(self) -> str:
        label = self.codebook.label(self.outcome)
        if self.fit.family.name == "logit":
            return with_level(label, self.fit.design.levels[-1])
        return f"{label}: {self.fit.levels[self._first()]} or more"


def study_outcome(
    survey: Survey,
    outcome: str,
    exposure: str,
    *,
    exposed: str = "",
    adjust: Sequence[str] = (),
    family: Literal["auto"] | FamilyName = "auto",
    cluster: str = "",
) -> Outcome:
    """Fit an outcome model and collect what its report says.

    Parameters
    ----------
    survey
        A survey or scores.
    outcome, exposure, adjust
        Variables or scales of the codebook.
    exposed
        A level of a categorical exposure to compare with all its others; without it, the last
        level is compared with the first.
    family
        ``auto`` chooses by the outcome: two levels logit, ordered levels ordered, else ols.
    cluster
        Column whose groups may be alike.
    """
    known = [str(name) for name in survey.frame.columns]
    absent = [name for name in (outcome, exposure, *adjust) if name not in known]
    if absent:
        raise AnalysisError(unknown("Variables", absent, known, "the survey"))
    whole = survey
    if exposed:
        survey = survey.one_against_rest(exposure, exposed)
    chosen = _family(survey[outcome]) if family == "auto" else family
    formula = f"{outcome} ~ {' + '.join([exposure, *adjust])}"
    fitted = fit(formula, survey, chosen, cluster=cluster or None)
    column = fitted.design.frame[exposure]
    if isinstance(column.dtype, pd.CategoricalDtype):
        values: tuple[Value, Value] = (
            str(column.cat.categories[0]),
            str(column.cat.categories[-1]),
        )
        term = f"{exposure}[T.{values[1]}]"
    else:
        low, high = np.percentile(column.to_numpy(dtype=float), [10, 90]).round(1)
        values, term = (float(low), float(high)), exposure
    at_least = fitted.levels[(len(fitted.levels) + 1) // 2] if chosen == "ordered" else None
    change = contrast(fitted, exposure, values, at_least=at_least).iloc[0]
    effect = fitted.table.set_index("term").T[term]
    return Outcome(survey, whole, fitted, outcome, exposure, values, effect, change)


def _family(column: pd.Series[Any]) -> FamilyName:
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return "ols"
    return "logit" if len(column.cat.categories) == 2 else "ordered"


def _said(value: Value) -> str:
    return f"“{value}”" if isinstance(value, str) else number(value, 1)
