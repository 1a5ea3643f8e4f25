"""What stands under the coefficients: numbers of respondents, fit, and how errors were found."""

from __future__ import annotations

from typing import Any

import numpy as np

from confstudy.errors import AnalysisError
from confstudy.show.tables.numerals import count, decimals, degrees, estimate, share
from confstudy.show.tables.source import Model

__all__ = ["ZEROS", "fact_rank", "fit_statistics", "notes_of"]

#: What the part for zeros of a family models.
ZEROS = {
    "zip": "a structural zero",
    "zinb": "a structural zero",
    "hurdle_poisson": "any at all",
    "hurdle_negbin": "any at all",
}
_ORDER = (
    "N", "Events", "Imputations", "Clusters", "Groups", "SD", "ICC", "R²", "McFadden R²",
    "Log likelihood", "AIC",
)  # fmt: skip
_PLAIN = ("nonrobust", "HC0", "HC1", "HC2", "HC3")


def fit_statistics(model: Model, others: tuple[int, ...] = ()) -> dict[str, str]:
    """Rows below the coefficients; ``others`` are the n of the models beside it.

    Likelihoods are left out with a sample design, under which they mean nothing, and for pooled
    fits, of which there is no one likelihood.
    """
    rows = {"N": count(model.n, others)}
    if model.events is not None:
        rows["Events"] = f"{model.events:,}"
    rows |= _grouping(model)
    if model.imputations:
        rows["Imputations"] = f"{model.imputations:,}"
    if model.problems or model.imputations:
        return rows
    return rows | (_random(model) if hasattr(model.inner, "icc") else _likelihood(model))


def _grouping(model: Model) -> dict[str, str]:
    groups = getattr(model.inner, "groups", None)
    if isinstance(groups, dict):
        return {f"Groups: {name}": f"{size:,}" for name, size in groups.items()}
    clusters = getattr(model.inner, "clusters", None)
    return {"Clusters": f"{clusters:,}"} if clusters else {}


def _random(model: Model) -> dict[str, str]:
    """Standard deviations of the random effects, and the share of each group."""
    spread = model.inner.variances
    rows = {
        _spread_name(str(row["group"]), str(row["effect"])): estimate(
            float(row["std_dev"]), decimals(float(row["std_dev"]), 2)
        )
        for row in spread[spread["other"].fillna("") == ""].to_dict("records")
    }
    try:
        shares = model.inner.icc
    except AnalysisError:
        return rows | _likelihood(model)
    several = len(shares) > 1
    rows |= {
        f"ICC: {name}" if several else "ICC": share(float(value)) for name, value in shares.items()
    }
    return rows | _likelihood(model)


def _spread_name(group: str, effect: str) -> str:
    return f"SD: {group}" if effect in ("", "Intercept") else f"SD: {group}, {effect}"


def _likelihood(model: Model) -> dict[str, str]:
    inner = model.inner
    if _by_design(model) or hasattr(inner, "working"):
        return {}
    found = getattr(inner, "goodness", inner)
    rows: dict[str, str] = {}
    explained = float(getattr(found, "r_squared", np.nan))
    if np.isfinite(explained):
        rows["R²" if model.family == "ols" else "McFadden R²"] = share(explained)
    for name, words in (("log_likelihood", "Log likelihood"), ("aic", "AIC")):
        value = float(getattr(found, name, np.nan))
        if np.isfinite(value):
            rows[words] = estimate(value, 2)
    return rows


def fact_rank(name: str) -> int:
    """The place of a fact among others."""
    kind = name.partition(":")[0]
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)


def notes_of(model: Model, lost: tuple[int, ...] = (), *, df: bool = False) -> list[str]:
    """Sentences that say how a model was fitted.

    ``lost`` are the rows left out of the models beside it; with ``df`` the degrees of freedom of
    clusters and designs are said (those of respondents would give their number).
    """
    inner = model.inner
    said = []
    if model.dropped:
        few = model.dropped < 10
        rows = "Fewer than 10" if few else _capital(count(model.dropped, lost))
        said.append(f"{rows} rows with missing values are left out")
    if model.problems:
        return said
    if model.imputations:
        said.append(
            f"Pooled over {model.imputations:,} imputed data sets by Rubin's rules, with "
            "Barnard–Rubin degrees of freedom"
        )
    said += _errors(model, df)
    if getattr(inner, "weights", None) is not None:
        said.append(
            "Respondents count by their sampling weights"
            if _by_design(model)
            else "Respondents count by case weights"
        )
    if model.family in ZEROS:
        said.append(f"The part for zeros has log odds of {ZEROS[model.family]}")
    said += _kind_notes(inner)
    return said


def _kind_notes(inner: Any) -> list[str]:
    said = []
    if hasattr(inner, "random"):
        said.append(f"Random effects: {inner.random} ({inner.method})")
    if hasattr(inner, "ties"):
        said.append(f"Ties: {str(inner.ties).capitalize()}")
    if len(getattr(inner, "strata", ())) > 1:
        said.append(f"Stratified, {len(inner.strata)} strata")
    if hasattr(inner, "working"):
        said.append(f"Working correlation: {inner.working}, within {inner.cluster}")
    return said


def _errors(model: Model, df: bool) -> list[str]:
    words = str(getattr(model.inner, "errors", ""))
    if not words:
        return []
    clusters = getattr(model.inner, "clusters", None)
    if words == "nonrobust":
        words = "by the model"
    elif clusters:
        words += f" ({clusters:,} clusters)"
    if df and (clusters or _by_design(model)) and not model.imputations:
        words += _degrees(model)
    label = "Sample design" if _by_design(model) else "Standard errors"
    return [f"{label}: {words}"]


def _degrees(model: Model) -> str:
    found = model.table["df"].to_numpy(dtype=float)
    if not np.isfinite(found).all():
        return ""
    low, high = degrees(float(found.min())), degrees(float(found.max()))
    return f", {low} df" if low == high else f", {low} to {high} df"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _by_design(model: Model) -> bool:
    """Whether the standard errors are those of a sample design."""
    if not hasattr(model.inner, "uncertainty"):
        return False
    words = str(model.inner.errors)
    return words not in _PLAIN and getattr(model.inner, "clusters", None) is None
