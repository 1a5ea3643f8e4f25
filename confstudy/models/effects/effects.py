"""One front door for average effects of a fitted model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from confstudy.errors import AnalysisError, did_you_mean, listing
from confstudy.models.effects.answer import Answer, Request, Weights, over_imputations, single
from confstudy.models.effects.question import Comparison, Kind, Levels
from confstudy.models.effects.result import Effects
from confstudy.models.formula import Data
from confstudy.models.missing.pooling import Pooled
from confstudy.models.multiplicity import adjust as adjusted

__all__ = ["Scale", "effects"]

Scale = Literal["response", "link"]
_CHOICES: dict[str, tuple[str, ...]] = {
    "kind": ("slope", "contrast", "prediction"),
    "comparison": ("difference", "ratio", "odds_ratio", "lift"),
    "scale": ("response", "link"),
}
_NUMBERS = ["estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high", "n"]


def effects(
    fit: Any,
    variable: str | Sequence[str] | None = None,
    *,
    kind: Kind | None = None,
    at: Mapping[str, Any] | None = None,
    by: str | None = None,
    levels: Levels = None,
    comparison: Comparison = "difference",
    scale: Scale = "response",
    newdata: Data | None = None,
    weights: Weights = None,
    bootstrap: int | None = None,
    cluster: str | None = None,
    seed: int = 0,
    cumulative: bool = False,
    adjust: str = "holm",
    level: float | None = None,
) -> Effects:
    """Average what a model predicts, or how that changes with a variable, over respondents.

    Parameters
    ----------
    fit
        A fit of any family and any standard errors; a mixed model, estimating equations, or
        fits pooled over imputations; or anything with ``coefficients``, ``covariance``,
        ``design``, ``df`` and ``predict``.
    variable
        One or several of its predictors; by default all of them.
    kind
        ``slope``: change of the prediction a unit; ``contrast``: difference between two values;
        ``prediction``: the prediction itself. By default slopes of numbers, contrasts of
        categories and of numbers with two values.
    at
        Values that predictors are set to for everybody, ``{"privacy": [2, 4]}``: all
        combinations are answered.
    by
        A column whose groups are averaged apart. Those of fewer than ten respondents are pooled.
    levels
        What a contrast compares: ``(a, b)``, from a to b: b less a; ``reference`` (the
        default), each level less the first, and for numbers one unit more; ``pairwise``, each
        less those before it.
    comparison
        ``difference``; ``ratio``, ``odds_ratio`` or ``lift`` (ratio less 1) of the averages.
    scale
        ``response``, or ``link`` for the linear predictor.
    newdata
        Whom to average over instead of the respondents the model was fitted to.
    weights
        A column or numbers; by default the fit's weights; False for none.
    bootstrap
        How many samples of respondents (or of ``cluster``) to draw and fit again.
    cumulative
        For an ordered outcome, the chance of each level or more.
    adjust
        How p-values of ``pairwise`` allow for their number; see :func:`confstudy.adjust`.
    level
        Of the intervals; by default the fit's.

    Returns
    -------
    Effects
        With ``.table``: term, contrast, level (of the outcome; a count with a part for zeros
        has its mean, the chance of zero, and the part for counts), estimate, std_error,
        statistic, df, p_value, conf_low, conf_high, n.

    Raises
    ------
    AnalysisError
        A model that cannot be believed, unknown variables or levels, fewer than ten respondents.

    Notes
    -----
    Estimand: the mean over the respondents, or their population by the weights, of predictions
    or differences with the variable set (standardisation; Robins 1986). Ratios are of averages,
    so an odds ratio is marginal and not the exponential of a coefficient.
    Assumes: as the fit. By default errors are by the delta method with covariates as they are
    (Oehlert 1992): they hold for these respondents. A bootstrap draws covariates too. Intervals
    of ratios are made of their logs; the bootstrap's are percentiles. In small samples slopes are
    covered too rarely by either (of a logit with 60 respondents .92 by the delta method, .93 by
    percentiles, for .95), differences between groups hardly so. Pooled fits: the effects
    of each are pooled by Rubin's rules.
    Does not show: an effect of the variable, unless it was randomised or all its common causes
    with the outcome are in the model; nor what a model without interactions rules out.

    Slopes are derivatives by a five-point rule, a thousandth of a standard deviation wide.

    Examples
    --------
    >>> import confstudy as cs
    >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
    >>> model = cs.fit("concealment ~ arm + privacy", scores, "logit")
    >>> effects(model).table[["term", "contrast"]].to_numpy().tolist()
    [['arm', 'conditional - none'], ['arm', 'absolute - none'], ['privacy', 'slope']]
    """
    for name, value in (("kind", kind), ("comparison", comparison), ("scale", scale)):
        if value not in _CHOICES[name] and not (name == "kind" and value is None):
            hint = did_you_mean(str(value), _CHOICES[name])
            raise AnalysisError(
                f"'{value}' is no {name}.{hint} There are: {listing(_CHOICES[name])}."
            )
    if level is not None and not 0 < level < 1:
        raise AnalysisError(f"'level' lies between 0 and 1, such as .95; {level:g} does not.")
    request = Request(
        variable, kind, at, by, levels, comparison, scale, newdata, weights, cumulative, level
    )
    if isinstance(fit, Pooled):
        if bootstrap is not None:
            raise AnalysisError("Pooled fits have errors by Rubin's rules: leave out 'bootstrap'.")
        answer = over_imputations(request, fit)
    else:
        answer = single(request, fit, bootstrap, cluster, seed)
    return _shown(answer, request, adjust)


def _shown(answer: Answer, request: Request, method: str) -> Effects:
    asked = {"at": bool(request.at), "group": request.by is not None}
    extra = [name for name, wanted in asked.items() if wanted]
    table = answer.table
    if request.levels == "pairwise":
        family = table[["term", "at", "group", "level"]].astype(str).agg("|".join, axis=1)
        table = adjusted(table, method, families=family.tolist())
        numbers = [*_NUMBERS, "p_adjusted"]
    else:
        numbers = _NUMBERS
    if "note" in table:
        numbers = [*numbers, "note"]
    model = answer.model
    return Effects(
        name=model.name,
        formula=model.formula,
        table=table[["term", "contrast", *extra, "level", *numbers]].reset_index(drop=True),
        covariance=answer.covariance,
        words=_words(answer, request),
        problems=answer.problems,
        level=answer.level,
        draws=answer.draws,
        failures=answer.failures,
        used=model.design.frame.index.unique(),
    )


def _words(answer: Answer, request: Request) -> tuple[str, ...]:
    """What is averaged, over whom, and how sure it is."""
    kinds = [kind for kind in _CHOICES["kind"] if (answer.table["kind"] == kind).any()]
    what = " and ".join(f"{kind}s" for kind in kinds)
    if request.comparison != "difference" and "contrast" in kinds:
        what += f" ({request.comparison.replace('_', ' ')} of averages)"
    over = f"{answer.people:,} " + ("respondents" if request.newdata is None else "new rows")
    apart = f", apart by {request.by}" if request.by else ""
    weighing = f", weighted {answer.weighing}" if answer.weighing else ""
    said = [
        f"{what} of {answer.model.outputs.words}, averaged over {over}{apart}{weighing}",
        f"{100 * answer.level:g} % intervals; errors: {answer.errors}",
    ]
    return (*said, *(remark for remark in (answer.model.remark, answer.pooling) if remark))
