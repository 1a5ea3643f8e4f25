"""The privacy budget of a study's respondents: fixed once, spent before every answer."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd

from confstudy.errors import AnalysisError, DataError
from confstudy.release.dp.account import Account, Standing, plain, standing
from confstudy.release.dp.desk import desk
from confstudy.release.dp.domain import require_whole
from confstudy.release.dp.noise import opendp
from confstudy.release.dp.private import Private
from confstudy.release.dp.question import Question
from confstudy.release.ledger.ledger import Ledger, current
from confstudy.release.ledger.packing import members_of
from confstudy.survey.survey import Survey

__all__ = ["Budget", "exactly"]

_LEAST = Decimal("0.0001")


class Budget:
    """How much may be learned about any one respondent by private answers, ever.

    The total is fixed at the first use and kept beside the study's ledger. All data of a study
    share it, and all that hold one of its respondents: another file, another codebook, a later
    wave or session. Data on other people are another study: give their codebook another name.
    Simulated respondents share a budget only where they are the same ones.

    Parameters
    ----------
    survey
        The survey as it was loaded.
    epsilon
        The total ε; 1 is usual, .1 strict, 10 weak. A later session names the same.
    raise_to, reason
        A higher total, and why; both are recorded for good.
    ledger
        Another ledger than the study's own.

    Raises
    ------
    DisclosureRefused
        The total was fixed before, and at something else; or respondents were chosen before.
    LedgerDamaged
        The record of what was spent is not whole.

    Notes
    -----
    Assumes sequential composition of pure ε: the ε of all answers add up. A histogram over
    levels costs its ε once, since a respondent is in one level only. Source: Dwork & Roth
    (2014), theorems 3.6 and 3.16.

    Examples
    --------
    >>> import confstudy as cs
    >>> survey = cs.load("data_synthetic/therapy.parquet")
    >>> cs.release.Budget(survey, epsilon=1)
    Budget of 'therapy': ε = 1, spent 0, left 1
    """

    def __init__(
        self,
        survey: Survey,
        epsilon: float,
        *,
        raise_to: float | None = None,
        reason: str = "",
        ledger: Ledger | None = None,
    ) -> None:
        require_whole(survey)
        wanted = exactly(epsilon)
        raised = None if raise_to is None else exactly(raise_to)
        if raised is not None and (raised <= wanted or not reason.strip()):
            raise AnalysisError("raise_to= is a higher total than epsilon=, and needs a reason=.")
        # Noise cannot be taken back, so a budget is never staged.
        self._ledger = Ledger((ledger or current()).folder)
        self.study = survey.codebook.name
        with desk(survey, self._ledger) as opened:
            self._members = opened.members
            opened.settle(wanted, raised, reason.strip())

    @property
    def total(self) -> float:
        """The ε that was granted."""
        return float(self._standing.total or 0)

    @property
    def spent(self) -> float:
        """The ε of all answers so far."""
        return float(self._standing.spent)

    @property
    def left(self) -> float:
        """The ε that may still be spent."""
        return float(self._standing.left)

    @property
    def table(self) -> pd.DataFrame:
        """One row an entry of the study: at, kind, what (question or reason), epsilon."""
        rows = [
            {"at": r.at, "kind": r.kind, "what": r.words or r.reason, "epsilon": float(r.epsilon)}
            for r in Account.read(self._ledger.folder).records
            if r.kind != "answer" and r.study == self.study
        ]
        return pd.DataFrame(rows, columns=["at", "kind", "what", "epsilon"])

    @property
    def _standing(self) -> Standing:
        return standing(Account.read(self._ledger.folder).records, self._members)

    def answer(self, data: Survey, question: Question, epsilon: float) -> Private:
        """Spend ε, then answer; a question answered before is answered alike, at no cost.

        Raises
        ------
        DisclosureRefused
            ε is more than what is left.
        DataError
            The data hold other respondents than the budget.
        """
        cost = exactly(epsilon)
        opendp()
        with desk(data, self._ledger) as opened:
            if not np.isin(opened.numbers, members_of(self._members)).all():
                raise DataError(
                    f"The budget is of other respondents of '{self.study}' than these data: open "
                    "one with cs.release.Budget(data, epsilon=…)."
                )
            key = opened.key(question, cost, self._ledger.key)
            before = opened.account.answered(key)
            values = opened.spend(question, cost, key) if before is None else before
            now = opened.standing
        read = question.read(values, float(cost))
        return Private(
            question=question.words,
            table=read.frame,
            values=read.values,
            accuracy=read.accuracy,
            epsilon=float(cost),
            left=float(now.left),
            total=float(now.total or 0),
            repeated=before is not None,
            note=read.note,
        )

    def __repr__(self) -> str:
        now = self._standing
        total, spent, left = map(plain, (now.total, now.spent, now.left))
        return f"Budget of '{self.study}': ε = {total}, spent {spent}, left {left}"


def exactly(epsilon: float) -> Decimal:
    """ε as it was written, so that ten tenths are one; raises AnalysisError for anything else.

    >>> exactly(0.1) * 10 == exactly(1)
    True
    """
    try:
        made = Decimal("NaN") if isinstance(epsilon, bool | str) else Decimal(repr(float(epsilon)))
    except (TypeError, ValueError):
        made = Decimal("NaN")
    if not made.is_finite() or made < _LEAST:
        raise AnalysisError(f"ε is a number of at least {_LEAST}, such as epsilon=0.1.")
    return made
