"""Regression with a sensitive, indirectly asked trait among the predictors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from confstudy.errors import AnalysisError
from confstudy.models import checks
from confstudy.models.estimate import Estimate
from confstudy.models.families import FAMILIES
from confstudy.models.formula import Data, Design
from confstudy.models.indirect.latent import Binomial, Device, Gaussian, Logit, mixture, trait
from confstudy.models.indirect.models import best, estimated
from confstudy.models.indirect.people import read_people
from confstudy.models.indirect.questions import items_of
from confstudy.models.indirect.result import Sensitive
from confstudy.models.indirect.sensitive import Errors, concluded
from confstudy.models.likelihood.index import IndexModel
from confstudy.models.uncertainty import chosen_covariance

__all__ = ["sensitive_predictor"]

Floats = NDArray[np.float64]


def sensitive_predictor(
    formula: str,
    data: Data,
    question: Any,
    *,
    item: str,
    family: Literal["ols", "logit"] = "ols",
    treatment: str | None = None,
    design: Any = None,
    cluster: str | None = None,
    cov: Errors | None = None,
    weights: str | None = None,
    level: float = 0.95,
) -> Sensitive:
    """Fit an outcome on a trait of which only a veiled answer is known.

    Parameters
    ----------
    formula
        ``outcome ~ item + covariates``, where ``item`` stands for the trait (it may interact).
    item
        The column of the veiled answers: 0 and 1, or two levels; for a list, the counts.
    family
        ``ols`` for a number with normal errors, ``logit`` for one of two.
    question, treatment
        As for :func:`confstudy.sensitive`.
    design, cluster, cov, weights, level
        As for :func:`confstudy.sensitive`.

    Returns
    -------
    Sensitive
        A :class:`Fit`. After the outcome's coefficients come those of the trait (a logit on
        the predictors that stand beside it, ``trait: …``), those of a list's harmless items
        (``count: …``) and, for ``ols``, ``log(sigma)``.

    Notes
    -----
    The outcome, the answer and the trait are modelled together; given the trait, outcome and
    answer are independent. Standard errors are of the observed Hessian.

    Estimand: the coefficient of the trait itself, as if it had been known.
    Assumes: truthful answers under the device, normal errors (``ols``; a skewed outcome can
    pass for two groups), the right model of the trait.
    Does not show: an effect of the trait, unless all common causes are in the model.

    Blair, Imai and Zhou (2015) for devices; Imai, Park and Greene (2015) for lists.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from confstudy.models.indirect.questions import forced
    >>> rng = np.random.default_rng(1)
    >>> hides = rng.uniform(size=2000) < 0.4
    >>> rows = pd.DataFrame({"trust": 5 - 2 * hides + rng.normal(size=2000)})
    >>> rows["said"] = np.where(rng.uniform(size=2000) < 0.5, hides, rng.uniform(size=2000) < 0.5)
    >>> fit = sensitive_predictor("trust ~ said", rows, forced(yes=0.25, no=0.25), item="said")
    >>> fit.table["term"].tolist()
    ['Intercept', 'said', 'trait: Intercept', 'log(sigma)']
    """
    if family not in ("ols", "logit"):
        raise AnalysisError("The outcome of a veiled trait is modelled by 'ols' or 'logit'.")
    if not 0 < level < 1:
        raise AnalysisError(f"'level' lies between 0 and 1, such as .95; {level:g} does not.")
    chosen_covariance(cov, cluster)
    items = items_of(question)
    if (items is None) != (treatment is None):
        raise AnalysisError("'treatment' (who had the sensitive item) is for list experiments.")
    model = _Veiled(item, treatment, items, None if items else question.device, family == "logit")
    name = formula.partition("~")[0].strip()
    coded = (treatment,) if treatment else (item,)
    people = read_people(
        formula,
        data,
        model.check,
        coded=(*coded, name) if family == "logit" and name.isidentifier() else coded,
        also=(item, *((cluster,) if cluster else ())),
        design=design,
        weights=weights,
    )
    made = replace(FAMILIES[family], fit=model.fit, predict=_predict(family), many=None)
    words = f"with {item} by {question.technique}"
    return concluded(people, made, question, words, cov, cluster, level, trait=False)


def _predict(family: str) -> Callable[..., Floats]:
    def predict(coefficients: Floats, matrix: Floats, offset: Floats | None = None) -> Floats:
        index = matrix @ coefficients[: matrix.shape[1]]
        index = index if offset is None else index + offset
        return np.asarray(index if family == "ols" else expit(index))[:, None]

    return predict


@dataclass(frozen=True)
class _Veiled:
    """An outcome, a trait and a veiled answer about it."""

    item: str
    long: str | None
    items: int | None
    device: tuple[float, float] | None
    binary: bool

    def check(self, design: Design) -> None:
        """The outcome fits its family, the answers their question."""
        if self.binary:
            checks.check_two(design, "logit")
        else:
            checks.check_number(design)
        answers = design.frame[self.item].to_numpy(dtype=float)
        most = np.ones(len(answers))
        if self.items is not None and self.long is not None:
            lists = design.frame[self.long].to_numpy(dtype=float)
            if set(np.unique(lists)) != {0.0, 1.0}:
                raise AnalysisError(
                    f"'{self.long}' tells the long list from the short: both occur."
                )
            most = self.items + lists
        whole = (answers >= 0) & (answers <= most) & (answers == np.round(answers))
        if not whole.all():
            raise AnalysisError(f"'{self.item}' holds answers that its question does not allow.")
        if not (_with(design, self.item, 0.0) != _with(design, self.item, 1.0)).any():
            raise AnalysisError(f"'{self.item}' is not among the predictors of the formula.")

    def fit(
        self, design: Design, weights: Floats | None = None, start: Floats | None = None
    ) -> Estimate:
        """Maximum likelihood of all that was seen."""
        weight = np.ones(len(design.outcome)) if weights is None else weights
        without, having = (_with(design, self.item, value) for value in (0.0, 1.0))
        beside = (without == having).all(axis=0) & without.any(axis=0)
        given = without[:, beside]
        harmless = given if self.items is not None else given[:, :0]
        spread = np.ones((len(given), 0 if self.binary else 1))
        widths = [without.shape[1], given.shape[1], harmless.shape[1], spread.shape[1]]
        matrices = [
            _placed(part, place, widths)
            for part, place in ((given, 1), (without, 0), (having, 0), (harmless, 2), (spread, 3))
        ]
        model = IndexModel(self._kernel(design), tuple(matrices), weight)
        names = tuple(np.asarray(design.terms, dtype=object)[beside].tolist())
        terms = (
            *design.terms,
            *(f"trait: {name}" for name in names),
            *(f"count: {name}" for name in names if self.items is not None),
            *(() if self.binary else ("log(sigma)",)),
        )
        starts = (
            self._starts(design, weight, having - without, widths) if start is None else [start]
        )
        maximum = best(model, starts)
        return estimated(model, maximum, terms)

    def _kernel(self, design: Design) -> Any:
        answers = design.frame[self.item].to_numpy(dtype=float)
        outcome = (
            Logit(design.outcome, (1, 2)) if self.binary else Gaussian(design.outcome, (1, 2, 4))
        )
        if self.device is not None:
            return mixture([trait, Device(answers, self.device), outcome], 5)
        lists = design.frame[self.long].to_numpy(dtype=float)
        return mixture([trait, Binomial(answers, lists, self.items or 1, (3, 3)), outcome], 5)

    def _starts(
        self, design: Design, weight: Floats, change: Floats, widths: list[int]
    ) -> list[Floats]:
        """A trait that does nothing, that raises the outcome, and that lowers it."""
        answers = design.frame[self.item].to_numpy(dtype=float)
        middle = float(np.average(design.outcome, weights=weight))
        sigma = float(np.sqrt(np.average((design.outcome - middle) ** 2, weights=weight)))
        place = design.terms.index("Intercept")
        found = np.zeros(sum(widths))
        found[place] = float(logit(np.clip(middle, 0.05, 0.95))) if self.binary else middle
        if self.device is not None:
            share = (float(answers.mean()) - self.device[0]) / self.device[1]
        else:
            lists = design.frame[self.long].to_numpy(dtype=float)
            short = float(answers[lists == 0].mean())
            share = float(answers[lists == 1].mean()) - short
            most = self.items or 1
            found[widths[0] + widths[1]] = float(logit(np.clip(short / most, 0.02, 0.98)))
        found[widths[0]] = float(logit(np.clip(share, 0.05, 0.95)))
        step = 1.0 if self.binary else sigma
        if not self.binary:
            found[-1] = np.log(max(sigma, 1e-300))
        main = np.flatnonzero(change.any(axis=0))[:1]
        starts = []
        for sign in (0.3, 1.0, -1.0):
            moved = found.copy()
            moved[main] = sign * step
            moved[place] -= sign * step * min(max(share, 0.05), 0.95)
            starts.append(moved)
        return starts


def _placed(part: Floats, place: int, widths: list[int]) -> Floats:
    """A matrix of all coefficients, with a part in its place and nothing beside."""
    blocks = [part if at == place else np.zeros((len(part), w)) for at, w in enumerate(widths)]
    return np.hstack(blocks)


def _with(design: Design, item: str, value: float) -> Floats:
    """The model matrix had everybody this trait."""
    return design.matrix_for(design.frame.assign(**{item: value}))
