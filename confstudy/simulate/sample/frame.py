"""Populations of clients of therapists in practices of settings."""

from __future__ import annotations

from typing import Annotated, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, PositiveInt, model_validator

from confstudy.simulate.model.parts import Part
from confstudy.simulate.model.streams import Streams
from confstudy.simulate.sample.assign import Assignment, assign

__all__ = ["Frame", "lay_out"]

Name = Annotated[str, BeforeValidator(str)]
Range = tuple[PositiveInt, PositiveInt]


class Frame(Part):
    """A population: practices of settings, therapists of practices, clients of therapists.

    Parameters
    ----------
    practices
        How many.
    settings
        Setting → its share of the practices, with sum 1; kept exactly, to one practice.
    therapists, clients
        The fewest and the most therapists of a practice and clients of a therapist; every
        number between is equally likely.
    """

    practices: PositiveInt
    settings: dict[Name, Annotated[float, Field(gt=0, lt=1)]] = Field(default_factory=dict)
    therapists: Range = (1, 1)
    clients: Range = (20, 20)

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if len(self.settings) == 1:
            raise ValueError("'settings' are two or more, or none")
        if self.settings and abs(sum(self.settings.values()) - 1) > 1e-9:
            total = sum(self.settings.values())
            raise ValueError(f"the shares of 'settings' sum to 1, not {total:g}")
        for name in ("therapists", "clients"):
            low, high = getattr(self, name)
            if low > high:
                raise ValueError(f"'{name}' is [fewest, most]")
        return self


def lay_out(frame: Frame, streams: Streams) -> dict[str, NDArray[Any]]:
    """The setting, practice and therapist of each client of a population.

    Returns
    -------
    dict
        ``setting`` (names; only where declared), ``practice`` and ``therapist`` (codes),
        shape ``(clients,)`` each; clients of a therapist are neighbours.

    Examples
    --------
    >>> frame = Frame(practices=10, settings={"school": 0.4, "private": 0.6}, clients=(5, 30))
    >>> laid = lay_out(frame, Streams(1))
    >>> list(laid), len(laid["practice"])
    (['setting', 'practice', 'therapist'], 150)
    """
    therapists = _between(frame.therapists, streams.uniform("frame:therapists", frame.practices))
    practice = np.repeat(np.arange(frame.practices), therapists)
    clients = _between(frame.clients, streams.uniform("frame:clients", len(practice)))
    laid: dict[str, NDArray[Any]] = {}
    if frame.settings:
        shares = Assignment(arms=tuple(frame.settings), shares=tuple(frame.settings.values()))
        setting = assign(shares, "frame:setting", frame.practices, streams)
        laid["setting"] = np.repeat(np.array(shares.arms)[setting][practice], clients)
    laid["practice"] = np.repeat(practice, clients)
    laid["therapist"] = np.repeat(np.arange(len(practice)), clients)
    return laid


def _between(limits: Range, uniform: NDArray[np.float64]) -> NDArray[np.intp]:
    low, high = limits
    return (low + np.floor(uniform * (high - low + 1))).astype(np.intp)
