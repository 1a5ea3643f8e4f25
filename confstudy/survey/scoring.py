"""Scale scores, with what is known of their items and reliability."""

from __future__ import annotations

import warnings as python_warnings
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.codebook.schema import Codebook, Scale
from confstudy.errors import AnalysisError
from confstudy.survey.direction import against
from confstudy.survey.items import item_table, keyed
from confstudy.survey.knowledge import distractor_table, upper_lower
from confstudy.survey.reliability import Reliability, reliability
from confstudy.survey.survey import Survey

__all__ = ["ScaleWarning", "Scores", "score"]


class ScaleWarning(UserWarning):
    """A scale does not look as its codebook says, or its reliability is not known."""


@dataclass(frozen=True, repr=False)
class Scores(Survey):
    """A survey with one column a scale added, and how reliable each is.

    Attributes
    ----------
    reliability
        Of each scale of two or more items, at the time of scoring.
    warnings
        Sentences on items that run against their scale, and on scales whose reliability is
        not known.
    """

    reliability: dict[str, Reliability] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def table(self) -> pd.DataFrame:
        """One row a scale: items, points, n, mean, sd, alpha with its 95 % interval, omega."""
        rows = []
        for name, found in self.reliability.items():
            scale, scores = self.codebook.scales[name], self.frame[name]
            rows.append(
                {
                    "scale": name,
                    "label": self.codebook.label(name),
                    "items": found.items,
                    "reverse_keyed": len(scale.reverse),
                    "n": int(scores.notna().sum()),
                    "mean": float(scores.mean()),
                    "sd": float(scores.std()),
                    "alpha": found.alpha,
                    "conf_low": found.conf_low,
                    "conf_high": found.conf_high,
                    "omega": found.omega,
                }
            )
        return pd.DataFrame(rows)

    @property
    def items(self) -> pd.DataFrame:
        """One row an item, after reverse-keyed items are turned round.

        ``scale, item, label, reverse_keyed``; ``n`` who answered it, ``mean, sd``, and the
        shares of them at the lowest (``floor``) and highest point (``ceiling``). Over the
        respondents who answered all items of the scale: ``item_rest``, the correlation with the
        sum of the other items, with its 95 % interval ``conf_low, conf_high``;
        ``alpha_if_dropped``; ``against``, whether the item runs clearly against the others.
        Where a scale is a test of knowledge: ``difficulty``, the share who are right, and
        ``upper_lower``, the difference of that share between the best and the worst 27 %;
        ``item_rest`` is then the item's point-biserial discrimination.
        """
        table = item_table(self.frame, self.codebook)
        tests = {name: scale for name, scale in self.codebook.scales.items() if scale.key}
        for name, scale in tests.items():
            rows = table["scale"] == name
            table.loc[rows, "difficulty"] = table.loc[rows, "mean"]
            table.loc[rows, "upper_lower"] = upper_lower(keyed(self.frame, scale))
        return table

    @property
    def distractors(self) -> pd.DataFrame:
        """One row an answer to each item of a test of knowledge.

        ``scale, item, label, level, right``; ``n`` who chose it and their ``share`` of those who
        answered; ``rest_r``, the correlation of choosing it with the number of other items
        answered rightly, which is below 0 for a distractor that works.
        """
        return distractor_table(self.frame, self.codebook)


def score(survey: Survey) -> Scores:
    """Score every scale of the codebook; use it before models that name scales.

    Reverse-keyed items are turned round; items of a test of knowledge (a scale with ``key``) are
    1 where right and 0 where wrong. A respondent gets a score when at least the scale's
    ``min_answered`` share of its items is answered, else none. A mean is the mean of the
    answered items; a sum is that mean times the number of items (prorated), as if the
    respondent had answered the others alike.

    Returns
    -------
    Scores
        The survey with one column a scale; ``.table`` with the reliabilities, ``.items``,
        ``.distractors`` and ``.warnings``.

    Warns
    -----
    ScaleWarning
        Once, with all of ``.warnings``, where there are any.

    Examples
    --------
    >>> import confstudy as cs
    >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
    >>> list(scores.table["scale"])[:3]
    ['privacy', 'alliance', 'stigma']
    >>> bool((scores.items["item_rest"] > 0.2).all())
    True
    """
    if not isinstance(survey, Survey):
        raise AnalysisError("Scores need a survey, whose codebook says what the scales are.")
    columns: dict[str, pd.Series[Any]] = {}
    found: dict[str, Reliability] = {}
    for name, scale in survey.codebook.scales.items():
        items = keyed(survey.frame, scale)
        columns[name] = pd.Series(_scored(items, scale), index=survey.frame.index, name=name)
        if len(scale.items) > 1:
            found[name] = reliability(items[:, ~np.isnan(items).all(axis=0)])
    said = _warnings(survey.frame, survey.codebook, found)
    if said:
        python_warnings.warn("\n".join(said), ScaleWarning, stacklevel=2)
    extended = survey.with_columns(**columns)
    parts = {part.name: getattr(extended, part.name) for part in fields(Survey)}
    return Scores(**parts, reliability=found, warnings=said)


def _warnings(
    frame: pd.DataFrame, codebook: Codebook, found: dict[str, Reliability]
) -> tuple[str, ...]:
    table = item_table(frame, codebook)
    said = []
    for name, known in found.items():
        scale, rows = codebook.scales[name], table[table["scale"] == name]
        silent = ", ".join(f"'{item}'" for item in rows.loc[rows["n"] == 0, "item"])
        if silent:
            said.append(f"Scale '{name}': nobody answered {silent}: its reliability is without.")
        if np.isnan(known.alpha):
            said.append(f"Scale '{name}' has no known reliability: {known.note}")
        said += against(name, scale, keyed(frame, scale), rows)
    return tuple(said)


def _scored(items: NDArray[np.float64], scale: Scale) -> NDArray[np.float64]:
    answered = (~np.isnan(items)).sum(axis=1)
    total = np.nansum(items, axis=1)
    mean = np.divide(total, answered, out=np.full(len(items), np.nan), where=answered > 0)
    mean[answered < scale.min_answered * items.shape[1] - 1e-9] = np.nan
    return np.asarray(mean * items.shape[1] if scale.score == "sum" else mean)
