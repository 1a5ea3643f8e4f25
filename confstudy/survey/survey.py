"""A survey that has passed the load gate: frame, codebook, design, provenance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Self

import numpy as np
import pandas as pd

from confstudy.codebook.schema import Codebook, SampleDesign
from confstudy.errors import DataError, unknown
from confstudy.survey.recode import MISSING_REASONS

__all__ = ["FileRecord", "Provenance", "Step", "Survey"]


@dataclass(frozen=True)
class Step:
    """A step between the file and the analysis: what happened, how many were left."""

    label: str
    n: int


@dataclass(frozen=True)
class FileRecord:
    """A file that respondents came from, and what its reader did."""

    file: str
    sha256: str
    format: str
    rows: int
    columns: int
    left_out: int
    wave: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Provenance:
    """Where a survey comes from and what was done to it, without a word of its content.

    ``recodes`` holds (variable, read, made, respondents), ``spellings`` how many different
    answers a recoded variable had; ``strays`` how many respondents answered a question that
    its routing does not lead them to.
    """

    files: tuple[FileRecord, ...]
    gate: str
    confstudy: str
    recodes: tuple[tuple[str, str, str, int], ...] = ()
    spellings: tuple[tuple[str, int], ...] = ()
    strays: tuple[tuple[str, int], ...] = ()
    recipe: str = ""

    @property
    def file(self) -> str:
        """The names of the files."""
        return " + ".join(record.file for record in self.files)

    @property
    def sha256(self) -> str:
        """The hash of the file's bytes; of the hashes where there are several files."""
        hashes = [record.sha256 for record in self.files]
        return hashes[0] if len(hashes) == 1 else sha256("".join(hashes).encode()).hexdigest()

    @property
    def rows(self) -> int:
        """Respondents in the files."""
        return sum(record.rows for record in self.files)

    @property
    def left_out(self) -> int:
        """Columns of the files that the codebook does not name."""
        return sum(record.left_out for record in self.files)

    @property
    def table(self) -> pd.DataFrame:
        """One row a file: file, wave, format, rows, columns, left out, notes, hash."""
        rows = [
            {
                "file": record.file,
                "wave": record.wave,
                "format": record.format,
                "rows": record.rows,
                "columns": record.columns,
                "left_out": record.left_out,
                "notes": "; ".join(record.notes),
                "sha256": record.sha256,
            }
            for record in self.files
        ]
        return pd.DataFrame(rows)


@dataclass(frozen=True, repr=False)
class Survey:
    """Anonymous answers and everything needed to read them.

    Attributes
    ----------
    frame
        One row a respondent, one column a kept variable of the codebook: categoricals with
        the declared levels, numbers as float, missing answers as NaN.
    reasons
        Same rows; for the columns with missing answers, 0 or 1 + the position of the reason
        in ``MISSING_REASONS``.
    codebook, provenance, flow
        What the columns mean, where they come from, how many were left after each step.
    """

    frame: pd.DataFrame
    reasons: pd.DataFrame
    codebook: Codebook
    provenance: Provenance
    flow: tuple[Step, ...] = ()

    @property
    def n(self) -> int:
        """The number of respondents."""
        return len(self.frame)

    @property
    def design(self) -> SampleDesign:
        """Weights, strata, clusters and replicate weights of the sample."""
        return self.codebook.design

    @property
    def synthetic(self) -> bool:
        """Whether the respondents are simulated."""
        return self.codebook.synthetic

    @property
    def response_rate(self) -> float | None:
        """Respondents in the file over people invited, where the codebook says how many."""
        invited = self.codebook.fieldwork.invited
        return self.provenance.rows / invited if invited else None

    @property
    def missing(self) -> pd.DataFrame:
        """Counts of missing answers: one row a variable, one column a reason that occurs."""
        counts = {
            name: np.bincount(self.reasons[name], minlength=len(MISSING_REASONS) + 1)[1:]
            for name in self.reasons
        }
        table = pd.DataFrame.from_dict(counts, orient="index", columns=list(MISSING_REASONS))
        return table.loc[:, table.any()].rename_axis("variable").reset_index()

    @property
    def recodes(self) -> pd.DataFrame:
        """What was recoded to what: variable, read, made, respondents."""
        names = ["variable", "read", "made", "respondents"]
        return pd.DataFrame(list(self.provenance.recodes), columns=names)

    @property
    def table(self) -> pd.DataFrame:
        """One row a variable: the codebook's columns, answered and missing counts."""
        table = self.codebook.table
        table = table[table["variable"].isin(self.frame.columns)].reset_index(drop=True)
        answered = self.frame.notna().sum()
        table["answered"] = [int(answered[name]) for name in table["variable"]]
        table["missing"] = self.n - table["answered"]
        return table

    def with_columns(self, **columns: pd.Series[Any]) -> Self:
        """The same survey with columns added; none may stand there already."""
        taken = [name for name in columns if name in self.frame]
        if taken:
            raise DataError(f"The survey already has columns {taken}; choose other names.")
        return replace(self, frame=self.frame.assign(**columns))

    def where(self, rows: pd.Series[bool], label: str) -> Self:
        """The respondents for whom ``rows`` is true, as a named step of the flow."""
        if rows.dtype not in ("bool", "boolean") or rows.isna().any():
            raise DataError("'where' takes a column of true and false, none missing.")
        keep = rows.reindex(self.frame.index)
        if keep.isna().any():
            raise DataError("'where' takes one value a respondent of this survey.")
        keep = keep.astype(bool)
        frame, reasons = self.frame[keep], self.reasons[keep]
        step = Step(label, len(frame))
        return replace(self, frame=frame, reasons=reasons, flow=(*self.flow, step))

    def one_against_rest(self, variable: str, level: str) -> Self:
        """The survey with a categorical variable reduced to one level against all others."""
        column = self[variable]
        declared = self.codebook.variables.get(variable)
        levels = list(declared.categories) if declared is not None else []
        if level not in levels:
            raise DataError(unknown("Levels", [level], levels, f"'{variable}'"))
        rest = " or ".join(other for other in levels if other != level)
        reduced = column.map(lambda value: level if value == level else rest, na_action="ignore")
        two = pd.Series(pd.Categorical(reduced, categories=[rest, level]), index=column.index)
        return replace(self, frame=self.frame.assign(**{variable: two}))

    def __getitem__(self, name: str) -> pd.Series[Any]:
        if name not in self.frame:
            message = unknown("Columns", [name], map(str, self.frame.columns), "the survey")
            raise DataError(message)
        return self.frame[name]

    def __repr__(self) -> str:
        kind = "SYNTHETIC" if self.synthetic else "REAL"
        rate = f", response {self.response_rate:.0%}" if self.response_rate else ""
        return (
            f"Survey '{self.codebook.name}' · {kind} · {self.n:,} respondents{rate} · "
            f"{self.frame.shape[1]} variables · {self.provenance.gate} · "
            f"sha256 {self.provenance.sha256[:12]}"
        )

    __str__ = __repr__
