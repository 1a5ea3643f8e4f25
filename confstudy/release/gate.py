"""The way out: an output is compared with all that left before, and written down."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from confstudy.errors import DisclosureRefused
from confstudy.release.audit.prose import check_prose
from confstudy.release.cell import Cell
from confstudy.release.crosstab import ROUNDED
from confstudy.release.decision import Decision, Rules, worst
from confstudy.release.differencing.held import decision as held_decision
from confstudy.release.differencing.held import held_back
from confstudy.release.differencing.published import Published
from confstudy.release.ledger.entry import Output, Remembered, canonical_digest
from confstudy.release.ledger.ledger import Ledger, current
from confstudy.release.piece import Piece
from confstudy.release.suppression.rounding import rounded
from confstudy.release.tabulate import Tabulation
from confstudy.survey.survey import Survey

__all__ = ["leave", "noise", "recheck"]

_UNMATCHED = Decision(
    "review",
    "differencing",
    "its respondents cannot be compared with those of earlier outputs, since the columns are "
    "gone by which they were known: a person must see that no two outputs differ by a few",
)


def leave(
    piece: Piece, survey: Survey, ledger: Ledger | None = None, rules: Rules | None = None
) -> Piece:
    """Let an output leave, or raise DisclosureRefused; either is written into the ledger.

    It is held back when it could be subtracted from an output of the same study that left
    before, so that fewer than ten respondents are what remains. In a report that is being
    built, all outputs are compared at once before it is published (:func:`recheck`).
    """
    book_of = ledger or current()
    words = check_prose(_words(piece), survey)
    told = words.status != "fail" and piece.caption
    name = piece.caption if told else piece.kind
    with book_of.writing() as book:
        decisions = [*(piece.decided or (piece.decision,))]
        decisions += [words] if words.status == "fail" else []
        cells: tuple[Remembered, ...] = ()
        if worst(decisions).status != "fail" and piece.cells:
            numbers = book.number(survey)
            cells = tuple(_remembered(cell, survey, numbers) for cell in piece.cells)
            decisions += _compared(name, cells, book.history, rules) if not book_of.stage else []
            decisions += [_UNMATCHED] if book.unmatched else []
        decided = replace(piece, decision=worst(decisions), decided=tuple(decisions))
        left = decided.decision.status != "fail"
        entry = Output(
            at=datetime.now(UTC).isoformat(timespec="seconds"),
            study=survey.codebook.name,
            output=name if left else _without_numbers(name),
            digest=canonical_digest(decided.bundle) if left else "",
            data=survey.provenance.sha256,
            decision=decided.decision,
            cells=cells if left else (),
        )
        if not (left and any(_same(entry, known) for known in book.history)):
            book.add(entry)
    decided.decision.require(f"{piece.kind.capitalize()} '{_without_numbers(name)}'")
    return decided


def _words(piece: Piece) -> str:
    """What a person may have written: the caption, and all of what no rule has passed."""
    if piece.decision.status != "review" or piece.kind == "model":
        return piece.caption
    shown = piece.data.get("alt", "") if piece.kind == "figure" else piece.html
    return f"{piece.caption}\n{shown}"


def _compared(
    name: str, cells: tuple[Remembered, ...], history: Sequence[Output], rules: Rules | None
) -> list[Decision]:
    """What is decided about new numbers beside all that left before."""
    old = [entry for entry in history if entry.decision.status != "fail"]
    before = _published([(entry.output, entry.at, entry.cells) for entry in old])
    held = held_back(_published([(name, "", cells)], first=len(old)), before, rules or Rules())
    return [held_decision(held)] if held else []


def _same(one: Output, other: Output) -> bool:
    """Whether the same left before, about the same respondents."""
    return one.digest == other.digest and one.behind == other.behind


def recheck(staged: Sequence[Output], released: Sequence[Output]) -> None:
    """Raise DisclosureRefused if staged outputs may not leave after what left meanwhile."""
    old = [entry for entry in released if entry.decision.status != "fail"]
    new = [entry for entry in staged if entry.decision.status != "fail"]
    before = _published([(entry.output, entry.at, entry.cells) for entry in old])
    named = [(_without_numbers(entry.output), entry.at, entry.cells) for entry in new]
    held_decision(held_back(_published(named, first=len(old)), before)).require("The report")


def _without_numbers(name: str) -> str:
    """A caption for a refusal: how many stand behind what is held must not be told."""
    return re.sub(r"\d[\d.,]*", "…", name)


def noise(
    survey: Survey, base: int, ledger: Ledger | None
) -> Callable[[Tabulation], NDArray[np.int64]]:
    """Rounding whose noise hangs on the study's key and on who is counted.

    Respondents are rounded to one base: a count rounded to several would be narrowed down.
    """
    book_of = ledger or current()

    def counts(table: Tabulation) -> NDArray[np.int64]:
        with book_of.writing() as book:
            numbers = book.number(survey)
            _require_one_base(book.history, numbers, base)
        labels = np.empty(table.with_margins.shape, dtype=object)
        for place in table.places:
            people = np.sort(numbers[table.members(place)]).astype("<i8")
            labels[place] = sha256(people.tobytes()).hexdigest()
        return rounded(table.with_margins, base, book_of.key, labels)

    return counts


def _require_one_base(history: Sequence[Output], numbers: NDArray[np.int64], base: int) -> None:
    used = {
        int(cell.quantity.removeprefix(ROUNDED))
        for entry in history
        for cell in entry.cells
        if cell.quantity.startswith(ROUNDED) and np.isin(cell.numbers, numbers).any()
    }
    if used - {base}:
        raise DisclosureRefused(
            f"Counts of these respondents were rounded to base {min(used)} before: rounded to base "
            f"{base}, too, they could be narrowed down. Use base={min(used)}."
        )


def _remembered(cell: Cell, survey: Survey, numbers: NDArray[np.int64]) -> Remembered:
    places = survey.frame.index.get_indexer(cell.rows)
    behind = numbers[places[places >= 0]]
    return Remembered.behind(
        behind, cell.label, cell.quantity, cell.of, shown=cell.shown, exact=cell.exact
    )


def _published(
    outputs: Sequence[tuple[str, str, tuple[Remembered, ...]]], first: int = 0
) -> list[Published]:
    return [
        Published(
            label=cell.label,
            quantity=cell.quantity,
            of=cell.of,
            members=cell.members,
            shown=cell.shown,
            exact=cell.exact,
            output=output,
            at=at,
            table=number,
        )
        for number, (output, at, cells) in enumerate(outputs, start=first)
        for cell in cells
    ]
