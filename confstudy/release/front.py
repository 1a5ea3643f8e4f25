"""The verbs of release: an output is checked, compared with what left before, written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal, Protocol, runtime_checkable

import mistune
import pandas as pd

from confstudy.errors import AnalysisError
from confstudy.release.audit.prose import check_prose
from confstudy.release.cell import Cell, of_model
from confstudy.release.counts import MASKED, masked_counts
from confstudy.release.crosstab import Statistic, counted, measured
from confstudy.release.decision import THRESHOLD, Decision, Rules, stricter, worst
from confstudy.release.dp.private import Private
from confstudy.release.drawing import check_drawing
from confstudy.release.fits import check_model
from confstudy.release.gate import leave, noise
from confstudy.release.html import Table
from confstudy.release.ledger.ledger import Ledger
from confstudy.release.piece import Piece, picture
from confstudy.release.sentence import check_sentences
from confstudy.release.shown import coefficients, uncompared
from confstudy.release.tally import Tally, check_table
from confstudy.survey.survey import Survey

__all__ = ["declared", "figure", "model", "release", "table", "text"]


@runtime_checkable
class Drawn(Protocol):
    """A figure of the package: it knows what it shows."""

    @property
    def decision(self) -> Decision: ...
    @property
    def html(self) -> str: ...
    @property
    def alt(self) -> str: ...
    @property
    def caption(self) -> str: ...
    @property
    def cells(self) -> tuple[Cell, ...]: ...


def release(thing: object, survey: Survey, **options: Any) -> Piece:
    """Release a fit, a figure, a table or words: what may leave is written into the ledger.

    Parameters
    ----------
    thing
        A fit, a figure of ``cs.plot`` or Matplotlib, a tally or frame of aggregates,
        an answer of ``cs.release.private_count`` and its neighbours, or a sentence.
    survey
        The survey it was made from.
    **options
        Those of ``cs.release.model``, ``figure``, ``declared`` and ``text``.

    Raises
    ------
    DisclosureRefused
        It could reveal a respondent; the message names rule and remedy.

    Examples
    --------
    >>> import confstudy as cs
    >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
    >>> cs.release(cs.fit("alliance ~ privacy", scores), scores).decision.status
    'pass'
    """
    if isinstance(thing, Private):
        return leave(thing.piece, survey, **options)
    if isinstance(thing, str):
        return text(thing, survey, **options)
    if isinstance(thing, pd.DataFrame | Tally):
        return declared(thing, survey, **options)
    if isinstance(thing, Drawn) or hasattr(thing, "savefig"):
        return figure(thing, survey, **options)
    return model(thing, survey, **options)


def model(
    fit: Any,
    survey: Survey,
    *,
    caption: str = "",
    rules: Rules | None = None,
    ledger: Ledger | None = None,
) -> Piece:
    """Release a model's coefficients.

    Refused with few residual degrees of freedom, small cells, one respondent who decides a
    coefficient, or when it repeats a table with a small cell; and when the same model was
    released before on respondents of whom fewer than ten differ.

    Examples
    --------
    >>> import confstudy as cs
    >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
    >>> cs.release.model(cs.fit("alliance ~ privacy", scores), scores)
    model 'alliance ~ privacy' · pass (model)
    ...
    """
    if isinstance(fit, Private):
        return leave(fit.piece, survey, ledger)
    if not hasattr(fit, "table"):
        raise AnalysisError(f"A {type(fit).__name__} is no model; see help(cs.release).")
    decision = check_model(fit, stricter(rules))
    caption = caption or str(getattr(fit, "formula", "A model"))
    piece = Piece("model", "", decision, caption=caption)
    if decision.status != "fail":
        shown, notes = coefficients(fit, survey)
        html = Table(shown, caption, notes).html
        cells = of_model(fit)
        decided = (decision,) if cells else (decision, uncompared(fit))
        piece = replace(piece, html=html, cells=cells, frame=shown, decided=decided)
    return leave(piece, survey, ledger, rules)


def table(
    survey: Survey,
    rows: str | Sequence[str],
    columns: str | None = None,
    *,
    values: str | None = None,
    statistics: Sequence[Statistic] = ("mean",),
    shares: bool = False,
    protect: Literal["suppress", "round"] = "suppress",
    base: int = 5,
    caption: str = "",
    rules: Rules | None = None,
    ledger: Ledger | None = None,
) -> Piece:
    """Release a table of respondents by their answers, with all its margins.

    Counts under ten, counts that leave under ten out, and groups that all answered alike are
    hidden, and as many others with them as keep them from being worked out.

    Parameters
    ----------
    survey
        A survey or scores; those who answered all variables of the table are counted.
    rows, columns
        Variables with levels: up to three in the rows, one in the columns.
    values, statistics
        A variable of numbers, and what is shown of it in each group of ``rows``: ``mean``,
        ``total``, ``sd``, ``median``.
    shares
        Show each count's share of its row, too.
    protect, base
        ``round`` shows every count rounded at random to a multiple of ``base`` instead of hiding
        small ones; the same respondents are always rounded alike.
    caption
        What the table is called; in the ledger, too.
    rules, ledger
        Stricter limits, and another ledger than the study's own.

    Returns
    -------
    Piece
        ``.frame`` with what is shown, ``.decisions`` with what was decided and why.

    Raises
    ------
    DisclosureRefused
        Nothing can be shown, or it differs from an earlier output by fewer than ten respondents.

    Examples
    --------
    >>> import confstudy as cs
    >>> survey = cs.load("data_synthetic/therapy.parquet")
    >>> cs.release.table(survey, "arm", "concealment").frame.columns.tolist()
    ['arm', 'No', 'Yes', 'All']
    """
    if not isinstance(survey, Survey):
        raise AnalysisError("The first argument is the survey; answers of cs.release.private_… "
                            "are released by cs.release(answer, survey).")  # fmt: skip
    names = [rows] if isinstance(rows, str) else list(rows)
    limits = stricter(rules)
    if values is not None:
        if columns is not None or protect == "round":
            raise AnalysisError("values= takes its groups from rows=, and suppression only.")
        made = measured(survey.frame, names, values, list(statistics), limits)
    else:
        rounding = noise(survey, base, ledger) if protect == "round" else None
        made = counted(survey.frame, names, columns, shares, limits, base, rounding)
    caption = caption or " by ".join([values or columns or "respondents", ", ".join(names)])
    known = {*survey.codebook.variables, *survey.codebook.scales}
    labels = {name: survey.codebook.label(name) for name in names if name in known}
    shown = made.frame.rename(columns=labels)
    masked = bool((made.frame == MASKED).any(axis=None))
    notes = "Masked: fewer than ten, or needed to keep such counts from being worked out."
    piece = Piece(
        "table",
        Table(shown, caption, notes if masked else "").html,
        made.decision,
        caption=caption,
        cells=made.cells,
        frame=made.frame,
        decided=made.decisions,
    )
    return leave(piece, survey, ledger, rules)


def declared(
    table: pd.DataFrame | Tally | Private,
    survey: Survey,
    *,
    caption: str = "Table",
    counts: Sequence[str] = (),
    n: int | None = None,
    notes: str = "",
    ledger: Ledger | None = None,
) -> Piece:
    """Release a table that the notebook computed itself; a person has to confirm what it says.

    Parameters
    ----------
    table
        A frame of aggregates, or a tally that the package made.
    counts
        The columns that count respondents; rows with a count under ten are masked.
    n
        Where no column counts respondents: how many stand behind every number.

    Raises
    ------
    DisclosureRefused
        The rows are respondents' records, or fewer than ten, or nobody knows how many, stand
        behind the numbers.
    """
    if isinstance(table, Private):
        return leave(table.piece, survey, ledger)
    decision = check_table(table, survey.frame, counts, n)
    frame = table.frame if isinstance(table, Tally) else table
    shown = masked_counts(frame, table.counts if isinstance(table, Tally) else counts)
    if (shown == MASKED).any(axis=None):
        notes = f"{notes} Masked: rows with a count under {THRESHOLD}.".strip()
    html = Table(shown, caption, notes).html
    cells = table.cells if isinstance(table, Tally) else ()
    piece = Piece("table", html, decision, caption=caption, cells=cells, frame=shown)
    return leave(piece, survey, ledger)


def figure(
    figure: Any,
    survey: Survey,
    *,
    caption: str = "",
    alt: str = "",
    n: int | None = None,
    ledger: Ledger | None = None,
) -> Piece:
    """Release a figure: one of ``cs.plot``, or one of Matplotlib that shows no single respondent.

    Parameters
    ----------
    figure
        Figures of ``cs.plot`` know what they show. A Matplotlib figure is looked at mark by
        mark: points that could be respondents are refused, and a person must confirm the rest.
    caption, alt, n
        Of a Matplotlib figure: what stands under it, what it shows in words, and how many
        respondents stand behind it.
    """
    if isinstance(figure, Private):
        return leave(figure.piece, survey, ledger)
    if isinstance(figure, Drawn):
        figure.decision.require("The figure")
        data, name = {"alt": figure.alt}, caption or figure.caption
        piece = Piece("figure", figure.html, figure.decision, data, name, figure.cells)
        return leave(piece, survey, ledger)
    if not alt:
        raise AnalysisError("A figure needs alt=…: what it shows, in words and numbers.")
    decision = check_drawing(figure, n)
    decision.require("The figure")
    words = worst([decision, check_sentences([alt, caption])])
    return leave(picture(figure, words, caption, alt), survey, ledger)


def text(words: str | Private, survey: Survey, *, ledger: Ledger | None = None) -> Piece:
    """Release a paragraph of Markdown; what a person wrote, a person must confirm.

    Words that hold an identifier, or answers that together belong to one respondent, are
    refused.
    """
    if isinstance(words, Private):
        return leave(words.piece, survey, ledger)
    decision = worst([check_sentences([words]), check_prose(words, survey)])
    html = str(mistune.create_markdown(escape=True)(words))
    return leave(Piece("text", html, decision, caption="Text"), survey, ledger)
