"""From a formula and data to arrays: complete rows, named columns, no hidden surprises."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from formulaic import Formula, ModelSpec
from formulaic.errors import FormulaicError
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, listing, unknown
from confstudy.survey.survey import Survey

__all__ = ["Data", "Design", "TwoSpecs", "as_frame", "build_design", "split_formula"]

Floats = NDArray[np.float64]
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
Data = Survey | pd.DataFrame


@dataclass(frozen=True, repr=False)
class TwoSpecs:
    """The columns of the counts and, beside them, those of the zeros."""

    counts: ModelSpec
    zeros: ModelSpec

    @property
    def column_names(self) -> tuple[str, ...]:
        """The terms of both; those of the zeros begin with ``zero.``."""
        return (*self.counts.column_names, *(f"zero.{name}" for name in self.zeros.column_names))

    def get_model_matrix(self, frame: pd.DataFrame, **options: Any) -> Floats:
        """Both matrices, side by side."""
        parts = [spec.get_model_matrix(frame, **options) for spec in (self.counts, self.zeros)]
        return np.hstack([np.asarray(part, dtype=float) for part in parts])


@dataclass(frozen=True, repr=False)
class Design:
    """The complete rows of the data, the outcome and the model matrix.

    Attributes
    ----------
    outcome
        (n,) float: the number, 0 and 1, or the position of an ordered level.
    levels
        The outcome's labels, in order, where it is categorical.
    ordered
        Whether the outcome's values have an order.
    matrix
        (n, p) float, columns named by ``terms``.
    frame
        The rows used, with the variables the formula names.
    offset
        (n,): added to the linear index as it is, where there is one.
    split
        How many columns belong to the mean; those after it, to the part for zeros.
    used
        (rows of the data,): whether each is complete.
    """

    formula: str
    name: str
    outcome: Floats
    levels: tuple[str, ...]
    ordered: bool
    matrix: Floats
    terms: tuple[str, ...]
    frame: pd.DataFrame
    used: NDArray[np.bool_]
    spec: Any
    offset: Floats | None = None
    split: int = 0

    @property
    def dropped(self) -> int:
        """How many rows lacked a value."""
        return int((~self.used).sum())

    def matrix_for(self, frame: pd.DataFrame) -> Floats:
        """The model matrix of other rows with the same variables."""
        try:
            built = self.spec.get_model_matrix(_plain(frame), context={}, na_action="ignore")
            return np.asarray(built, dtype=float)
        except (FormulaicError, TypeError, ValueError):
            raise AnalysisError(f"'{self.formula}' cannot be computed for these values.") from None


def as_frame(data: Data) -> pd.DataFrame:
    """The frame of a survey, or the frame itself."""
    return data.frame if isinstance(data, Survey) else data


def build_design(
    formula: str,
    data: Data,
    *,
    intercept: bool = True,
    also: tuple[str, ...] = (),
    offset: str = "",
    zeros: str | None = None,
) -> Design:
    """Evaluate a formula on the rows that have every variable it names, and ``also``.

    Only the named variables and formulaic's own transforms can be used: nothing of the
    caller's scope, so that no local variable changes the meaning of a formula.

    Parameters
    ----------
    intercept
        Whether the matrix has a column for it.
    offset
        A column, or an expression such as ``log(months)``.
    zeros
        The right side of a part for zeros; None where the family has no such part.
    """
    frame = as_frame(data)
    left, right = _sides(formula)
    columns = {str(name) for name in frame.columns}
    sides = [side for side in (left, right, offset, zeros) if side]
    named = {name for side in sides for name in _variables(side, formula, columns)}
    wanted = sorted(named | set(also))
    absent = [name for name in wanted if name not in frame.columns]
    if absent:
        raise AnalysisError(unknown("Columns", absent, map(str, frame.columns), "the data"))
    twice = [name for name in wanted if (frame.columns == name).sum() > 1]
    if twice:
        raise AnalysisError(f"The data have more than one column named {listing(twice)}: rename.")
    used = frame[wanted].notna().all(axis=1).to_numpy()
    complete = _with_used_levels(_plain(frame.loc[used, wanted]))
    if complete.empty:
        raise AnalysisError(f"No row has all of {listing(wanted)}: nothing to fit.")
    quoted = left.startswith("`") and left[1:-1] in columns
    left = left[1:-1] if quoted else left
    outcome, levels, ordered = _outcome(left, complete)
    matrix, terms, spec = _predictors(right, formula, complete)
    if not np.isfinite(outcome).all():
        raise AnalysisError(f"'{formula}' gives infinite or undefined numbers, such as log(0).")
    if not intercept:
        keep = [position for position, term in enumerate(terms) if term != "Intercept"]
        matrix, terms = matrix[:, keep], [terms[position] for position in keep]
    design = Design(
        formula, left, outcome, levels, ordered, matrix, tuple(terms), complete, used, spec,
        split=len(terms),
    )  # fmt: skip
    if offset:
        design = replace(design, offset=_numbers(offset, complete, "The offset"))
    return design if zeros is None else _with_zeros(design, zeros)


def _predictors(right: str, formula: str, frame: pd.DataFrame) -> tuple[Floats, list[str], Any]:
    # The intercept is always asked for, so that categories get a reference level.
    built = _evaluate(right, frame)
    matrix, terms = np.asarray(built, dtype=float), list(built.columns)
    if "Intercept" not in terms:
        raise AnalysisError("A formula here keeps its intercept: leave out '0 +' or '- 1'.")
    empty = [str(term) for term, places in built.model_spec.term_indices.items() if not places]
    if empty:
        raise AnalysisError(f"{listing(empty)} has one level only among the rows used: leave out.")
    if not np.isfinite(matrix).all():
        raise AnalysisError(f"'{formula}' gives infinite or undefined numbers, such as log(0).")
    _require_full_rank(matrix, terms)
    return matrix, terms, built.model_spec


def _numbers(side: str, frame: pd.DataFrame, what: str) -> Floats:
    """An expression that gives one number a respondent."""
    built = _evaluate(f"{side} + 0", frame)
    if built.shape[1] != 1:
        raise AnalysisError(f"{what} '{side}' is not one column of numbers.")
    numbers = np.asarray(built, dtype=float)[:, 0]
    if not np.isfinite(numbers).all():
        raise AnalysisError(f"{what} '{side}' is infinite or undefined for some, such as log(0).")
    return numbers


def _with_zeros(design: Design, zeros: str) -> Design:
    matrix, terms, spec = _predictors(zeros, design.formula, design.frame)
    if design.matrix.shape[1] + len(terms) >= len(matrix):
        raise AnalysisError(
            f"{design.matrix.shape[1] + len(terms)} coefficients cannot be fitted to "
            f"{len(matrix)} rows."
        )
    return replace(
        design,
        matrix=np.hstack([design.matrix, matrix]),
        terms=(*design.terms, *(f"zero.{term}" for term in terms)),
        spec=TwoSpecs(design.spec, spec),
    )


def split_formula(formula: str) -> tuple[str, str]:
    """A formula without its part for zeros, and that part: what stands behind the bar.

    >>> split_formula("sessions ~ privacy + trust | privacy")
    ('sessions ~ privacy + trust', 'privacy')
    """
    counts, _, zeros = formula.partition("|")
    return counts.strip(), zeros.strip()


def _sides(formula: str) -> tuple[str, str]:
    left, tilde, right = formula.partition("~")
    if not tilde or not left.strip() or not right.strip() or "~" in right or "|" in formula:
        raise AnalysisError(
            f"'{formula}' is not a formula: write 'outcome ~ exposure + covariate'."
        )
    return left.strip(), right.strip()


def _variables(side: str, formula: str, columns: set[str]) -> set[str]:
    """The variables a side names, also those named like one of formulaic's functions."""
    try:
        required = {str(name) for name in Formula(side).required_variables}
    except FormulaicError:
        raise AnalysisError(f"'{formula}' cannot be parsed as a formula.") from None
    bare = set(re.findall(r"(?<![\w.])([^\W\d]\w*)(?!\s*[\w.(])", re.sub(_QUOTED, "", side)))
    called = set(re.findall(r"(?<![\w.])([^\W\d]\w*)\s*\(", side))
    both = sorted(bare & called & columns)
    if both:
        raise AnalysisError(
            f"'{formula}' calls {both[0]}(…), and the data have a column '{both[0]}': rename it."
        )
    return required | (bare & columns)


def _evaluate(side: str, frame: pd.DataFrame) -> Any:
    try:
        built = Formula(side).get_model_matrix(
            frame, context={}, output="pandas", na_action="ignore"
        )
    except (FormulaicError, TypeError, ValueError, AttributeError, KeyError, IndexError):
        raise AnalysisError(
            f"'{side}' cannot be computed from the data: check the functions it calls and "
            f"the types of {listing(map(str, frame.columns))}."
        ) from None
    numbers = isinstance(built, pd.DataFrame) and all(
        pd.api.types.is_numeric_dtype(dtype) for dtype in built.dtypes
    )
    if not numbers or len(built) != len(frame):
        raise AnalysisError(f"'{side}' does not give one row of numbers a respondent.")
    return built


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Objects that are all numbers, as numbers; strings of any kind as pandas' own."""
    odd = [
        name
        for name, dtype in frame.dtypes.items()
        if isinstance(dtype, pd.StringDtype) and dtype.na_value is pd.NA
    ]
    return frame.infer_objects().astype(dict.fromkeys(odd, "str"))


def _with_used_levels(frame: pd.DataFrame) -> pd.DataFrame:
    """Drop the levels nobody has, so that they do not become empty columns."""
    categorical = frame.select_dtypes("category").columns
    return frame.assign(
        **{name: frame[name].cat.remove_unused_categories() for name in categorical}
    )


def _outcome(side: str, frame: pd.DataFrame) -> tuple[Floats, tuple[str, ...], bool]:
    """The outcome as numbers, the labels of its levels, and whether they have an order."""
    if side not in frame.columns:
        return _numbers(side, frame, "The outcome"), (), True
    column = frame[side]
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_numeric_dtype(column):
        return column.to_numpy(dtype=float), (), True
    if not isinstance(column.dtype, pd.CategoricalDtype):
        column = pd.Series(pd.Categorical(column.astype(str)), index=column.index)
    levels = tuple(map(str, column.cat.categories))
    return np.asarray(column.cat.codes, dtype=float), levels, bool(column.cat.ordered)


def _require_full_rank(matrix: Floats, terms: list[str]) -> None:
    scale = np.linalg.norm(matrix, axis=0)
    scaled = matrix / np.where(scale > 0, scale, 1)
    _, values, right = np.linalg.svd(scaled, full_matrices=False)
    weak = values < max(matrix.shape) * np.finfo(float).eps * 100 * values[0]
    if matrix.shape[0] <= matrix.shape[1]:
        raise AnalysisError(
            f"{matrix.shape[1]} coefficients cannot be fitted to {matrix.shape[0]} rows."
        )
    if weak.any():
        involved = [
            term
            for term, tied in zip(terms, (abs(right[weak]) > 1e-6).any(axis=0), strict=True)
            if tied
        ]
        spline = any(re.match(r"c[rc]\(", term) for term in involved)
        hint = " Splines by cr and cc need constraints='center'." if spline else ""
        raise AnalysisError(
            f"The columns {listing(involved)} are perfectly collinear: leave one of them out.{hint}"
        )
