"""Several files one below the other, decoded, before their combinations are looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import pandas as pd
from pandas.api.types import union_categoricals

from confstudy.codebook.schema import Codebook
from confstudy.codebook.waves import with_wave
from confstudy.errors import CodebookMismatch, listing
from confstudy.privacy.anonymize import Dropped
from confstudy.privacy.gate import GateResult
from confstudy.survey.decode import Part, decoded
from confstudy.survey.read import RawTable
from confstudy.survey.survey import Provenance

__all__ = ["Stack", "stacked"]


@dataclass(frozen=True, repr=False)
class Stack:
    """Decoded respondents who have not passed the gate yet, so never shown or handed out.

    ``gate`` is what was found in the columns, ``provenance`` lacks the words of the gate.
    """

    frame: pd.DataFrame
    reasons: pd.DataFrame
    codebook: Codebook
    gate: GateResult
    provenance: Provenance


def stacked(
    tables: Sequence[tuple[str, RawTable]], codebook: Codebook, gone: Dropped | None = None
) -> Stack:
    """Look at the columns of raw tables, one a wave, decode them and put them together.

    The columns of what is ``gone`` are not looked at: they must leave the stack.
    """
    if len(tables) > 1 and not codebook.waves:
        raise CodebookMismatch(
            f"Codebook '{codebook.name}' declares no 'waves', so {len(tables)} files cannot be "
            "stacked: add `waves: [first, second]`."
        )
    parts = [decoded(raw, codebook, wave, gone or Dropped()) for wave, raw in tables]
    _require_waves(parts)
    _require_invited(parts, codebook)
    whole = with_wave(codebook)
    reasons = pd.concat([part.reasons for part in parts], ignore_index=True).fillna(0)
    provenance = Provenance(
        files=tuple(part.record for part in parts),
        gate="",
        confstudy=version("confstudy"),
        recodes=_recodes(parts, whole),
        spellings=_spellings(parts),
        strays=tuple(_sums([part.strays for part in parts]).items()),
    )
    frame = _joined([part.frame for part in parts])
    return Stack(frame, reasons.astype("int8"), whole, parts[0].gate, provenance)


def _joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """One below the other; open sets of codes are united."""
    if len(frames) == 1:
        return frames[0]
    columns = {}
    for name in frames[0]:
        pieces = [frame[name] for frame in frames]
        if isinstance(pieces[0].dtype, pd.CategoricalDtype):
            columns[name] = pd.Series(union_categoricals(pieces), name=name)
        else:
            columns[name] = pd.concat(pieces, ignore_index=True)
    return pd.DataFrame(columns)


def _sums(counts: Sequence[Mapping[Any, int]]) -> dict[Any, int]:
    total: dict[Any, int] = {}
    for part in counts:
        for key, count in part.items():
            total[key] = total.get(key, 0) + count
    return total


def _recodes(parts: Sequence[Part], codebook: Codebook) -> tuple[tuple[str, str, str, int], ...]:
    """In the order of the codebook, what was done to most respondents first."""
    place = {name: position for position, name in enumerate(codebook.variables)}
    counts = _sums([part.recodes for part in parts])
    order = sorted(counts, key=lambda change: (place[change[0]], -counts[change], change))
    return tuple((*change, counts[change]) for change in order)


def _spellings(parts: Sequence[Part]) -> tuple[tuple[str, int], ...]:
    names = dict.fromkeys(name for part in parts for name in part.spellings)
    nothing: frozenset[str] = frozenset()
    return tuple(
        (name, len(nothing.union(*(part.spellings.get(name, nothing) for part in parts))))
        for name in names
    )


def _require_waves(parts: Sequence[Part]) -> None:
    waves = [part.record.wave for part in parts if part.record.wave]
    twice = sorted({wave for wave in waves if waves.count(wave) > 1})
    if twice:
        raise CodebookMismatch(f"Two files are of the same wave: {listing(twice)}.")


def _require_invited(parts: Sequence[Part], codebook: Codebook) -> None:
    invited, rows = codebook.fieldwork.invited, sum(part.record.rows for part in parts)
    if invited is not None and invited < rows:
        raise CodebookMismatch(
            f"'{parts[0].record.file}' has {rows:,} rows, more than the {invited:,} that codebook "
            f"'{codebook.name}' says were invited."
        )
