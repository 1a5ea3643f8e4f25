"""The analysis behind the outcomes report: one exposure, one outcome, what else matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from confstudy.codebook.schema import Codebook
from confstudy.design.population import population_values
from confstudy.errors import AnalysisError, unknown
from confstudy.models.families import FamilyName
from confstudy.models.fit import Fit, fit
from confstudy.models.predict import contrast, inner_range
from confstudy.release.cell import Cell
from confstudy.release.fits import check_model
from confstudy.release.sentence import Sentence
from confstudy.release.tally import Tally
from confstudy.report import wording
from confstudy.report.wording import Number
from confstudy.show.paths import Arrow
from confstudy.simulate.model.read import bundled_models
from confstudy.survey.survey import Survey

__all__ = ["Outcome", "study_outcome"]

Value = str | float


@dataclass(frozen=True, repr=False)
class Outcome:
    """What was found of one exposure and one outcome.

    Attributes
    ----------
    survey, whole
        The survey analysed, and the one before its exposure was reduced to ``exposed``.
    compared
        The two values of the exposure that are compared.
    effect, change
        The exposure's coefficient, and the change of the average prediction between the values.
    """

    survey: Survey
    whole: Survey
    fit: Fit
    outcome: str
    exposure: str
    exposed: str
    cluster: str
    compared: tuple[Value, Value]
    effect: pd.Series[Any]
    change: pd.Series[Any]

    @property
    def codebook(self) -> Codebook:
        """The survey's codebook, for labels."""
        return self.survey.codebook

    @property
    def names(self) -> list[str]:
        """The variables of the model, as the codebook has them."""
        known = {*self.codebook.variables, *self.codebook.scales} - {self.cluster}
        return [str(name) for name in self.fit.design.frame if name in known]

    @property
    def ratio(self) -> bool:
        """Whether effects are ratios."""
        return bool(self.fit.family.ratio)

    @property
    def clear(self) -> bool:
        """Whether the interval of the effect leaves no effect out."""
        return bool(self.effect["conf_low"] > 0 or self.effect["conf_high"] < 0)

    @property
    def first(self) -> int:
        """The lowest level of the outcome that counts: of two the second, else the upper half."""
        return 1 if len(self.fit.levels) == 1 else (len(self.fit.levels) + 1) // 2

    @property
    def headline(self) -> Sentence:
        """The finding in one hedged sentence."""
        check_model(self.fit).require("The finding")
        return wording.headline(self)

    @property
    def numbers(self) -> list[Number]:
        """The three numbers of the first page."""
        check_model(self.fit).require("The numbers")
        return wording.numbers(self)

    @property
    def arrows(self) -> list[Arrow]:
        """The model as a path diagram."""
        check_model(self.fit).require("The path diagram")
        return wording.arrows(self)

    @property
    def limits(self) -> list[Sentence]:
        """What the analysis does not show."""
        return wording.limits(self)

    @property
    def cells(self) -> Tally:
        """Respondents by exposure (its levels, or thirds of a scale) and outcome."""
        frame = self.whole.frame.loc[self.fit.design.frame.index, [self.exposure, self.outcome]]
        groups = frame[self.exposure]
        if not isinstance(groups.dtype, pd.CategoricalDtype):
            names = ["lowest third", "middle third", "highest third"]
            groups = pd.qcut(groups.rank(method="first"), 3, labels=names)
        outcomes = frame[self.outcome]
        if isinstance(outcomes.dtype, pd.CategoricalDtype):
            table = pd.crosstab(groups, outcomes).rename_axis(None, axis=1)
            table.columns = pd.Index([str(name) for name in table.columns])
        else:
            table = outcomes.groupby(groups, observed=True).agg(["size", "mean"])
            table.columns = pd.Index(["n", "mean"])
        counts = tuple(name for name in table.columns if name != "mean")
        named = table.rename_axis(self.codebook.label(self.exposure)).reset_index()
        levels = {str(level): frame.index[outcomes == level] for level in outcomes.unique()}
        levels["n"] = frame.index

        def cell(row: int, column: str) -> Cell:
            group = table.index[row]
            rows = frame.index[groups == group].intersection(levels[column])
            label = f"{self.exposure}={group}, {self.outcome}={column}"
            return Cell(label, "count", (self.exposure, self.outcome), rows)

        return Tally(named, counts).behind(cell)

    @property
    def truth(self) -> pd.DataFrame | None:
        """The coefficients in the simulated population, where the survey comes from a model."""
        model = self.codebook.name
        if not self.survey.synthetic or model not in bundled_models():
            return None

        def reduced(population: Survey) -> Survey:
            if not self.exposed:
                return population
            return population.one_against_rest(self.exposure, self.exposed)

        return population_values(self.fit, model, reduced)


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
    reduced = survey.one_against_rest(exposure, exposed) if exposed else survey
    chosen = _family(survey[outcome]) if family == "auto" else family
    formula = f"{outcome} ~ {' + '.join([exposure, *adjust])}"
    fitted = fit(formula, reduced, chosen, cluster=cluster or None)
    compared, term = _compared(fitted, exposure)
    at_least = fitted.levels[(len(fitted.levels) + 1) // 2] if chosen == "ordered" else None
    return Outcome(
        survey=reduced,
        whole=survey,
        fit=fitted,
        outcome=outcome,
        exposure=exposure,
        exposed=exposed,
        cluster=cluster,
        compared=compared,
        effect=fitted.table.set_index("term").T[term],
        change=contrast(fitted, exposure, compared, at_least=at_least).iloc[0],
    )


def _compared(fitted: Fit, exposure: str) -> tuple[tuple[Value, Value], str]:
    """The two values of the exposure to compare, and its term in the model."""
    column = fitted.design.frame[exposure]
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return inner_range(column), exposure
    first, last = str(column.cat.categories[0]), str(column.cat.categories[-1])
    return (first, last), f"{exposure}[T.{last}]"


def _family(column: pd.Series[Any]) -> FamilyName:
    """By the outcome; levels without an order are refused by the family itself."""
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return "ols"
    return "logit" if len(column.cat.categories) == 2 else "ordered"
