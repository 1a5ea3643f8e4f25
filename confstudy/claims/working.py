"""The claims that can be tested here and now, each from scores to a result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from confstudy.claims.result import ClaimResult, verdict_of
from confstudy.errors import AnalysisError, listing, unknown
from confstudy.models.corrected import Corrected, corrected_regression, jackknife_interval
from confstudy.models.fit import fit
from confstudy.survey.scoring import Scores

__all__ = ["WORKING"]

Floats = NDArray[np.float64]


def _assurance_and_privacy(claim: str, sign: str, scores: Scores) -> ClaimResult:
    _require(scores, "arm", "privacy")
    asked = scores.frame["arm"].cat.remove_unused_categories()
    reference, *arms = map(str, asked.cat.categories)
    if not arms:
        raise AnalysisError(f"{claim} compares arms, and everybody was in the same.")
    fitted = fit("privacy ~ arm", scores, cluster=scores.design.cluster or None)
    table = fitted.table.set_index("term")
    low, high = scores.codebook.scales["privacy"].points
    rows = [
        {
            "estimand": f"Perceived privacy, {arm} less {reference} assurance",
            **{str(k): v for k, v in table.loc[f"arm[T.{arm}]"].items()},
            "unit": f"points ({low} to {high})",
        }
        for arm in reversed(arms)
    ]
    return _result(
        claim,
        sign,
        rows,
        fitted.n,
        assumes="arms were assigned at random, and who answered does not depend on them",
        does_not_show="that clients who feel private are safer in fact",
    )


def _privacy_and_trust(claim: str, sign: str, scores: Scores) -> ClaimResult:
    _require(scores, "privacy", "alliance", "stigma")
    sample = _Sample.of(scores, ["privacy", "alliance", "stigma"])
    if len(np.unique(sample.groups)) > sample.n - 20:
        raise AnalysisError(
            f"{claim} compares clients of the same therapist: the survey's design names no "
            "cluster, or hardly any therapist has two."
        )
    slope = sample.regress("alliance", ["privacy", "stigma"], within=True)
    spread = _ratio(sample.true_sd("privacy"), sample.true_sd("alliance"))
    estimate = _times(slope, 0, spread)
    rows = [sample.row("Trust per SD of perceived privacy", estimate, "SD of trust")]
    return _result(
        claim,
        sign,
        rows,
        sample.n,
        assumes="stigma is the only common cause of privacy and trust within a therapist's "
        "clients; the reliabilities are right",
        does_not_show="which comes first: both were asked at once",
    )


def _trust_and_openness(claim: str, sign: str, scores: Scores) -> ClaimResult:
    scales = ["privacy", "alliance", "stigma"]
    _require(scores, *scales, "arm", "sensitive_topic", "concealment", "disclosure")
    sample = _Sample.of(scores, [*scales, "arm", "sensitive_topic", "concealment", "disclosure"])
    openness = ["alliance", "privacy", "stigma", "sensitive_topic"]
    concealed = sample.regress("concealment", openness)
    marginal = _times(concealed, 0, sample.true_sd("alliance"))
    arms = sample.arms
    assured = sample.regress("privacy", arms)
    trusting = sample.regress("alliance", ["privacy", "stigma"])
    told = sample.regress("disclosure", openness)
    path = _times(assured, len(arms) - 1, _times(trusting, 0, _times(told, 0)))
    rows = [
        sample.row("Chance of concealing, per SD of trust", marginal, "probability"),
        sample.row("Assurance → privacy → trust → disclosure", path, "probability"),
    ]
    return _result(
        claim,
        sign,
        rows,
        sample.n,
        assumes="no common causes but stigma and the topic; chances change about linearly; "
        "the reliabilities are right",
        does_not_show="what clients who did not answer conceal",
    )


@dataclass(frozen=True, repr=False)
class _Theta:
    """An estimate and its value with each group left out."""

    value: float
    replicates: Floats


@dataclass(frozen=True, repr=False)
class _Sample:
    """Complete rows as numbers, with the error variance of each scale."""

    columns: Mapping[str, Floats]
    errors: Mapping[str, float]
    arms: list[str]
    groups: NDArray[np.intp]

    @classmethod
    def of(cls, scores: Scores, names: list[str]) -> _Sample:
        cluster = scores.design.cluster
        frame = scores.frame[[*names, *([cluster] if cluster else [])]].dropna()
        same = [name for name in names if frame[name].nunique() < 2]
        if same:
            raise AnalysisError(
                f"The claim compares respondents, and all of them are the same in {listing(same)}."
            )
        columns: dict[str, Floats] = {}
        arms: list[str] = []
        for name in names:
            column = frame[name]
            if not isinstance(column.dtype, pd.CategoricalDtype):
                columns[name] = column.to_numpy(dtype=float)
                continue
            column = column.cat.remove_unused_categories()
            levels = [str(level) for level in column.cat.categories[1:]]
            codes = column.cat.codes.to_numpy()
            if name != "arm":
                if len(levels) > 1:
                    raise AnalysisError(f"The claim takes '{name}' as one of two levels.")
                columns[name] = (codes == 1).astype(float)
                continue
            arms = [f"{name}={level}" for level in levels]
            columns |= {arm: (codes == place).astype(float) for place, arm in enumerate(arms, 1)}
        unknown = [
            name
            for name, found in scores.reliability.items()
            if name in columns and np.isnan(found.alpha)
        ]
        if unknown:
            raise AnalysisError(
                f"The reliability of scale '{unknown[0]}' is not known; the claim corrects for it."
            )
        errors = {
            name: (1 - alpha.alpha) * float(columns[name].var(ddof=1))
            for name, alpha in scores.reliability.items()
            if name in columns
        }
        labels = frame[cluster] if cluster else pd.Series(np.arange(len(frame)))
        return cls(columns, errors, arms, pd.factorize(labels)[0])

    @property
    def n(self) -> int:
        return len(self.groups)

    def regress(self, outcome: str, predictors: list[str], *, within: bool = False) -> Corrected:
        matrix = np.column_stack([self.columns[name] for name in predictors])
        errors = np.array([self.errors.get(name, 0.0) for name in predictors])
        return corrected_regression(
            self.columns[outcome], matrix, errors, self.groups, within=within
        )

    def true_sd(self, name: str) -> _Theta:
        """The standard deviation that a scale would have without measurement error."""
        column = self.columns[name]
        sums = np.stack([np.bincount(self.groups, weights=column**power) for power in range(3)])
        left = sums.sum(axis=1, keepdims=True) - sums
        n, first, second = np.hstack([sums.sum(axis=1, keepdims=True), left])
        variance = (second - first**2 / n) / (n - 1)
        reliable = 1 - self.errors.get(name, 0.0) / variance[0]
        sd = np.sqrt(variance * reliable)
        return _Theta(float(sd[0]), sd[1:])

    def row(self, estimand: str, theta: _Theta, unit: str) -> dict[str, object]:
        df = float(len(theta.replicates) - 1)
        quantile = float(stats.t.ppf(0.975, df))
        error, low, high = jackknife_interval(theta.value, theta.replicates, quantile)
        statistic = theta.value / error
        return {
            "estimand": estimand,
            "estimate": theta.value,
            "std_error": error,
            "statistic": statistic,
            "df": df,
            "p_value": float(2 * stats.t.sf(abs(statistic), df)),
            "conf_low": low,
            "conf_high": high,
            "unit": unit,
        }


def _times(slopes: Corrected, position: int, factor: _Theta | None = None) -> _Theta:
    value, replicates = float(slopes.slopes[position]), slopes.replicates[:, position]
    if factor is None:
        return _Theta(value, replicates)
    return _Theta(value * factor.value, replicates * factor.replicates)


def _ratio(above: _Theta, below: _Theta) -> _Theta:
    return _Theta(above.value / below.value, above.replicates / below.replicates)


def _require(scores: Scores, *names: str) -> None:
    absent = [name for name in names if name not in scores.frame]
    if absent:
        raise AnalysisError(
            unknown("Columns the claim needs", absent, map(str, scores.frame.columns), "the survey")
        )


def _result(
    claim: str,
    sign: str,
    rows: list[dict[str, object]],
    n: int,
    *,
    assumes: str,
    does_not_show: str,
) -> ClaimResult:
    table = pd.DataFrame(rows)
    low, high = (float(table[side].iloc[0]) for side in ("conf_low", "conf_high"))
    return ClaimResult(claim, verdict_of(sign, low, high), table, n, assumes, does_not_show)


WORKING: dict[str, Callable[[str, str, Scores], ClaimResult]] = {
    "C01": _assurance_and_privacy,
    "C02": _privacy_and_trust,
    "C03": _trust_and_openness,
}
