"""What was granted, spent and answered: lines beside the ledger, chained as its own are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from confstudy.errors import LedgerDamaged
from confstudy.release.ledger.chain import Break, chained, walk
from confstudy.release.ledger.disk import Head, append
from confstudy.release.ledger.folder import prepared, refused
from confstudy.release.ledger.packing import array_of, text_of

__all__ = ["Account", "Bits", "Record", "Standing", "joined", "plain", "standing", "within"]

Bits = NDArray[np.uint8]
Kind = Literal["grant", "spend", "answer"]


@dataclass(frozen=True, repr=False, eq=False)
class Record:
    """One line.

    Attributes
    ----------
    kind
        A ``grant`` fixes or raises the total, a ``spend`` takes from it, an ``answer`` follows.
    at, study
        When, and the codebook's name.
    epsilon
        The total granted, or what is spent.
    members
        The respondents concerned, as packed bits of their numbers in the ledger.
    words, key
        The question; a keyed hash of it with the answers it is about, and ε.
    reason
        Why a total was raised.
    values
        The noisy numbers.
    """

    kind: Kind
    at: str
    study: str
    epsilon: Decimal
    members: Bits
    words: str = ""
    key: str = ""
    reason: str = ""
    values: tuple[int, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The record as JSON."""
        return {
            **vars(self),
            "epsilon": str(self.epsilon),
            "members": text_of(self.members),
            "values": list(self.values),
        }

    @classmethod
    def from_json(cls, line: Mapping[str, Any]) -> Self:
        """The record that :meth:`as_json` wrote; raises ValueError where it did not."""
        try:
            named = {name: str(line[name]) for name in ("at", "study", "words", "key", "reason")}
            if line["kind"] not in ("grant", "spend", "answer"):
                raise ValueError("its kind is not one of a budget")
            return cls(
                kind=line["kind"],
                epsilon=Decimal(line["epsilon"]),
                members=array_of(line["members"], "u1"),
                values=tuple(int(value) for value in line["values"]),
                **named,
            )
        except (KeyError, TypeError, ArithmeticError):
            raise ValueError("parts of it are missing or of the wrong type") from None


@dataclass(repr=False)
class Account:
    """The lines of a budget, to be read and written while the ledger's lock is held."""

    folder: Path
    records: list[Record]
    hashes: list[str]

    @classmethod
    def read(cls, ledger: Path, remembered: Sequence[str] = ()) -> Self:
        """Read the budgets of a ledger.

        Parameters
        ----------
        ledger
            The ledger's folder; budgets are in its folder ``budget``.
        remembered
            Hashes of lines that the ledger knows.

        Raises
        ------
        LedgerDamaged
            A line was changed, or lines are gone.
        """
        folder = ledger / "budget"
        try:
            head = Head.read(folder) or Head()
            path = folder / "ledger.jsonl"
            lines = list(walk(path.read_bytes() if path.is_file() else b""))
            records = [_record(line.number, line) for line in lines]
        except ValueError as problem:
            raise _damaged(str(problem)) from None
        except OSError as problem:
            raise refused(folder, problem) from None
        hashes = [line.hash for line in lines if not isinstance(line, Break)]
        if head.count > len(hashes) or set(remembered) - set(hashes):
            raise _damaged("lines are gone that were written")
        if head.count and hashes[head.count - 1] != head.hash:
            raise _damaged("the last line is not the one that was written")
        return cls(folder, records, hashes)

    def add(self, record: Record) -> str:
        """Write a line to the disk and return its hash; nothing is kept if that fails."""
        known = Head(len(self.hashes), self.hashes[-1]) if self.hashes else Head()
        text, last, count = chained([record.as_json()], known.hash)
        append(prepared(self.folder), text, Head(known.count + count, last))
        self.records.append(record)
        self.hashes.append(last)
        return last

    def answered(self, key: str) -> tuple[int, ...] | None:
        """The noisy numbers that a question was answered with."""
        found = (record.values for record in self.records if record.key == key and record.values)
        return next(found, None)


@dataclass(frozen=True, repr=False, eq=False)
class Standing:
    """Where the respondents of some data stand.

    Attributes
    ----------
    total, spent
        The total that was granted, None before; the ε of all answers.
    since
        When the total was fixed last.
    kin
        All who share the budget, as packed bits.
    new
        Whether a respondent of the data is in no grant yet.
    """

    total: Decimal | None
    spent: Decimal
    since: str
    kin: Bits
    new: bool

    @property
    def left(self) -> Decimal:
        """What may still be spent."""
        return max((self.total or Decimal(0)) - self.spent, Decimal(0))


def standing(records: Sequence[Record], members: Bits) -> Standing:
    """Add up what concerns the respondents, or others who share a grant with any of them.

    Spending counts in full wherever there is one respondent in common, and the smallest total
    holds.
    """
    granted = [record for record in records if record.kind == "grant"]
    kin = _kin(granted, members)
    totals: list[tuple[Bits, Decimal]] = []
    since = ""
    for record in (grant for grant in granted if _share(grant.members, kin)):
        if record.reason:
            totals = [
                (one, max(total, record.epsilon) if _share(one, record.members) else total)
                for one, total in totals
            ]
        totals.append((record.members, record.epsilon))
        since = record.at
    spends = (record for record in records if record.kind == "spend")
    spent = sum((one.epsilon for one in spends if _share(one.members, kin)), Decimal(0))
    total = min((total for _, total in totals), default=None)
    known = joined([one for one, _ in totals])
    return Standing(total, spent, since, kin, new=not within(members, known))


def plain(amount: Decimal | None) -> str:
    """An amount of ε without idle digits.

    >>> plain(Decimal("10.0")), plain(Decimal("0.30"))
    ('10', '0.3')
    """
    return "0" if not amount else f"{amount.normalize():f}"


def within(some: Bits, others: Bits) -> bool:
    """Whether all of some respondents are among others."""
    return not (some & ~joined([others], len(some))[: len(some)]).any()


def joined(sets: Sequence[Bits], length: int = 0) -> Bits:
    """The respondents who are in any of the sets."""
    made = np.zeros(max([length, *(len(one) for one in sets)]), dtype=np.uint8)
    for one in sets:
        made[: len(one)] |= one
    return made


def _kin(granted: Sequence[Record], members: Bits) -> Bits:
    kin, before = members, -1
    while before != int(np.unpackbits(kin).sum()):
        before = int(np.unpackbits(kin).sum())
        kin = joined([kin, *(one.members for one in granted if _share(one.members, kin))])
    return kin


def _share(one: Bits, other: Bits) -> bool:
    length = min(len(one), len(other))
    return bool((one[:length] & other[:length]).any())


def _record(number: int, line: Any) -> Record:
    if isinstance(line, Break):
        raise ValueError(f"line {number}: {line.what}")
    try:
        return Record.from_json(line.content)
    except ValueError as problem:
        raise ValueError(f"line {number}: {problem}") from None


def _damaged(what: str) -> LedgerDamaged:
    return LedgerDamaged(
        f"The record of privacy budgets is damaged: {what}. Nothing is answered. Put the folder "
        "'budget' of the ledger back from a copy."
    )
