"""What synthetic respondents keep: coefficients, correlations, columns, and pMSE."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError
from confstudy.models.formula import build_design
from confstudy.release.decision import THRESHOLD, Decision
from confstudy.release.synthesis.columns import Column
from confstudy.release.synthesis.propensity import Propensity, propensity
from confstudy.survey.survey import Survey

__all__ = ["NEAR", "Utility", "default_formulas", "standardized", "utility_of"]

Floats = NDArray[np.float64]
#: How far a standardized coefficient may be from the source's.
NEAR = 0.03
_PREDICTORS = 15
_ROWS_A_PREDICTOR = 25


@dataclass(frozen=True, repr=False)
class Utility:
    """How near synthetic respondents are to the source.

    Attributes
    ----------
    coefficients
        ``formula, term, difference``: standardized linear coefficient, synthetic minus source;
        empty where a level is too rare to be drawn.
    left_out
        Formulas that cannot be fitted, in the source or in the synthetic data.
    distances
        ``variable, distance, missing``: total variation distance (largest difference of the
        distribution functions for numbers), and the difference of the missing shares.
    correlations
        ``pair, difference`` of the ordered variables and scales, largest first.
    propensity
        pMSE of a logit and of a tree, with their ratios to what chance gives.
    """

    coefficients: pd.DataFrame
    left_out: tuple[str, ...]
    distances: pd.DataFrame
    correlations: pd.DataFrame
    propensity: Propensity

    @property
    def largest(self) -> float:
        """The largest absolute difference of a standardized coefficient."""
        return float(self.coefficients["difference"].abs().max())

    def decision(self) -> Decision:
        """``review`` where a coefficient is more than .03 off or a model cannot be compared."""
        rule = "synthetic utility"
        off = self.coefficients["difference"].abs()
        if (far := int((off > NEAR).sum())) > 0:
            text = f"{far} of {off.count()} coefficients are more than {NEAR:g} from the source's, "
            return Decision("review", rule, f"{text}the farthest {self.largest:.3f}")
        if self.left_out:
            return Decision("review", rule, f"models not compared: {len(self.left_out)}")
        return Decision("pass", rule, f"no coefficient is more than {NEAR:g} from the source's")

    @property
    def table(self) -> pd.DataFrame:
        """One row a measure: measure, value."""
        coefficients = self.coefficients["difference"].abs()
        pairs = self.correlations["difference"].abs()
        rows = [
            ("coefficients compared", float(coefficients.count())),
            ("largest difference of a coefficient", coefficients.max()),
            ("mean difference of a coefficient", coefficients.mean()),
            ("largest difference of a correlation", pairs.max()),
            ("mean difference of a correlation", pairs.mean()),
            ("largest distance of a column", self.distances["distance"].max()),
            ("mean distance of a column", self.distances["distance"].mean()),
            *self.propensity.rows,
        ]
        return pd.DataFrame(rows, columns=["measure", "value"])


def default_formulas(survey: Survey) -> list[str]:
    """One model for every binary, ordered or numeric outcome and every scale.

    Predictors are the first exposures and covariates of the codebook, at most one for every 25
    respondents.
    """
    codebook = survey.codebook
    roles = ("exposure", "covariate")
    right = [n for n in codebook.kept if set(roles) & set(codebook.kept[n].role)]
    right = [name for name in right if codebook.kept[name].type not in ("code", "item")]
    right = [name for name in right if _varied(survey, name)]
    most = min(_PREDICTORS, survey.n // _ROWS_A_PREDICTOR)
    outcomes = [
        name
        for name in codebook.with_role("outcome")
        if codebook.kept[name].type in ("binary", "ordinal", "numeric")
    ]
    found = []
    for name in [*outcomes, *codebook.scales]:
        if name in survey.frame:
            answered = survey.frame[survey.frame[name].notna()]
            fitting = _independent(answered, [one for one in right if one != name], most)
            if fitting:
                found.append(f"{name} ~ {' + '.join(fitting)}")
    return found


def _independent(frame: pd.DataFrame, names: Sequence[str], most: int) -> list[str]:
    """Those that have two levels among the complete rows and are not determined by the others."""
    kept: list[str] = []
    for name in names:
        if len(kept) == most:
            break
        some = frame[[*kept, name]].dropna()
        if len(some) < len(frame) / 2 or some.nunique().min() < 2:
            continue
        coded = pd.get_dummies(_used(some), drop_first=True, dtype=float).to_numpy()
        if (
            np.linalg.matrix_rank(np.corrcoef(coded, rowvar=False), hermitian=True, tol=1e-6)
            == (coded.shape[1])
        ):
            kept.append(name)
    return kept


def _varied(survey: Survey, name: str) -> bool:
    """Whether each answer is of ten respondents, and not of all members of one cluster alone."""
    column = survey.frame[name]
    if column.nunique() < 2:
        return False
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return True
    if int(np.sort(column.value_counts())[-2]) < THRESHOLD:
        return False
    groups = [one for one in survey.codebook.with_role("cluster") if one in survey.frame]
    for group in groups:
        pairs = survey.frame[[group, name]].dropna().drop_duplicates()
        constant = not pairs[group].duplicated().any()
        if constant and pairs[name].value_counts().loc[lambda counts: counts > 0].min() < 2:
            return False
    return True


def _used(frame: pd.DataFrame) -> pd.DataFrame:
    categorical = frame.select_dtypes("category").columns
    return frame.assign(**{n: frame[n].cat.remove_unused_categories() for n in categorical})


def standardized(formula: str, survey: Survey) -> pd.Series[float]:
    """Least squares in standard deviations of the outcome and of each design column.

    Levels of the outcome count 0, 1, 2 …; dummies of fewer than ten respondents are left out.
    """
    design = build_design(formula, survey)
    matrix, outcome = design.matrix, design.outcome
    slopes = np.linalg.lstsq(matrix, outcome, rcond=None)[0]
    spread = matrix.std(axis=0)
    shown = (spread > 0) & ((matrix != 0).sum(axis=0) >= THRESHOLD)
    scaled = slopes * spread / (outcome.std() or np.nan)
    found: pd.Series[float] = pd.Series(scaled, index=design.terms)[shown]
    return found


def utility_of(
    source: Survey,
    synthetic: Survey,
    columns: Sequence[Column],
    drawn: Sequence[Column],
    formulas: Sequence[str],
    seed: int,
) -> Utility:
    """Compare two scored surveys; ``columns`` and ``drawn`` are what both have, coded alike."""
    compared, left_out = [], []
    for formula in formulas:
        try:
            pair = standardized(formula, source), standardized(formula, synthetic)
        except AnalysisError:
            left_out.append(formula)
            continue
        gap = (pair[1].reindex(pair[0].index) - pair[0]).rename("difference")
        gap[_other_reference(gap.index, source, synthetic)] = np.nan
        compared.append(gap.rename_axis("term").reset_index().assign(formula=formula))
    names = ["formula", "term", "difference"]
    table = pd.concat(compared, ignore_index=True) if compared else pd.DataFrame(columns=names)
    table["difference"] = table["difference"].astype(float)
    distances = pd.DataFrame(
        [_distance(real, made) for real, made in zip(columns, drawn, strict=True)],
        columns=["variable", "distance", "missing"],
    )
    return Utility(
        table[names],
        tuple(left_out),
        distances.sort_values("distance", ascending=False, ignore_index=True),
        _correlations(source, synthetic),
        propensity(columns, drawn, seed),
    )


def _other_reference(terms: pd.Index[str], source: Survey, synthetic: Survey) -> NDArray[np.bool_]:
    """Whether a term compares with a level that was too rare to be drawn."""
    found = np.zeros(len(terms), dtype=bool)
    for name in source.frame.select_dtypes("category"):
        of_name = terms.str.startswith(f"{name}[T.")
        if of_name.any() and name in synthetic.frame:
            first = _used(source.frame[[name]])[name].cat.categories[0]
            found |= of_name & ~(synthetic.frame[name] == first).any()
    return found


def _distance(real: Column, made: Column) -> tuple[str, float, float]:
    one, two = (column.numbers[column.answered] for column in (real, made))
    missing = float((~made.answered).mean() - (~real.answered).mean())
    if not (len(one) and len(two)):
        return real.name, float(len(one) != len(two)), missing
    points = np.unique(np.concatenate([one, two]))
    if real.kind == "numeric":
        below = [np.searchsorted(np.sort(part), points, "right") / len(part) for part in (one, two)]
        return real.name, float(np.abs(below[0] - below[1]).max()), missing
    shares = [np.array([(part == point).mean() for point in points]) for part in (one, two)]
    return real.name, float(np.abs(shares[0] - shares[1]).sum() / 2), missing


def _correlations(source: Survey, synthetic: Survey) -> pd.DataFrame:
    matrices = [_ordered(survey).corr(min_periods=30) for survey in (source, synthetic)]
    gap = matrices[1].reindex(index=matrices[0].index, columns=matrices[0].columns) - matrices[0]
    rows, columns = np.triu_indices(len(gap), k=1)
    differences = gap.to_numpy()[rows, columns]
    names = list(gap.columns)
    pairs = [f"{names[row]} × {names[column]}" for row, column in zip(rows, columns, strict=True)]
    table = pd.DataFrame({"pair": pairs, "difference": differences}).dropna()
    order = table["difference"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _ordered(survey: Survey) -> pd.DataFrame:
    """Numbers, scales and the positions of ordered levels."""
    columns = {}
    for name, column in survey.frame.items():
        if not isinstance(column.dtype, pd.CategoricalDtype):
            columns[name] = column.astype(float)
        elif column.cat.ordered or len(column.cat.categories) == 2:
            codes = column.cat.codes.astype(float)
            columns[name] = codes.where(codes >= 0)
    return pd.DataFrame(columns)
