"""Regression tables as journals print them: one model in full, or several side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from confstudy.errors import AnalysisError, did_you_mean, listing
from confstudy.release.decision import Decision, worst
from confstudy.show.tables.grid import Grid
from confstudy.show.tables.html import document, fragment
from confstudy.show.tables.latex import latex
from confstudy.show.tables.layout import Part, Wanted, one_model, several_models
from confstudy.show.tables.markdown import markdown
from confstudy.show.tables.released import check_source
from confstudy.show.tables.source import read_model
from confstudy.show.tables.terms import Labels, described, outcome_label
from confstudy.show.tables.word import write_word

__all__ = ["RegressionTable", "table"]

_STYLES = ("apa",)


@dataclass(frozen=True, repr=False)
class RegressionTable:
    """A table of models, released, in every form a journal asks for.

    Attributes
    ----------
    grid
        Title, heads, rows and notes, in words.
    frame
        The numbers unrounded, one row a model and term: ``model, group, term, label, estimate,
        std_error, statistic, df, p_value, conf_low, conf_high, note``; on the scale of the
        coefficients, without numbers for a model that cannot be believed.
    decision
        That of the check of models.
    """

    grid: Grid
    frame: pd.DataFrame
    decision: Decision

    @property
    def html(self) -> str:
        """A page of its own that needs nothing from outside."""
        return document(self.grid)

    @property
    def fragment(self) -> str:
        """One HTML element with its style, to stand in another page."""
        return fragment(self.grid)

    @property
    def latex(self) -> str:
        """A ``table`` float; needs the packages array and booktabs."""
        return latex(self.grid)

    @property
    def markdown(self) -> str:
        """A table with pipes."""
        return markdown(self.grid)

    def docx(self, path: str | Path) -> None:
        """Write a Word document; needs the extra ``tables`` (python-docx).

        Raises
        ------
        UnwritableFile
            python-docx is not installed, or the system does not let the file be written.
        """
        write_word(self.grid, Path(path))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.fragment, "text/plain": repr(self)}

    def __repr__(self) -> str:
        rows = [
            [row.label, *(cell.replace("\n", " ") for cell in row.cells)]
            + [""] * (len(self.grid.heads) - len(row.cells))
            for row in self.grid.rows
            if row.kind != "why"
        ]
        shown = pd.DataFrame(rows, columns=["", *self.grid.names()])
        why = [row.label for row in self.grid.rows if row.kind == "why"]
        with pd.option_context("display.width", 200, "display.max_colwidth", None):
            text = shown.to_string(index=False)
        return "\n".join([self.grid.title, text, *why, *self.grid.notes])


def table(
    fits: Any,
    *,
    names: Sequence[str] | None = None,
    style: Literal["apa"] = "apa",
    digits: int = 2,
    stars: bool = False,
    exponentiate: bool | None = None,
    intervals: bool = True,
    labels: Labels = None,
    title: str = "",
) -> RegressionTable:
    """Lay out one fitted model, or several side by side, as a journal prints them.

    Parameters
    ----------
    fits
        What :func:`confstudy.fit` returns, a mixed model, a survival model, pooled fits: any
        result with ``.table``, ``.problems`` and ``.design``; or a list of them.
    names
        One a model, to head its column.
    style
        ``apa``: the seventh edition of the Publication Manual.
    digits
        Decimals of estimates, 0 to 6; a predictor in small units gets more, so that its standard
        error has two significant digits.
    stars
        Whether to mark p < .05, .01 and .001.
    exponentiate
        True for odds, rate or hazard ratios, with intervals of the ratio. Differences (ols) and
        probits stay as they are; intercepts and thresholds too.
    intervals
        With one model, whether to show the interval beside; with several, the interval below the
        estimate, or else the standard error.
    labels
        A codebook, or a mapping of variables to what they are called.
    title
        By default the kind of model and its outcome.

    Returns
    -------
    RegressionTable
        With ``.html``, ``.latex``, ``.markdown``, ``.docx(path)`` and ``.frame``.

    Raises
    ------
    AnalysisError
        No model, something that is none, names that do not match, nothing to exponentiate.
    DisclosureRefused
        A model's coefficients could reveal a respondent.

    Notes
    -----
    A model that did not converge or is not determined shows no numbers and says why. Numbers of
    respondents that differ by fewer than ten between models are given to the nearest ten.

    Source: American Psychological Association (2020), Publication Manual, 7th edition, chapter 7
    and section 6.36: no zero before the point of what cannot exceed 1, p to three decimals.

    Examples
    --------
    >>> import confstudy as cs
    >>> from confstudy.show.tables.regression import table
    >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
    >>> model = cs.fit("alliance ~ privacy", scores, cluster="therapist")
    >>> [row.label for row in table(model, labels=scores.codebook).grid.rows][:2]
    ['Intercept', 'Perceived privacy']
    """
    found = list(fits) if isinstance(fits, list | tuple) else [fits]
    _check_options(found, names, style, digits)
    models = [read_model(fit) for fit in found]
    wanted = Wanted(digits, stars, bool(exponentiate), intervals)
    if wanted.ratios and not any(model.ratio for model in models):
        raise AnalysisError(
            "No model has a ratio: the exponent of a difference or a probit means nothing. Leave "
            "out 'exponentiate'."
        )
    if len(models) == 1 and names is None:
        names = [""]
    decision = worst(check_source(model) for model in models)
    decision.require("The table of models")
    parts = [
        Part(model, name, outcome_label(model, labels), tuple(described(model, labels)))
        for model, name in zip(models, names or [""] * len(models), strict=True)
    ]
    single = len(parts) == 1
    grid = (
        one_model(parts[0], wanted) if single else several_models(parts, wanted, named=bool(names))
    )
    if title:
        grid = Grid(title, grid.heads, grid.rows, grid.notes)
    return RegressionTable(grid, _frame(parts), decision)


def _check_options(found: list[Any], names: Sequence[str] | None, style: str, digits: int) -> None:
    if not found:
        raise AnalysisError("There is no model to show: give a fit, or a list of fits.")
    if style not in _STYLES:
        raise AnalysisError(
            f"'{style}' is no style of table.{did_you_mean(style, _STYLES)} There are: "
            f"{listing(_STYLES)}."
        )
    if not 0 <= digits <= 6:
        raise AnalysisError(f"'digits' is from 0 to 6, not {digits}.")
    if names is not None and (isinstance(names, str) or len(names) != len(found)):
        raise AnalysisError(f"Give a list of as many names as there are models ({len(found)}).")


def _frame(parts: Sequence[Part]) -> pd.DataFrame:
    frames = []
    for place, part in enumerate(parts, 1):
        note = "; ".join(part.model.problems or part.model.remarks)
        numbers = part.model.table
        frame = numbers.assign(
            model=part.name or f"({place})",
            group=[term.group for term in part.terms],
            label=[term.label for term in part.terms],
            note=note,
        )
        front = ["model", "group", "term", "label"]
        frames.append(frame[[*front, *numbers.columns[1:], "note"]])
    return pd.concat(frames, ignore_index=True)
