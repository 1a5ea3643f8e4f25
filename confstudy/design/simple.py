"""Designs of a line: two arms, two shares, clusters. Use them to teach and to check power."""

from __future__ import annotations

import math

from scipy.special import ndtri

from confstudy.design.declare import Design
from confstudy.errors import DeclarationError
from confstudy.simulate.model.node import Node
from confstudy.simulate.model.structure import Structure
from confstudy.simulate.sample.missing import Nonresponse
from confstudy.simulate.sample.nonresponse import Response

__all__ = ["clusters", "two_arms", "two_shares"]

_ARMS = ("control", "treated")


def two_arms(d: float, per_arm: int, *, seed: int) -> Design:
    """Two arms whose outcome ``y`` differs by ``d`` standard deviations; the cause is ``arm``.

    >>> two_arms(0.25, per_arm=150, seed=1).n
    300
    """
    outcome = Node(paths={"arm[treated]": d}, noise=1)
    return _design("two arms", outcome, 2 * per_arm, 1, seed, "client")


def two_shares(control: float, treated: float, per_arm: int, *, seed: int) -> Design:
    """Two arms of which these shares have the outcome ``y``.

    >>> two_shares(0.39, 0.465, per_arm=680, seed=1).n
    1360
    """
    for share in (control, treated):
        if not 0 < share < 1:
            raise DeclarationError(f"A share lies between 0 and 1, not at {share:g}.")
    low, high = float(ndtri(control)), float(ndtri(treated))
    outcome = Node(kind="binary", intercept=low, paths={"arm[treated]": high - low}, noise=1)
    return _design("two shares", outcome, 2 * per_arm, 1, seed, "client")


def clusters(number: int, size: int, icc: float, *, effect: float = 0.0, seed: int) -> Design:
    """Whole therapists in one of two arms; outcome ``y`` with variance 1 and this ICC.

    >>> clusters(40, 20, icc=0.05, seed=1).therapists
    40
    """
    if not 0 <= icc < 1:
        raise DeclarationError(f"An ICC is 0 or more and below 1, not {icc:g}.")
    outcome = Node(
        paths={"arm[treated]": effect}, therapist=math.sqrt(icc), noise=math.sqrt(1 - icc)
    )
    return _design("clusters", outcome, number * size, number, seed, "therapist")


def _design(name: str, outcome: Node, n: int, units: int, seed: int, level: str) -> Design:
    arm = Node.model_validate({"kind": "arm", "arms": _ARMS, "level": level})
    structure = Structure(
        name=name,
        codebook="",
        variables={"arm": arm, "y": outcome},
        nonresponse=Nonresponse(unit=Response(intercept=0)),
    )
    return Design(structure, seed, units, n / units)
