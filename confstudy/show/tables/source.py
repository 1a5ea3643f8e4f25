"""What a table needs to know of a fitted model, whatever kind of model it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from confstudy.errors import AnalysisError, listing
from confstudy.models.families import FAMILIES
from confstudy.models.indirect.result import Sensitive

__all__ = ["COLUMNS", "Model", "read_model"]

COLUMNS = (
    "term", "estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high",
)  # fmt: skip
_KINDS = {
    "ols": "Linear regression",
    "logit": "Logistic regression",
    "probit": "Probit regression",
    "cloglog": "Complementary log-log regression",
    "poisson": "Poisson regression",
    "negbin": "Negative binomial regression",
    "zip": "Zero-inflated Poisson regression",
    "zinb": "Zero-inflated negative binomial regression",
    "hurdle_poisson": "Hurdle Poisson regression",
    "hurdle_negbin": "Hurdle negative binomial regression",
    "ordered": "Ordered logistic regression",
    "ordered_probit": "Ordered probit regression",
    "cox": "Cox regression",
}


@dataclass(frozen=True, repr=False)
class Model:
    """A fitted model as a table needs it.

    Attributes
    ----------
    fit
        What was given; ``inner`` is the fit inside a pooled or person-period one, else the same.
    family
        Name of the family; ``effect`` and ``ratio`` say what a coefficient and its exponent are.
    table
        One row a term with the columns of :data:`COLUMNS`; without numbers where there are
        ``problems``.
    problems, remarks
        Why there are no numbers; what has to be said beside them.
    """

    fit: Any
    inner: Any
    family: str
    effect: str
    ratio: str
    table: pd.DataFrame
    problems: tuple[str, ...]
    remarks: tuple[str, ...]
    n: int
    percent: str

    @property
    def design(self) -> Any:
        """The rows used, with formula, outcome and predictors."""
        return self.inner.design

    @property
    def outcome(self) -> str:
        """The outcome as the formula has it."""
        formula = getattr(self.inner, "formula", self.design.formula)
        return str(formula).partition("~")[0].strip()

    @property
    def kind(self) -> str:
        """What kind of model it is, in words."""
        words = _KINDS.get(self.family, self.family)
        if isinstance(self.inner, Sensitive):
            return f"{words} ({self.inner.words})"
        if hasattr(self.fit, "respondents"):
            return "Discrete-time hazard model"
        if hasattr(self.inner, "random"):
            return f"Mixed {words[0].lower()}{words[1:]}"
        return f"{words} by GEE" if hasattr(self.inner, "working") else words

    @property
    def imputations(self) -> int:
        """How many completed data sets were pooled; 0 where none were."""
        return len(self.fit.fits) if hasattr(self.fit, "fits") else 0

    @property
    def events(self) -> int | None:
        """Events seen, where the outcome is a time."""
        found = getattr(self.fit, "events", None)
        return None if found is None else int(found)

    @property
    def dropped(self) -> int:
        """Rows that lacked a value."""
        for part in (self.fit, self.inner, self.design):
            if hasattr(part, "dropped"):
                return int(part.dropped)
        return 0


def read_model(fit: Any) -> Model:
    """Read any fit that has ``table``, ``problems`` and ``design``.

    A fit with problems, or that says it has not converged, keeps its terms and loses its
    numbers, whatever its own table holds.
    """
    absent = [name for name in ("table", "problems") if not hasattr(fit, name)]
    columns = [] if absent else [name for name in COLUMNS if name not in fit.table]
    if absent or columns:
        raise AnalysisError(
            f"A {type(fit).__name__} is no fitted model with coefficients: it lacks "
            f"{listing(absent or columns)}. Give what cs.fit returns, or a list of such fits."
        )
    inner = _inner(fit)
    if not hasattr(inner, "design"):
        raise AnalysisError(
            f"A {type(fit).__name__} does not say whom it was fitted to (it has no 'design'), so "
            "that nothing can be released of it."
        )
    family, effect, ratio = _family(inner)
    table = fit.table
    problems = tuple(str(problem) for problem in fit.problems)
    if not problems and not getattr(fit, "converged", True):
        problems = ("the fit has not converged",)
    shown = table[list(COLUMNS)].reset_index(drop=True)
    if problems:
        shown = shown.astype(dict.fromkeys(COLUMNS[1:], float))
        shown.iloc[:, 1:] = float("nan")
    return Model(
        fit=fit,
        inner=inner,
        family=family,
        effect=effect,
        ratio=ratio,
        table=shown,
        problems=problems,
        remarks=() if problems else _remarks(table),
        n=_respondents(fit, inner),
        percent=_percent(fit, inner),
    )


def _inner(fit: Any) -> Any:
    fits = getattr(fit, "fits", ())
    inner = fits[0] if fits else fit
    nested = getattr(inner, "fit", None)
    return inner if nested is None or callable(nested) else nested


def _family(inner: Any) -> tuple[str, str, str]:
    if hasattr(inner, "hazard_ratios"):
        return "cox", "log hazard ratio", "hazard ratio"
    given = getattr(inner, "family", "")
    name = str(getattr(given, "name", given))
    known = FAMILIES.get(name)
    return (name, known.effect, known.ratio) if known else (name, "coefficient", "")


def _remarks(table: pd.DataFrame) -> tuple[str, ...]:
    """What the table notes beside its numbers, and terms that have no standard error."""
    noted = [str(text) for text in table["note"].dropna().unique()] if "note" in table else []
    bare = table.loc[table["estimate"].notna() & ~(table["std_error"] > 0), "term"]
    lacking = [f"no standard error for {listing(bare)}"] if len(bare) else []
    return tuple(text for text in [*noted, *lacking] if text)


def _respondents(fit: Any, inner: Any) -> int:
    found = getattr(fit, "respondents", getattr(fit, "n", None))
    return len(inner.design.outcome) if found is None else int(found)


def _percent(fit: Any, inner: Any) -> str:
    level = getattr(fit, "level", getattr(inner, "level", 0.95))
    return f"{100 * float(level):g}%"
