"""Identified data do not get in: identifier rules, risk measures, the load gate."""

from confstudy.privacy.gate import Finding, GateResult, inspect_columns
from confstudy.privacy.risk import KAnonymity, class_sizes, k_anonymity
from confstudy.privacy.suppress import Suppressed, suppress

__all__ = [
    "Finding",
    "GateResult",
    "KAnonymity",
    "Suppressed",
    "class_sizes",
    "inspect_columns",
    "k_anonymity",
    "suppress",
]
