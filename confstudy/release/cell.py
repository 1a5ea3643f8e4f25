"""The respondents behind a published number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Cell"]


@dataclass(frozen=True, repr=False)
class Cell:
    """A number of an output, and who stands behind it.

    Two cells can be subtracted from each other when they have the same ``quantity`` and are
    ``of`` the same variables: then their difference is that quantity for the respondents who
    are in one of them only.

    Attributes
    ----------
    label
        What the number is of, in levels of variables: ``arm=absolute, disclosed=yes``.
    quantity
        What is counted or added up: ``count``, ``total:trust``, ``model:trust ~ arm (ols)``.
    of
        The variables that respondents must have answered to be in it or beside it.
    members
        (n,) whether each row of the survey stands behind the number.
    shown
        Whether the number is published; a suppressed one is kept to see that it stays so.
    exact
        Whether the number is published as it is; a rounded one cannot be subtracted.
    """

    label: str
    quantity: str
    of: tuple[str, ...]
    members: NDArray[np.bool_]
    shown: bool = True
    exact: bool = True

    @property
    def n(self) -> int:
        """How many respondents stand behind it."""
        return int(self.members.sum())

    def __repr__(self) -> str:
        return f"Cell({self.label}: {self.quantity})"
