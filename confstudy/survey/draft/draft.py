"""Write a first codebook for a file: what its columns are, and what a person has to decide."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from confstudy.codebook.read import codebook_path, data_stem, parse_codebook
from confstudy.codebook.schema import Codebook, Repair
from confstudy.errors import CodebookMismatch, UnwritableFile
from confstudy.files import write_text
from confstudy.privacy.headers import answers_in_header
from confstudy.survey.draft.choices import with_choices
from confstudy.survey.draft.column import Guess, guess
from confstudy.survey.draft.names import named, role_of
from confstudy.survey.draft.refused import refused
from confstudy.survey.draft.routes import with_routes
from confstudy.survey.draft.scales import batteries
from confstudy.survey.draft.text import written
from confstudy.survey.read import Described, RawTable, read_table
from confstudy.survey.readers.grid import counted
from confstudy.survey.repair import from_wrong_encoding

__all__ = ["Draft", "draft_codebook"]


@dataclass(frozen=True, repr=False)
class Draft:
    """A first codebook: YAML to edit, and the questions it leaves open.

    Attributes
    ----------
    text
        The codebook. It loads as it stands; lines with ``unsure`` want an answer.
    unsure
        (variable, question) for every open question.
    beside
        Where :meth:`write` puts it unless told otherwise.
    read, notes
        The file, and what its reader did.
    """

    text: str
    unsure: tuple[tuple[str, str], ...]
    beside: Path
    read: str
    notes: tuple[str, ...] = ()

    @cached_property
    def codebook(self) -> Codebook:
        """The codebook itself."""
        return parse_codebook(self.text, self.beside.name)

    @property
    def table(self) -> pd.DataFrame:
        """One row a variable: the codebook's table with the open questions."""
        table = self.codebook.table
        asked = {name: [q for n, q in self.unsure if n == name] for name in table["variable"]}
        return table.assign(unsure=["; ".join(asked[name]) for name in table["variable"]])

    def write(self, path: str | Path | None = None, *, force: bool = False) -> Path:
        """Write the YAML, by default beside the data file; an existing one only by ``force``."""
        target = Path(path) if path is not None else self.beside
        if target.exists() and not force:
            raise UnwritableFile(
                f"'{target.name}' is there already and may hold somebody's work: give another "
                "path, or replace it with force=True (--force)."
            )
        write_text(target, self.text)
        return target

    def __repr__(self) -> str:
        book = self.codebook
        dropped = len(book.variables) - len(book.kept)
        scales = counted(len(book.scales), "scale") if book.scales else "no scales"
        lines = [
            f"Codebook drafted from {self.read}: {len(book.kept)} variables, {dropped} left out, "
            f"{scales}, {len(self.unsure)} open questions",
            *(f"  ({note})" for note in self.notes),
            *(f"  {name}: {question}" for name, question in self.unsure[:12]),
        ]
        if len(self.unsure) > 12:
            lines.append(f"  … {len(self.unsure) - 12} more in the text")
        return "\n".join(lines)


def draft_codebook(
    path: str | Path, *, encoding: str = "", dictionary: str | Path | None = None
) -> Draft:
    """Draft a codebook for a survey export.

    Columns that identify people and free text are left out. Types, levels, missing codes,
    routing, batteries of items and reverse-keyed items are guessed, and what is unsure is said.
    Answers that fewer than five people gave are never written.

    Parameters
    ----------
    path
        A file that :func:`confstudy.load` reads.
    encoding
        Of a text file, where it is not detected.
    dictionary
        A REDCap data dictionary; found by itself beside the export.

    Examples
    --------
    >>> import confstudy as cs
    >>> draft = cs.draft_codebook("data_synthetic/therapy.parquet")
    >>> draft.codebook.scales["privacy"].reverse
    ('privacy_2', 'privacy_5')
    """
    file = Path(path)
    raw = read_table(
        file, encoding=encoding, dictionary=Path(dictionary) if dictionary is not None else None
    )
    return draft_of(raw, file)


def draft_of(raw: RawTable, file: Path) -> Draft:
    """Draft a codebook for a table that has been read from a file."""
    answers, columns = answers_in_header(raw.frame), raw.frame.shape[1]
    if answers >= max(2, columns / 5) or 2 * answers >= columns > 0:
        raise CodebookMismatch(
            f"'{raw.file}' seems to have no header row: its headers look like answers. Put the "
            "names of the questions into the first row."
        )
    again = _read_again(raw)
    repairs: list[Repair] = ["wrong_encoding"] if again is not raw else []
    raw = again
    logic = {header: said.asked_if for header, said in raw.described.items()}
    guesses = with_routes(with_choices(_guesses(raw), raw.frame), raw.frame, logic)
    guesses, scales = batteries(guesses, raw.frame)
    text = written(data_stem(file), raw.file, guesses, scales, repairs)
    unsure = [(entry.name, question) for entry in guesses for question in entry.unsure]
    unsure += [
        (battery.name, f"reverse-keyed: {', '.join(battery.reverse)}?")
        for battery in scales
        if battery.reverse
    ]
    read = f"{raw.file} ({raw.platform + ', ' if raw.platform else ''}{raw.format})"
    return Draft(text, tuple(unsure), codebook_path(file), read, raw.notes)


def _read_again(raw: RawTable) -> RawTable:
    """The table with text that was read in the wrong encoding read again, or the table itself."""
    names = {str(header): from_wrong_encoding(str(header)) for header in raw.frame}
    columns = {}
    for header, column in raw.frame.items():
        found = {str(cell): from_wrong_encoding(str(cell)) for cell in column.dropna().unique()}
        found = {cell: text for cell, text in found.items() if text}
        columns[names[str(header)] or str(header)] = column.replace(found) if found else column
    frame = pd.DataFrame(columns)
    if frame.equals(raw.frame) or len(columns) < raw.frame.shape[1]:
        return raw
    described = {names.get(header) or header: said for header, said in raw.described.items()}
    return replace(raw, frame=frame, described=described)


def _guesses(raw: RawTable) -> list[Guess]:
    headers = [str(header) for header in raw.frame.columns]
    names = named(headers)
    left_out = refused(raw)
    found = []
    for header in headers:
        said = raw.described.get(header, Described())
        label = " ".join((said.label or "").split())
        start = Guess(header, names[header], label, role=role_of(names[header], header, label))
        if header in left_out:
            free = left_out[header] == "free text"
            why = "free text" if free else f"identifier ({left_out[header]})"
            found.append(Guess(header, names[header], label, drop=why))
        elif said.identifier:
            dropped = Guess(header, names[header], label, drop="identifier (marked in the file)")
            found.append(dropped)
        else:
            found.append(guess(raw.frame[header], start, said))
    return found
