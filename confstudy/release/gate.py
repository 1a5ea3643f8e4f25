"""The way out: an output is compared with all that left before, and written down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from confstudy.release.cell import Cell
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
    before, so that fewer than ten respondents are what remains.
    """
    book_of = ledger or current()
    with book_of.writing() as book:
        decisions = [*(piece.decided or (piece.decision,))]
        cells: tuple[Remembered, ...] = ()
        if piece.decision.status != "fail" and piece.cells:
            numbers = book.number(survey)
            cells = tuple(_remembered(cell, survey, numbers) for cell in piece.cells)
            old = [entry for entry in book.history if entry.decision.status != "fail"]
            before = _published([(entry.output, entry.at, entry.cells) for entry in old])
            now = _published([(piece.caption, "", cells)], first=len(old))
            held = held_back(now, before, rules or Rules())
            decisions += [held_decision(held)] if held else []
            decisions += [_UNMATCHED] if book.unmatched else []
        decided = replace(piece, decision=worst(decisions), decided=tuple(decisions))
        left = decided.decision.status != "fail"
        digest = canonical_digest(decided.bundle) if left else ""
        if not (left and book_of.has(digest)):
            entry = Output(
                at=datetime.now(UTC).isoformat(timespec="seconds"),
                study=survey.codebook.name,
                output=piece.caption or piece.kind,
                digest=digest,
                data=survey.provenance.sha256,
                decision=decided.decision,
                cells=cells if left else (),
            )
            book.add(entry)
    decided.decision.require(f"{piece.kind.capitalize()} '{piece.caption or 'without a caption'}'")
    return decided


def recheck(staged: Sequence[Output], released: Sequence[Output]) -> None:
    """Raise DisclosureRefused if staged outputs may not leave after what left meanwhile."""
    old = [entry for entry in released if entry.decision.status != "fail"]
    new = [entry for entry in staged if entry.decision.status != "fail"]
    before = _published([(entry.output, entry.at, entry.cells) for entry in old])
    now = _published([(entry.output, entry.at, entry.cells) for entry in new], first=len(old))
    held_decision(held_back(now, before)).require("The report")


def noise(
    survey: Survey, base: int, ledger: Ledger | None
) -> Callable[[Tabulation], NDArray[np.int64]]:
    """Rounding whose noise hangs on the study's key and on who is counted."""
    book_of = ledger or current()

    def counts(table: Tabulation) -> NDArray[np.int64]:
        with book_of.writing() as book:
            numbers = book.number(survey)
        labels = np.empty(table.with_margins.shape, dtype=object)
        for place in table.places:
            people = np.sort(numbers[table.members(place)]).astype("<i8")
            labels[place] = sha256(people.tobytes()).hexdigest()
        return rounded(table.with_margins, base, book_of.key, labels)

    return counts


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
