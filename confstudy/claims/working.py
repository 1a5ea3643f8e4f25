"""The claims that can be tested here and now, each from scores to a result."""

from __future__ import annotations

from confstudy.claims import arms, beliefs, events, first, paths, vignettes
from confstudy.claims.sample import Test

__all__ = ["WORKING"]

_ROOMS = (first, arms, vignettes, beliefs, paths, events)
WORKING: dict[str, Test] = dict(
    sorted((claim, test) for room in _ROOMS for claim, test in room.TESTS.items())
)
