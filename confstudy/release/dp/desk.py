"""The account of one data set while the ledger's lock is held: grant, spend, answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from confstudy.errors import DisclosureRefused
from confstudy.release.decision import Decision
from confstudy.release.dp.account import (
    Account,
    Bits,
    Record,
    Standing,
    joined,
    plain,
    standing,
    within,
)
from confstudy.release.dp.noise import noisy
from confstudy.release.dp.question import Question
from confstudy.release.ledger.book import Book
from confstudy.release.ledger.digest import canonical
from confstudy.release.ledger.entry import Output
from confstudy.release.ledger.identity import answers_of
from confstudy.release.ledger.ledger import Ledger
from confstudy.release.ledger.packing import bits
from confstudy.survey.survey import Survey

__all__ = ["Desk", "desk"]

#: The rule by which the ledger's entries on budgets are known; their digest is a line's hash.
_RULE = "privacy budget"


@dataclass(repr=False)
class Desk:
    """The account, and the numbers of the data's respondents in the order of the rows."""

    data: Survey
    book: Book
    account: Account
    numbers: NDArray[np.int64]

    @property
    def study(self) -> str:
        """The codebook's name."""
        return self.data.codebook.name

    @property
    def members(self) -> Bits:
        """The data's respondents as packed bits."""
        return bits(self.numbers)

    @property
    def standing(self) -> Standing:
        """Where the data's respondents stand now."""
        return standing(self.account.records, self.members)

    def settle(self, total: Decimal, raise_to: Decimal | None, reason: str) -> None:
        """Fix the total, or see that it is the one that was fixed, or raise it.

        Raises
        ------
        DisclosureRefused
            Another total was fixed.
        """
        everybody = self._of_study()
        now = standing(self.account.records, everybody)
        if now.total is not None and now.total not in (total, raise_to):
            raise DisclosureRefused(
                f"The budget of '{self.study}' was fixed on {now.since[:10]}: "
                f"ε = {plain(now.total)}, of which {plain(now.left)} is left. Open it with "
                f"epsilon={plain(now.total)}. A higher total is a decision to be recorded: "
                "raise_to=… with a reason=…."
            )
        if now.total is None or now.new or not within(everybody, self.standing.kin):
            self._grant(now.total or total, everybody, "")
        if raise_to is not None and now.total != raise_to:
            self._grant(raise_to, self.standing.kin, reason)

    def _of_study(self) -> Bits:
        """The data's respondents with those of the study's earlier data.

        They may be the same people, with other answers or recoded ones. Simulated respondents
        are nobody.
        """
        earlier = [one.members for one in self.account.records if one.study == self.study]
        return self.members if self.data.synthetic else joined([self.members, *earlier])

    def spend(self, question: Question, epsilon: Decimal, key: str) -> tuple[int, ...]:
        """Write down what is spent, then look at the data, add noise and keep the answer.

        Raises
        ------
        DisclosureRefused
            More than what is left.
        """
        now = self.standing
        if epsilon > now.left:
            raise DisclosureRefused(
                f"ε = {plain(epsilon)} is more than what is left of the budget of '{self.study}': "
                f"{plain(now.left)} of {plain(now.total)}. Ask with a smaller epsilon=, take "
                "answers already given, or have a higher total decided: Budget(…, raise_to=…, "
                "reason=…)."
            )
        spent = Record("spend", _now(), self.study, epsilon, self.members, question.words, key)
        self.account.add(spent)
        values = noisy(question.exact(), question.sensitivity, epsilon)
        last = self.account.add(replace(spent, kind="answer", values=values))
        self._remember(last, question.words, f"ε = {plain(epsilon)} was spent")
        return values

    def _grant(self, total: Decimal, members: Bits, reason: str) -> None:
        grant = Record("grant", _now(), self.study, total, members, reason=reason)
        self._remember(self.account.add(grant), "Privacy budget", f"ε = {plain(total)} was granted")

    def _remember(self, line: str, output: str, reason: str) -> None:
        """Tell the ledger that the line was written: without it, the budget is damaged."""
        passed = Decision("pass", _RULE, reason)
        sha = self.data.provenance.sha256
        self.book.add(Output(_now(), self.study, output, line, sha, passed, ()))

    def key(self, question: Question, epsilon: Decimal, secret: bytes) -> str:
        """A keyed hash of a question, of ε, and of the answers it is about."""
        used = self.data.frame[list(question.used)]
        answers = answers_of(used, secret)
        chunks = answers.chunks(answers.columns)[np.argsort(self.numbers)]
        asked = canonical([self.study, question.asked, str(epsilon.normalize())])
        made = blake2b(asked, key=secret, digest_size=32)
        made.update(np.sort(self.numbers).astype("<i8").tobytes())
        made.update(np.ascontiguousarray(chunks).astype("<u8").tobytes())
        return made.hexdigest()


@contextmanager
def desk(data: Survey, ledger: Ledger) -> Iterator[Desk]:
    """Hold the ledger's lock with the account of a data set.

    Raises
    ------
    LedgerDamaged
        The ledger or the budget's record is not whole.
    """
    with ledger.writing() as book:
        known = [one.digest for one in book.history if one.decision.rule == _RULE]
        account = Account.read(ledger.folder, known)
        yield Desk(data, book, account, book.number(data))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
