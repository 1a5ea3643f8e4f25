"""A survey made anonymous by a recipe, with what that gained and what it cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from confstudy.codebook.waves import with_wave
from confstudy.codebook.write import as_yaml
from confstudy.errors import CodebookError, DataError
from confstudy.privacy.anonymize import Dropped, dropped, require_fitting, transformed
from confstudy.privacy.gate import GateResult
from confstudy.privacy.headers import shown_headers
from confstudy.privacy.loss import loss_table, risk_table, utility_table
from confstudy.privacy.recipe import Recipe, read_recipe
from confstudy.survey.load import Book, Paths, read_tables
from confstudy.survey.protect import admitted, marked
from confstudy.survey.save import as_declared, write_survey
from confstudy.survey.stack import Stack, stacked
from confstudy.survey.survey import Provenance, Survey

__all__ = ["Anonymized", "anonymize"]


@dataclass(frozen=True, repr=False)
class Anonymized:
    """A survey after a recipe, which has passed the load gate.

    Attributes
    ----------
    survey
        The respondents; its provenance names the recipe, its hash and its steps.
    recipe
        As it was read.
    risk
        ``measure, variable, before, after``: k, respondents alone and in groups under k,
        unique by two or fewer things (SUDA2), and l, t and δ of each sensitive variable.
    loss
        One row a variable that changed: shares changed and suppressed, number of different
        values, mean, SD, correlation with the original, entropy lost.
    utility
        ``measure, variable, before, after``: average group size and discernibility.
    """

    survey: Survey
    recipe: Recipe
    risk: pd.DataFrame
    loss: pd.DataFrame
    utility: pd.DataFrame

    @property
    def table(self) -> pd.DataFrame:
        """Risk and utility together: measure, variable, before, after."""
        return pd.concat([self.risk, self.utility], ignore_index=True)

    def write(self, path: str | Path, *, force: bool = False) -> tuple[Path, ...]:
        """Write the data, codebook and recipe beside each other, as :func:`confstudy.save` does."""
        text = as_yaml(self.recipe.content)
        return write_survey(self.survey, Path(path), {"recipe": text}, force=force)

    def __repr__(self) -> str:
        measures = self.table
        lines = [
            f"Anonymized by recipe '{self.recipe.name}': {self.survey.n:,} respondents, "
            f"{self.survey.provenance.gate}",
            *(f"  {place}. {step}" for place, step in enumerate(self.recipe.steps, start=1)),
            "",
            measures.to_string(index=False, float_format=_short, na_rep=""),
        ]
        if len(self.loss):
            lost = self.loss.dropna(axis=1, how="all")
            lines += ["", lost.to_string(index=False, float_format=_short, na_rep="")]
        return "\n".join(lines)

    __str__ = __repr__


def _short(number: float) -> str:
    whole = float(number).is_integer() or 1000 <= abs(number) < float("inf")
    return f"{number:,.0f}" if whole else f"{number:.3g}"


def anonymize(
    data: Paths | Survey,
    recipe: str | Path | Mapping[str, Any] | Recipe,
    codebook: Book | None = None,
) -> Anonymized:
    """Make data anonymous by a recipe; use it when the load gate refuses, or before sharing.

    The steps are applied in this order: ``drop`` (before the gate looks at the columns),
    ``coarsen``, ``top_code``, ``bottom_code``, ``microaggregate``, ``suppress``. The gate
    decides in the end, as for any other data.

    Parameters
    ----------
    data
        A file, several waves as :func:`confstudy.load` takes them, or a loaded survey, whose
        scales are left out: score the result again.
    recipe
        A YAML file or a mapping.
    codebook
        Of the files, as for :func:`confstudy.load`.

    Returns
    -------
    Anonymized
        ``.survey``, ``.risk`` before and after, ``.loss``, ``.utility``, and ``.write(path)``.

    Raises
    ------
    RecipeError
        What is wrong with the recipe, with its lines.
    IdentifiedData
        After all steps the respondents can still be told apart; the message says what to do.

    Notes
    -----
    Microaggregation is MDAV on standardised numbers (Domingo-Ferrer and Mateo-Sanz 2002);
    numbers of respondents who left other variables unanswered are averaged apart. The risk is
    that of the respondents as a sample: that somebody took part is not hidden.

    Examples
    --------
    >>> import confstudy as cs
    >>> survey = cs.load("data_synthetic/therapy.parquet")
    >>> done = cs.anonymize(survey, {"drop": "therapist", "suppress": {"k": 20}})
    >>> bool(done.risk.set_index("measure").loc["k", "after"] >= 20)
    True
    """
    read = read_recipe(recipe)
    stack, gone = _stack(data, read, codebook)
    done = transformed(stack.frame, read, stack.codebook, gone)
    reasons = stack.reasons[[name for name in stack.reasons if name in done.frame]]
    for (reason, name), rows in done.blanked.items():
        reasons = marked(reasons, name, rows, reason)
    after = replace(
        stack,
        frame=done.frame,
        reasons=reasons,
        codebook=done.codebook,
        provenance=_with_recipe(stack.provenance, read, gone),
    )
    survey = admitted(after)
    if isinstance(data, Survey):
        survey = replace(survey, flow=data.flow)
    both = (stack.frame, stack.codebook), (survey.frame, survey.codebook)
    return Anonymized(
        survey,
        read,
        risk_table(*both),
        loss_table(stack.frame, survey.frame),
        utility_table(*both),
    )


def _stack(data: Paths | Survey, recipe: Recipe, codebook: Book | None) -> tuple[Stack, Dropped]:
    """The decoded respondents with what the recipe drops still there, to measure the loss."""
    if isinstance(data, Survey):
        if codebook is not None:
            raise CodebookError("A survey brings its codebook; leave codebook='…' out.")
        if not data.n:
            raise DataError("The survey has no respondents.")
        given = as_declared(data)
        gate = GateResult((), given.frame.shape[1])
        stack = Stack(given.frame, given.reasons, given.codebook, gate, given.provenance)
        return stack, dropped(recipe, given.codebook)
    tables, declared = read_tables(data, codebook)
    whole = with_wave(declared)
    headers = [str(header) for _, raw in tables for header in raw.frame]
    shown = [name for _, raw in tables for name in shown_headers(raw.frame)]
    gone = dropped(recipe, whole, headers, shown)
    require_fitting(recipe, whole, gone)
    return stacked(tables, declared, gone), gone


def _with_recipe(provenance: Provenance, recipe: Recipe, gone: Dropped) -> Provenance:
    """The recipe by name, hash and steps; recodes of what has changed are told no longer."""
    words = f"{recipe.name} (sha256 {recipe.sha256[:12]}): {'; '.join(recipe.steps) or 'no steps'}"
    changed = {*gone.variables, *recipe.touched}
    return replace(
        provenance,
        recipe=" → ".join(filter(None, [provenance.recipe, words])),
        recodes=tuple(entry for entry in provenance.recodes if entry[0] not in changed),
        spellings=tuple(entry for entry in provenance.spellings if entry[0] not in changed),
        strays=tuple(entry for entry in provenance.strays if entry[0] not in changed),
    )
