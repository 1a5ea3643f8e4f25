"""What may leave: checks, suppression, differencing, the ledger, the audit; ``cs.release(...)``."""

from importlib import import_module
from typing import Any

from confstudy.verbs import let_call

_VERBS = {
    "Budget": "dp.front",
    "accuracy": "dp.front",
    "declared": "front",
    "figure": "front",
    "model": "front",
    "private_count": "dp.front",
    "private_histogram": "dp.front",
    "private_mean": "dp.front",
    "table": "front",
    "text": "front",
}

let_call(__name__, "confstudy.release.front:release")


def __getattr__(name: str) -> Any:
    if name in _VERBS:
        return getattr(import_module(f"{__name__}.{_VERBS[name]}"), name)
    raise AttributeError(f"cs.release has no '{name}'. There are: {', '.join(sorted(_VERBS))}.")


def __dir__() -> list[str]:
    return sorted(_VERBS)
