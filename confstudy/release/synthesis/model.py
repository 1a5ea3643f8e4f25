"""One column's model: who was asked, who did not answer and why, what the others say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from confstudy.codebook.words import Condition
from confstudy.release.decision import THRESHOLD
from confstudy.release.synthesis.columns import Column
from confstudy.release.synthesis.features import Coder, Part, Rows
from confstudy.release.synthesis.target import Drawing, Target, target_of
from confstudy.survey.recode import MISSING_REASONS

__all__ = ["Model", "model_of"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
_NOT_ASKED = MISSING_REASONS.index("not_asked") + 1
_SUPPRESSED = MISSING_REASONS.index("suppressed") + 1


@dataclass(frozen=True, repr=False)
class Model:
    """How one column is drawn from those before it.

    ``waves`` are the waves (their positions) that did not ask. ``why`` draws the reason, 0 for
    an answer; ``what`` draws the answer, and is None where too few gave one to draw from.
    """

    column: Column
    parts: tuple[Part, ...]
    condition: Condition
    waves: tuple[float, ...]
    why: Target | None
    what: Target | None

    def draw(self, rows: Rows, coders: Mapping[Part, Coder], how: Drawing) -> None:
        """Add the column to the rows."""
        features = rows.matrix(self.parts, coders)
        reasons = np.zeros(rows.n, dtype=np.int8)
        if self.why is not None:
            reasons = self.why.drawn(features, how).astype(np.int8)
        reasons[~asked(rows, self.condition, self.waves)] = _NOT_ASKED
        values = np.full(rows.n, np.nan)
        if self.what is None:
            reasons[reasons == 0] = _SUPPRESSED
        else:
            values = self.what.drawn(features, how, self.column.grain)
            values = np.clip(values, self.column.low, self.column.high)
        rows.numbers[self.column.name] = np.where(reasons > 0, np.nan, values)
        rows.reasons[self.column.name] = reasons


def model_of(
    column: Column,
    rows: Rows,
    parts: Sequence[Part],
    coders: Mapping[Part, Coder],
    clusters: Sequence[Codes],
    leaf: int,
    seed: int,
) -> Model:
    """Fit one column on the source's rows, which have all columns."""
    condition = {} if column.name == "wave" else rows.codebook.variables[column.name].asked_if
    waves = _silent_waves(column, rows)
    features = rows.matrix(parts, coders)
    open_to = asked(rows, condition, waves)

    def fitted(what: str, answers: Floats, nominal: bool, who: NDArray[np.bool_]) -> Target:
        some = [codes[who] for codes in clusters]
        name = f"{column.name}:{what}"
        return target_of(name, features[who], answers[who], nominal, some, leaf, seed)

    reasons = np.where(column.answered, 0, column.reasons).astype(float)
    known = open_to & _common(reasons, open_to)
    why = None
    if known.any() and reasons[known].any():
        why = fitted("why", reasons, True, known)
    donors = column.answered & column.donors
    what = None
    if donors.any():
        what = fitted("what", column.numbers, column.kind == "nominal", donors)
    return Model(column, tuple(parts), condition, waves, why, what)


def asked(rows: Rows, condition: Condition, waves: Sequence[float]) -> NDArray[np.bool_]:
    """(n,): whether the question was put, as routing and waves have it.

    A leading question without an answer leads here, unless it was not asked itself.
    """
    open_to = np.ones(rows.n, dtype=bool)
    if waves:
        open_to &= ~np.isin(rows.numbers["wave"], waves)
    for cause, answers in condition.items():
        values, levels = rows.numbers[cause], rows.columns[cause].levels
        if levels:
            said = np.isin(values, [levels.index(one) for one in answers if one in levels])
        else:
            low, high = map(float, answers)
            said = (values >= low) & (values <= high)
        open_to &= said | (np.isnan(values) & (rows.reasons[cause] != _NOT_ASKED))
    return open_to


def _silent_waves(column: Column, rows: Rows) -> tuple[float, ...]:
    """The waves in which nobody was asked."""
    if column.name == "wave" or "wave" not in rows.numbers:
        return ()
    wave = rows.numbers["wave"]
    skipped = column.reasons == _NOT_ASKED
    return tuple(float(one) for one in np.unique(wave) if skipped[wave == one].all())


def _common(reasons: Floats, among: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether ten respondents or more have the same reason."""
    codes = reasons.astype(np.intp)
    counts = np.bincount(codes[among], minlength=int(codes.max(initial=0)) + 1)
    return np.asarray(counts[codes] >= THRESHOLD)
