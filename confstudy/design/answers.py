"""Analyses of a design by a model, and beside them those of two groups and of mediators."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from formulaic import Formula
from formulaic.errors import FormulaicError

from confstudy.design.batch import Batch, Estimates
from confstudy.design.comparisons import Difference, difference
from confstudy.design.kernels.columns import columns_of, plan_of
from confstudy.design.kernels.contrast import place_of, weights_of
from confstudy.design.kernels.run import batched_words, run
from confstudy.design.kernels.single import Request, single
from confstudy.design.kernels.table import estimates_of
from confstudy.errors import AnalysisError, unknown
from confstudy.models.families import FamilyName, family_named
from confstudy.models.mixed.random import parse_random
from confstudy.models.survey.design import SurveyDesign
from confstudy.models.uncertainty import Covariance, chosen_covariance

__all__ = ["Difference", "Indirect", "Spec", "difference", "indirect", "spec"]


@dataclass(frozen=True)
class Spec:
    """A model that every replication is analysed by; made by :func:`spec`.

    Attributes
    ----------
    also
        Columns that a client needs beside those of the model.
    """

    name: str
    formula: str
    family: FamilyName = "ols"
    cluster: str | None = None
    cov: Covariance | None = None
    random: str | None = None
    term: str | None = None
    effect: Literal["coefficient", "average"] = "coefficient"
    level: float = 0.95
    also: tuple[str, ...] = ()
    design: SurveyDesign | None = None

    @property
    def path(self) -> str:
        """The kernel, or ``cs.fit``; single replications go there that no kernel could settle."""
        verb = "cs.mixed" if self.random else "cs.fit"
        how = ", by the sample design" if self.design else ""
        found = self._batched or f"{verb}, one by one{how}"
        if self.effect == "coefficient":
            return found
        return f"{found}; effects averaged" + ("" if self._batched else " by cs.effects")

    @property
    def _batched(self) -> str:
        found = batched_words(self.formula, self.family, self.cluster, self.cov, self.random)
        alone = self.design is not None or (self.effect == "average" and self.random)
        return "" if alone else found

    @property
    def columns(self) -> tuple[str, ...]:
        """What is drawn for it: outcome, predictors, groupings."""
        plan = plan_of(self.formula)
        names = (plan.outcome, *plan.variables) if plan else _variables(self.formula)
        terms = parse_random(self.random) if self.random else ()
        groups = sorted({name for term in terms for name in term.variables})
        cluster = (self.cluster,) if self.cluster else ()
        return tuple(dict.fromkeys((*names, *cluster, *groups, *self.also, *self._drawn_by)))

    @property
    def _drawn_by(self) -> tuple[str, ...]:
        """The columns of the sample design."""
        if self.design is None:
            return ()
        one = tuple(name for name in (self.design.weights, self.design.strata) if name)
        return (*one, *self.design.clusters, *self.design.fpc, *self.design.replicates)

    def estimates(self, batch: Batch, cause: Any = None) -> Estimates:
        """Fit the model to every replication; see :class:`confstudy.design.batch.Estimates`.

        Parameters
        ----------
        cause
            An inquiry, or whatever has ``cause`` and ``contrast``; not needed with a ``term``.

        Raises
        ------
        AnalysisError
            The formula has no coefficient for the cause; an outcome that the family cannot take.
        """
        self._check(batch)
        request = self._request(batch, cause)
        plan, count = plan_of(self.formula), batch.shape[0]
        estimate, error, df = (np.full(count, np.nan) for _ in range(3))
        n, failed = np.zeros(count, dtype=np.intp), np.full(count, "", dtype=object)
        fine = np.zeros(count, dtype=np.bool_)
        slope = request.averaged is not None and request.averaged[1] is None
        if self._batched and plan is not None and not slope:
            found = run(request, batch, plan)
            estimate, error, df, n = found.estimate, found.std_error, found.df, found.n
            fine = found.fine & np.isfinite(error)
        for place in np.flatnonzero(~fine):
            values = single(request, batch, int(place))
            estimate[place], error[place], df[place], _, failed[place] = values
            n[place] = values[3] or n[place]
        return estimates_of(estimate, error, df, n, failed.astype(np.str_), level=self.level)

    def _check(self, batch: Batch) -> None:
        outcome = self.formula.partition("~")[0].strip()
        if len(batch.levels.get(outcome, ())) > 2 and self.family == "ols":
            raise AnalysisError(
                f"'{outcome}' has {len(batch.levels[outcome])} levels, not numbers: use "
                "family='ordered', with effect='average' for the mean of their places."
            )
        if self.cluster and self.cluster not in batch.groups:
            raise AnalysisError(unknown("Groupings", [self.cluster], batch.groups, "the design"))

    def _request(self, batch: Batch, cause: Any) -> Request:
        plan, levels = plan_of(self.formula), batch.levels
        name, sides = getattr(cause, "cause", ""), getattr(cause, "contrast", None)
        weights = {self.term: 1.0} if self.term else {}
        averaged = (name, sides) if self.effect == "average" and not self.term and name else None
        columns = columns_of(plan, levels) if plan else []
        if averaged and self.family == "ols" and all(len(c.factors) < 2 for c in columns):
            averaged = None
        if plan and self.term and self.term not in [column.term for column in columns]:
            terms = [column.term for column in columns]
            raise AnalysisError(unknown("Terms", [self.term], terms, f"'{self.formula}'"))
        if plan and not self.term:
            weights = weights_of(cause, columns, levels, self.formula)
        elif not self.term:
            weights = _by_name(name, sides, levels)
        return Request(
            self.formula, self.family, self.cluster, self.cov, self.random, weights, levels,
            self.also, averaged, self.design,
        )  # fmt: skip


def spec(
    formula: str,
    family: FamilyName = "ols",
    *,
    cluster: str | None = None,
    cov: Covariance | None = None,
    random: str | None = None,
    term: str | None = None,
    effect: Literal["coefficient", "average"] = "coefficient",
    design: SurveyDesign | None = None,
    name: str | None = None,
    level: float = 0.95,
) -> Spec:
    """An analysis of a design by a model, as :func:`confstudy.fit` would fit it.

    Parameters
    ----------
    formula, family, cluster, cov
        As in :func:`confstudy.fit`; categories are compared with their first level.
    random
        What varies over groups, ``1 | therapist``, as in :func:`confstudy.mixed`.
    term
        The coefficient that is the estimate. By default it is found from the estimand's cause:
        two levels are compared with each other, an interaction is what the products add.
    effect
        ``coefficient``, or ``average``: the average effect on the outcome's own scale, as
        :func:`confstudy.effects` has it: on a chance, or on the mean place, from 0, of an
        ordered outcome.
    design
        The sample design of ``Design.sample`` as an analyst declares it, for weighted estimates:
        ``SurveyDesign(weights="weight", clusters="practice")``.
    name
        What it is called in tables; by default the formula, and what is not the default.
    level
        Of the intervals.

    Returns
    -------
    Spec
        With ``.path``, which says how it is computed.

    Raises
    ------
    AnalysisError
        Unknown families or kinds of standard error; two of ``random``, ``design``, ``cluster``.

    Notes
    -----
    Kernels cover ols, logit, probit and ordered of columns, their sums and products of two, and
    a random intercept; they give what ``cs.fit`` and ``cs.mixed`` give to eight digits. What
    they do not cover, and every replication that they cannot settle (collinear, separated, not
    converged), is fitted by ``cs.fit`` itself, whose words say why there is no estimate.

    Examples
    --------
    >>> spec("return_intention ~ A + age_band", family="ordered", cluster="therapist").path
    'batched ordered logit, CR1 by therapist'
    >>> spec("y ~ log(x)").path
    'cs.fit, one by one'
    """
    family_named(family)
    chosen_covariance(cov, cluster)
    if (random or design) and (cluster or cov or (random and design)):
        what = "A random effect" if random else "A sample design"
        raise AnalysisError(
            f"{what} has errors of its own: leave out 'cluster', 'cov' or 'design'."
        )
    if cov in ("HC2", "HC3", "CR2") and family.startswith("ordered"):
        raise AnalysisError(f"{cov} is not defined for {family} models: use HC1 or a cluster.")
    if effect not in ("coefficient", "average"):
        raise AnalysisError(f"effect='{effect}' is not known: it is 'coefficient' or 'average'.")
    if effect == "average" and (term or random):
        raise AnalysisError("An average effect is of the estimand's cause, by a fit of 'cs.fit'.")
    if not 0 < level < 1:
        raise AnalysisError(f"'level' lies between 0 and 1, such as .95; {level:g} does not.")
    if random:
        parse_random(random)
    qualities = {
        family: family != "ols",
        f"({random})": random,
        f"clusters {cluster}": cluster,
        str(cov): cov,
        "sample design": design,
        f"term {term}": term,
        effect: effect != "coefficient",
    }
    called = name or ", ".join([formula, *(words for words, said in qualities.items() if said)])
    parts = formula, family, cluster, cov, random, term, effect, level
    made = Spec(called, *parts, design=design)
    if plan_of(formula) is None:
        _variables(formula)
    return made


@dataclass(frozen=True)
class Indirect:
    """A product of two coefficients; made by :func:`indirect`."""

    name: str
    outcome: str
    through: str
    by: str
    covariates: tuple[str, ...] = ()
    test: Literal["delta", "joint"] = "delta"
    level: float = 0.95

    @property
    def path(self) -> str:
        """What is computed."""
        said = "delta method" if self.test == "delta" else "joint significance"
        return f"batched product of two OLS coefficients, {said}"

    @property
    def columns(self) -> tuple[str, ...]:
        """Outcome, mediator, cause, covariates."""
        return (self.outcome, self.through, self.by, *self.covariates)

    def estimates(self, batch: Batch, cause: Any = None) -> Estimates:
        """The indirect effect in every replication."""
        if self.through in batch.levels:
            raise AnalysisError(f"'{self.through}' has levels: a mediator here is a number.")
        rest = " + ".join((self.by, *self.covariates))
        term = None if cause is not None else self._only_term(batch)
        contrast = _Asked(self.by, getattr(cause, "contrast", None))
        into = Spec("", f"{self.through} ~ {rest}", term=term, also=(self.outcome,))
        along = Spec("", f"{self.outcome} ~ {self.through} + {rest}", term=self.through)
        a, b = into.estimates(batch, contrast), along.estimates(batch)
        failed = np.where(a.failed == "", b.failed, a.failed)
        with np.errstate(invalid="ignore"):
            error = np.hypot(a.estimate * b.std_error, b.estimate * a.std_error)
        normal = np.full(len(failed), np.inf)
        found = estimates_of(a.estimate * b.estimate, error, normal, a.n, failed, level=self.level)
        if self.test == "delta":
            return found
        joint = np.where(failed == "", np.maximum(a.p_value, b.p_value), np.nan)
        return Estimates(
            found.estimate, found.std_error, joint, found.conf_low, found.conf_high, found.n, failed
        )

    def _only_term(self, batch: Batch) -> str:
        levels = batch.levels.get(self.by)
        return f"{self.by}[T.{levels[1]}]" if levels else self.by


def indirect(
    outcome: str,
    *,
    through: str,
    by: str,
    covariates: tuple[str, ...] | list[str] = (),
    test: Literal["delta", "joint"] = "delta",
    name: str | None = None,
    level: float = 0.95,
) -> Indirect:
    """The effect through a mediator, in linear models: what :func:`confstudy.mediate` gives.

    Parameters
    ----------
    outcome, through, by
        Outcome, mediator and cause; the mediator is a number.
    covariates
        Columns that stand in both equations.
    test
        ``delta`` (Sobel), or ``joint``: the larger p-value of the two coefficients. The
        interval is the delta method's in either case.

    Examples
    --------
    >>> indirect("D", through="T", by="A", test="joint").columns
    ('D', 'T', 'A')
    """
    if test not in ("delta", "joint"):
        raise AnalysisError(f"test='{test}' is not known: it is 'delta' or 'joint'.")
    called = name or ", ".join([f"{by} → {through} → {outcome}", *covariates, test])
    return Indirect(called, outcome, through, by, tuple(covariates), test, level)


@dataclass(frozen=True)
class _Asked:
    cause: str
    contrast: Any


def _by_name(name: str, sides: Any, levels: Any) -> dict[str, float]:
    """Coefficients by the names that ``cs.fit`` gives them, in a formula beyond the kernels."""
    if not name:
        return {"Intercept": 1.0}
    if name not in levels:
        return {name: 1.0 if sides is None else float(sides[0]) - float(sides[1])}
    if sides is None:
        raise AnalysisError(f"'{name}' has levels: name the coefficient by term='…'.")
    found = {}
    for sign, side in zip((1.0, -1.0), sides, strict=True):
        if place_of(name, side, levels):
            found[f"{name}[T.{side}]"] = sign
    return found


def _variables(formula: str) -> tuple[str, ...]:
    """The names in a formula that are neither called nor an argument's."""
    try:
        required = {str(name) for name in Formula(formula).required_variables}
    except FormulaicError:
        raise AnalysisError(f"'{formula}' cannot be parsed as a formula.") from None
    bare = set(re.findall(r"(?<![\w.'\"])([^\W\d]\w*)(?![\w.'\"]|\s*[(=])", formula))
    return tuple(sorted(required | {name for name in bare if not keyword.iskeyword(name)}))
