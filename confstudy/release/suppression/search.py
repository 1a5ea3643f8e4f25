"""The search for a pattern of hidden cells in which every goal has a witness."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from confstudy.release.suppression.moves import additivity, box, circulation, transfer
from confstudy.release.suppression.primary import Goal

__all__ = ["Search"]

#: Variables of all linear programs together; beyond it only boxes and transfers are tried.
_WORK = 100_000


class Search:
    """Hide more cells until every goal is met, then show again what was not needed.

    A goal is met by a witness: a table of whole respondents that agrees with all shown numbers.
    Hiding more never spoils a witness, so that meeting the goals one by one meets them all.
    """

    def __init__(
        self, full: NDArray[np.int64], hidden: NDArray[np.bool_], goals: list[Goal]
    ) -> None:
        self.full = full
        self.first = hidden
        self.hidden = hidden.copy()
        self.goals = goals
        self._sums = additivity(full.shape)
        self._used: list[set[int]] = []
        self._work = 0

    def protect(self) -> bool:
        """Hide cells for every goal; False where a goal cannot be met."""
        for goal in self.goals:
            used = self._witness(goal, self._free()) or self._witness(goal, self._priced(goal))
            used = used or self._transferred(goal)
            if not used:
                return False
            self.hidden.flat[list(used)] = True
            self._used.append(used)
        self._trim()
        return True

    def _free(self) -> NDArray[np.float64]:
        return np.where(self.hidden, 0.0, np.inf)

    def _priced(self, goal: Goal) -> NDArray[np.float64]:
        """Respondents; the whole is never hidden, and nobody costs more than anybody."""
        price = self.full.astype(float)
        price[self.full == 0] = price.flat[-1] if goal.zeros else np.inf
        price.flat[-1] = np.inf
        price[self.hidden] = 0.0
        return price

    def _witness(self, goal: Goal, price: NDArray[np.float64]) -> set[int] | None:
        """The cells that change in the goal's tables: one box for all, or one way for each."""
        alone = len(goal.changes[0]) == 1
        if alone:
            (cell,) = goal.changes[0]
            by = [change[cell] for change in goal.changes]
            corners = box(self.full, price, cell, max(0, *by), max(0, -min(by)))
            if corners is not None:
                return set(corners.tolist())
        used: set[int] = set()
        for change in goal.changes:
            found = self._single(change, price) if alone and len(goal.changes) > 1 else None
            if found is None:
                found = self._circulated(change, price)
            if found is None:
                return None
            used |= set(found.tolist())
            price = price.copy()
            price.flat[list(used)] = 0.0
        return used

    def _single(
        self, change: dict[int, int], price: NDArray[np.float64]
    ) -> NDArray[np.int64] | None:
        ((cell, by),) = change.items()
        return box(self.full, price, cell, max(by, 0), max(-by, 0))

    def _circulated(
        self, change: dict[int, int], price: NDArray[np.float64]
    ) -> NDArray[np.int64] | None:
        self._work += int(np.isfinite(price).sum())
        return None if self._work > _WORK else circulation(self._sums, self.full, price, change)

    def _transferred(self, goal: Goal) -> set[int] | None:
        used: set[int] = set()
        for change in goal.changes:
            found = transfer(self.full, self._priced(goal), change)
            if found is None:
                return None
            used |= set(found.tolist())
        return used

    def _trim(self) -> None:
        """Show cells again, those of most respondents first, where every goal has another way."""
        extra = np.flatnonzero(self.hidden & ~self.first)
        for cell in sorted(extra.tolist(), key=lambda number: (-self.full.flat[number], number)):
            if self._work > _WORK:
                return
            price = self._free()
            price.flat[cell] = np.inf
            others: dict[int, set[int]] = {}
            for number, used in enumerate(self._used):
                if cell in used:
                    found = self._witness(self.goals[number], price)
                    if found is None:
                        break
                    others[number] = found
            else:
                self.hidden.flat[cell] = False
                for number, used in others.items():
                    self._used[number] = used
