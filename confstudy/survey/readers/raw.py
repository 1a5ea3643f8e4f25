"""What a reader hands over: the columns of a file as they stand, and what the file says of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

__all__ = ["Described", "RawTable"]


@dataclass(frozen=True, repr=False)
class Described:
    """What a file, or the data dictionary beside it, says about one column.

    Attributes
    ----------
    label
        The question's text.
    levels
        Code, as in the cells, → value label.
    missing
        Code that the file declares missing → its value label, or nothing.
    asked_if
        The condition under which the question was asked, as written there.
    identifier
        The file marks the column as one that identifies. Its absence proves nothing.
    """

    label: str = ""
    levels: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    asked_if: str = ""
    identifier: bool = False

    def __repr__(self) -> str:
        return f"Described '{self.label}': {len(self.levels)} levels, {len(self.missing)} missing"


@dataclass(frozen=True, repr=False)
class RawTable:
    """A file's columns before any codebook, and what is known about the file.

    Attributes
    ----------
    frame
        One row a respondent. Text formats have text columns with blanks as ``""``; binary
        formats keep numbers as numbers.
    file, sha256, format
        The file's name, the SHA-256 of its bytes, and its format in words.
    platform
        The survey platform that exported it, or nothing where that is not known.
    described
        Header → what the file says about the column.
    notes
        What the reader did, in words with counts.
    """

    frame: pd.DataFrame
    file: str
    sha256: str
    format: str
    platform: str = ""
    described: Mapping[str, Described] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def labels(self) -> dict[str, str]:
        """Header → question text, where the file has one."""
        return {header: said.label for header, said in self.described.items() if said.label}

    @property
    def marked(self) -> list[str]:
        """Headers of columns that the file marks as identifying."""
        return [header for header, said in self.described.items() if said.identifier]

    def __repr__(self) -> str:
        rows, columns = self.frame.shape
        source = f"{self.platform}, {self.format}" if self.platform else self.format
        return f"RawTable {self.file}: {rows:,} rows × {columns:,} columns ({source})"
