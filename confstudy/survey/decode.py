"""One file through the gate's column rules and its codebook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from confstudy.codebook.reasons import reason_of
from confstudy.codebook.schema import Codebook, Variable
from confstudy.codebook.waves import resolved, wave_of
from confstudy.codebook.words import heading, plain
from confstudy.errors import CodebookMismatch, IdentifiedData, did_you_mean, listing, unknown
from confstudy.privacy.anonymize import Dropped
from confstudy.privacy.gate import GateResult, inspect_columns
from confstudy.privacy.headers import shown_headers
from confstudy.survey.readers.raw import Described, RawTable
from confstudy.survey.recode import Decoded, decode, never_asked
from confstudy.survey.repair import from_wrong_encoding
from confstudy.survey.routing import routed
from confstudy.survey.survey import FileRecord

__all__ = ["REASON_WORDS", "Part", "decoded"]

#: How a saved survey says why an answer is missing; files need no codes for it.
REASON_WORDS = {
    "refused": "(refused)",
    "dont_know": "(don't know)",
    "not_asked": "(not asked)",
    "lost": "(lost)",
    "out_of_range": "(out of range)",
    "unlisted": "(unlisted)",
    "suppressed": "(suppressed)",
}
_NOTHING = Dropped()
_REASONS = {word.strip("()"): reason for reason, word in REASON_WORDS.items()}


@dataclass(frozen=True, repr=False)
class Part:
    """The decoded respondents of one file, before their combinations are looked at."""

    frame: pd.DataFrame
    reasons: pd.DataFrame
    gate: GateResult
    record: FileRecord
    recodes: dict[tuple[str, str, str], int]
    strays: dict[str, int]
    spellings: dict[str, frozenset[str]]


def decoded(raw: RawTable, codebook: Codebook, wave: str = "", gone: Dropped = _NOTHING) -> Part:
    """Look for identified data but in what is ``gone``, then decode every variable."""
    raw = _repaired_headers(raw, codebook)
    headers = [str(header) for header in raw.frame.columns]
    if wave and wave not in codebook.waves:
        raise CodebookMismatch(unknown("Waves", [wave], codebook.waves, "the codebook"))
    wave = wave or wave_of(codebook, raw.file, headers)
    local = _with_file_s_missing(resolved(codebook, wave, headers), raw)
    looked_at = _without(local, gone)
    gate = inspect_columns(raw.frame, looked_at, gone.coarsened, raw.labels, raw.marked)
    _require_anonymous(gate, raw, local)
    _require_headers(raw, local)
    columns = {
        name: decode(raw.frame[local.header(name)], name, local)
        if variable.source[""]
        else never_asked(name, local, len(raw.frame))
        for name, variable in local.kept.items()
    }
    _require_listed(raw, local, columns)
    columns, strays = routed(columns, local)
    frame = pd.DataFrame({name: column.decoded for name, column in columns.items()})
    reasons = pd.DataFrame(
        {n: column.reasons for n, column in columns.items() if column.reasons.any()},
        index=frame.index,
    )
    if wave:
        waves = pd.Categorical([wave] * len(frame), categories=list(codebook.waves))
        frame.insert(0, "wave", pd.Series(waves))
    used = {local.header(name) for name in local.variables}
    record = FileRecord(
        file=raw.file,
        sha256=raw.sha256,
        format=raw.format,
        rows=len(raw.frame),
        columns=len(headers),
        left_out=sum(header not in used for header in headers),
        wave=wave,
        notes=raw.notes,
    )
    spellings = {name: column.spellings for name, column in columns.items() if column.recodes}
    return Part(frame, reasons, gate, record, _recodes(columns), strays, spellings)


def _without(codebook: Codebook, gone: Dropped) -> Codebook:
    """The codebook that drops what is gone, for the rules on columns."""
    drop = {"drop": "recipe"}
    variables = {
        name: variable.model_copy(update=drop) if name in gone.variables else variable
        for name, variable in codebook.variables.items()
    }
    columns = {header: Variable(drop="recipe", source={"": (header,)}) for header in gone.columns}
    return codebook.model_copy(update={"variables": columns | variables})


def _recodes(columns: Mapping[str, Decoded]) -> dict[tuple[str, str, str], int]:
    return {
        (name, read, made): count
        for name, column in columns.items()
        for (read, made), count in column.recodes.items()
    }


def _repaired_headers(raw: RawTable, codebook: Codebook) -> RawTable:
    """Headers read in the wrong encoding, read again where the codebook allows repairs."""
    if "wrong_encoding" not in codebook.repairs:
        return raw
    names = {header: from_wrong_encoding(str(header)) or header for header in raw.frame}
    return replace(raw, frame=raw.frame.rename(columns=names))


def _with_file_s_missing(codebook: Codebook, raw: RawTable) -> Codebook:
    """Our words for reasons, and codes the file declares missing, unless the codebook has them."""
    variables = dict(codebook.variables)
    ours = {word: reason for reason, word in REASON_WORDS.items()}
    for name, variable in codebook.kept.items():
        if not variable.source[""]:
            continue
        told = raw.described.get(codebook.header(name), Described()).missing
        said = {code: _REASONS.get(plain(w)) or reason_of(w) or "lost" for code, w in told.items()}
        named = {*map(plain, variable.levels), *(plain(c) for c in _coded(variable, codebook))}
        missing: dict[str, list[str]] = {why: list(c) for why, c in variable.missing.items()}
        for code, reason in (ours | said).items():
            if plain(code) not in named:
                missing.setdefault(reason, []).append(code)
        listed = {reason: tuple(codes) for reason, codes in missing.items()}
        variables[name] = variable.model_copy(update={"missing": listed})
    return codebook.model_copy(update={"variables": variables})


def _coded(variable: Variable, codebook: Codebook) -> list[str]:
    """Codes the codebook declares missing."""
    declared = [*variable.missing.values(), *codebook.missing.values()]
    return [code for codes in declared for code in codes]


def _require_anonymous(gate: GateResult, raw: RawTable, codebook: Codebook) -> None:
    """Refuse identified columns; one may be meant by a ``drop`` whose source is misspelt."""
    dropped = [
        codebook.header(name) for name, variable in codebook.variables.items() if variable.drop
    ]
    astray = [header for header in dropped if header not in raw.frame]
    try:
        gate.require(raw.file)
    except IdentifiedData as refused:
        if not astray:
            raise
        near = did_you_mean(astray[0], shown_headers(raw.frame))
        raise IdentifiedData(
            f"{refused}\nThe codebook drops columns that the file lacks: {listing(astray)}.{near}"
        ) from None


def _require_headers(raw: RawTable, codebook: Codebook) -> None:
    headers = [str(header) for header in raw.frame.columns]
    needed = {codebook.header(name) for name, v in codebook.kept.items() if v.source[""]}
    absent = sorted(needed - set(headers))
    if not absent:
        return
    shown = [name for name in shown_headers(raw.frame) if name in headers]
    damaged = {heading(name) for name in map(from_wrong_encoding, shown) if name}
    if damaged & set(map(heading, absent)):
        raise CodebookMismatch(
            f"'{raw.file}' has headers read in the wrong encoding: declare `repairs: "
            f"[wrong_encoding]` in codebook '{codebook.name}', which names {listing(absent)}."
        )
    hidden = len(headers) - len(shown)
    note = f" {hidden} headers look like answers: has the file a header row?" if hidden else ""
    raise CodebookMismatch(
        f"'{raw.file}' lacks columns that codebook '{codebook.name}' names: {listing(absent)}."
        f"{did_you_mean(absent[0], shown)} The file has: {listing(shown)}.{note}"
    )


def _require_listed(raw: RawTable, codebook: Codebook, columns: Mapping[str, Decoded]) -> None:
    lines = [
        f"  {name}: {count:,} cells are {_expected(codebook, name, kind)}."
        for name, column in columns.items()
        for kind, count in column.refused.items()
    ]
    if lines:
        raise CodebookMismatch(
            f"'{raw.file}' has cells that codebook '{codebook.name}' does not cover:\n"
            + "\n".join(lines)
            + "\nAdd them under `levels`, `recode` or `missing`, or declare `unlisted: missing`."
        )


def _expected(codebook: Codebook, name: str, kind: str) -> str:
    if kind == "date":
        return "levels that a spreadsheet took for dates: declare `repairs: [spreadsheet_dates]`"
    if kind == "encoding":
        return "levels read in the wrong encoding: declare `repairs: [wrong_encoding]`"
    if kind == "comma":
        return (
            "numbers with a comma: declare `repairs: [decimal_commas]` if 3,5 is three and a half, "
            "else take the commas out of the file"
        )
    variable = codebook.variables[name]
    if variable.type in ("numeric", "item") or variable.bands:
        return "not numbers"
    return f"not among the levels {listing(variable.categories)}"
