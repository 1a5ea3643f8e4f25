"""Synthetic respondents as a survey: drawn, chosen from candidates, then admitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.codebook.schema import Codebook
from confstudy.codebook.write import settled
from confstudy.privacy.gate import inspect_columns
from confstudy.release.synthesis.clusters import Clusters
from confstudy.release.synthesis.columns import Column, column_of
from confstudy.release.synthesis.features import Rows
from confstudy.release.synthesis.generate import (
    Synthesizer,
    candidates,
    some_rows,
    synthesizer_of,
)
from confstudy.release.synthesis.moments import moments
from confstudy.release.synthesis.order import ordered_names
from confstudy.release.synthesis.refine import refined
from confstudy.release.synthesis.selection import chosen
from confstudy.release.synthesis.streams import stream
from confstudy.release.synthesis.uniques import keys_of, repeated, replicated
from confstudy.survey.protect import admitted
from confstudy.survey.stack import Stack
from confstudy.survey.survey import FileRecord, Provenance, Survey

__all__ = ["People", "drawn_people", "fitted", "source_columns", "without_replicates"]

Places = NDArray[np.intp]
_TURNS = 25


@dataclass(frozen=True, repr=False)
class People:
    """Synthetic rows, their clusters; candidates set aside, places left out."""

    rows: Rows
    clusters: Clusters
    redrawn: int
    left_out: int

    def survey(self, source: Survey) -> Survey:
        """The rows as a survey with the source's codebook, through the load gate."""
        codebook = _codebook(source, self.rows.n)
        frame = pd.DataFrame({name: self._column(source, str(name)) for name in source.frame})
        reasons = pd.DataFrame(
            {name: self.rows.reasons[name] for name in frame if name in self.rows.reasons},
            index=frame.index,
        )
        reasons = reasons.loc[:, reasons.any()]
        gate = inspect_columns(frame, settled(codebook))
        provenance = _provenance(source, frame, reasons)
        survey = admitted(Stack(frame, reasons, codebook, gate, provenance))
        return replace(survey, flow=(replace(survey.flow[0], label="Synthesized"),))

    def _column(self, source: Survey, name: str) -> pd.Series[Any]:
        made = self.clusters.chain | self.clusters.crossed
        dtype: Any = source.frame[name].dtype
        number = not isinstance(dtype, pd.CategoricalDtype)
        if name in made:
            numbers = np.unique(made[name], return_inverse=True)[1] + 1
            if number:
                return pd.Series(numbers.astype(float), name=name)
            width = len(str(numbers.max()))
            labels = [f"S{place:0{width}d}" for place in numbers]
            return pd.Series(pd.Categorical(labels), name=name)
        values = self.rows.numbers[name]
        if number:
            return pd.Series(values, name=name)
        codes = np.nan_to_num(values, nan=-1).astype(np.intp)
        column: pd.Series[Any] = pd.Series(pd.Categorical.from_codes(codes, dtype=dtype), name=name)
        if name != "wave" and source.codebook.variables[name].type == "code":
            column = column.cat.remove_unused_categories()
        return column


def without_replicates(survey: Survey) -> Survey:
    """The survey without replicate weights, which mean nothing for other respondents."""
    gone = set(survey.codebook.with_role("replicate_weight"))
    if survey.design.replicates is not None:
        gone |= set(survey.design.replicates.weights)
    if not gone:
        return survey
    variables = {n: v for n, v in survey.codebook.variables.items() if n not in gone}
    design = survey.design.model_copy(update={"replicates": None})
    codebook = survey.codebook.model_copy(update={"variables": variables, "design": design})
    kept = [name for name in survey.frame if name not in gone]
    reasons = survey.reasons[[name for name in survey.reasons if name in kept]]
    return replace(survey, frame=survey.frame[kept], reasons=reasons, codebook=codebook)


def source_columns(survey: Survey) -> dict[str, Column]:
    """The survey's columns as the synthesizer reads them."""
    return {str(name): column_of(survey, str(name)) for name in survey.frame}


def fitted(
    codebook: Codebook,
    columns: dict[str, Column],
    first: Sequence[str] | None,
    leaf: int,
    seed: int,
) -> Synthesizer:
    """Models of all columns, in the order of :func:`ordered_names`."""
    order = ordered_names(codebook, list(columns), first)
    return synthesizer_of(codebook, columns, order, leaf, seed)


def drawn_people(synthesizer: Synthesizer, n: int, formulas: Sequence[str] = ()) -> People:
    """Draw candidates for ``n`` respondents and choose those who together resemble the source.

    Candidates who repeat a unique respondent, or stand in a small group, are set aside; a place
    where none is left is left out.
    """
    codebook, columns = synthesizer.codebook, synthesizer.columns
    clusters, base = synthesizer.layout(n)
    keys = keys_of(codebook, list(columns.values()), list(clusters.chain | clusters.crossed))
    quasi = [name for name in codebook.with_role("quasi_identifier") if name in columns]
    quasi += ["wave"] if quasi and "wave" in columns else []
    k, each = codebook.protection.k, candidates(n)
    pool = synthesizer.draw(clusters, base, np.repeat(np.arange(n), each), 0)
    aside = replicated(keys, pool.numbers) | repeated(pool, quasi, k * each)
    allowed = ~aside.reshape(n, each)
    values = moments(synthesizer.source, pool, formulas).reshape(n, each, -1)
    picked = allowed.argmax(axis=1)
    for turn in range(_TURNS):
        picked = chosen(values, allowed, stream(synthesizer.seed, "selection", turn), picked)
        rows = some_rows(pool, np.arange(n) * each + picked)
        small = np.flatnonzero(repeated(rows, quasi, k) & allowed.any(axis=1))
        if not len(small):
            break
        allowed[small, picked[small]] = False
    kept = np.flatnonzero(allowed.any(axis=1))
    rows = some_rows(rows, kept)
    while (small_groups := repeated(rows, quasi, k)).any() and len(kept):
        kept = kept[~small_groups]
        rows = some_rows(rows, np.flatnonzero(~small_groups))
    chain = {name: codes[kept] for name, codes in clusters.chain.items()}
    crossed = {name: codes[kept] for name, codes in clusters.crossed.items()}
    left = Clusters(chain, crossed)
    rows = refined(synthesizer, rows, left, formulas, keys)
    _weigh(rows, codebook, synthesizer.source.n)
    return People(rows, left, int((~allowed).sum()), n - len(kept))


def _weigh(rows: Rows, codebook: Codebook, source: int) -> None:
    """Let the weights stand for as many people as those of the source did."""
    for name in {codebook.design.weight, *codebook.with_role("weight")} & set(rows.numbers):
        if rows.n != source:
            rows.numbers[name] = np.round(rows.numbers[name] * source / max(rows.n, 1), 6)


def _codebook(source: Survey, n: int) -> Codebook:
    invited = source.codebook.fieldwork.invited
    fieldwork = source.codebook.fieldwork
    if invited is not None and invited < n:
        fieldwork = fieldwork.model_copy(update={"invited": None})
    return source.codebook.model_copy(update={"synthetic": True, "fieldwork": fieldwork})


def _provenance(source: Survey, frame: pd.DataFrame, reasons: pd.DataFrame) -> Provenance:
    """Where the rows come from; the seed is not told, since it would help to undo the noise."""
    content = frame.astype(str).to_csv(index=False) + reasons.to_csv(index=False)
    record = FileRecord(
        file=f"synthetic {source.codebook.name}",
        sha256=sha256(content.encode()).hexdigest(),
        format="synthetic",
        rows=len(frame),
        columns=frame.shape[1],
        left_out=0,
        notes=("sequential CART from real respondents; no row is a respondent",),
    )
    words = f"synthesized from {source.provenance.file} by sequential CART"
    recipe = " → ".join(filter(None, [source.provenance.recipe, words]))
    return Provenance((record,), "", version("confstudy"), recipe=recipe)
