"""The gate's last word: suppression as the codebook allows, then the risk of what is left."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.codebook.schema import Codebook
from confstudy.privacy.gate import GateResult
from confstudy.privacy.risk import Risk, risk
from confstudy.privacy.suppress import suppress
from confstudy.survey.recode import MISSING_REASONS
from confstudy.survey.stack import Stack
from confstudy.survey.survey import Step, Survey

__all__ = ["admitted", "marked", "require_safe"]

_SUPPRESSED = MISSING_REASONS.index("suppressed") + 1


def admitted(stack: Stack) -> Survey:
    """Suppress, measure the risk, and let the respondents in or raise IdentifiedData."""
    codebook, provenance = stack.codebook, stack.provenance
    frame, reasons = _suppressed(stack.frame, stack.reasons, codebook)
    found = require_safe(frame, codebook, stack.gate, provenance.file)
    blanked = int((reasons == _SUPPRESSED).to_numpy().sum())
    provenance = replace(provenance, gate=_words(codebook, found.k, blanked))
    return Survey(frame, reasons, codebook, provenance, (Step("In the file", len(frame)),))


def require_safe(frame: pd.DataFrame, codebook: Codebook, gate: GateResult, file: str) -> Risk:
    """The risk of a decoded frame, or IdentifiedData where it or the columns are not safe."""
    quasi = codebook.with_role("quasi_identifier")
    sensitive = codebook.with_role("sensitive") if quasi else ()
    found = risk(frame, quasi, sensitive, codebook.protection.k)
    gate.with_risk(found, codebook.protection).require(file)
    return found


def _suppressed(
    frame: pd.DataFrame, reasons: pd.DataFrame, codebook: Codebook
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Blank the quasi-identifiers the codebook allows where groups are unsafe."""
    protection = codebook.protection
    if not protection.suppress:
        return frame, reasons
    done = suppress(
        frame,
        codebook.with_role("quasi_identifier"),
        protection.suppress,
        protection.k,
        codebook.with_role("sensitive"),
        protection.l,
    )
    for name, rows in done.blanked.items():
        reasons = marked(reasons, name, rows, "suppressed")
    return done.frame, reasons


def marked(reasons: pd.DataFrame, name: str, rows: NDArray[np.bool_], reason: str) -> pd.DataFrame:
    """The reasons with one more for some respondents."""
    if not rows.any():
        return reasons
    code = MISSING_REASONS.index(reason) + 1
    column = np.where(rows, code, reasons.get(name, 0)).astype(np.int8)
    return reasons.assign(**{name: column})


def _words(codebook: Codebook, k: int, blanked: int) -> str:
    if not codebook.with_role("quasi_identifier"):
        return "gate: no quasi-identifiers declared"
    # Exact numbers of suppressed cells would give back what tables of them mask.
    cells = f", about {max(10, round(blanked, -1))} cells suppressed" if blanked else ""
    reason = f" ({codebook.protection.reason})" if codebook.protection.reason else ""
    return f"gate: k = {k}{cells}{reason}"
