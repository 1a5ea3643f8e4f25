"""The ledger of a study: everything that was ever released, and on whom."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from confstudy.errors import LedgerDamaged
from confstudy.release.ledger.book import Book
from confstudy.release.ledger.chain import chained
from confstudy.release.ledger.disk import Head, append, fingerprint, held, read_key
from confstudy.release.ledger.entry import Entry, Output, Respondents
from confstudy.release.ledger.folder import ledger_folder, refused
from confstudy.release.ledger.roster import roster_of
from confstudy.release.ledger.stage import Stage, rebased
from confstudy.release.ledger.whole import Problem, Reading, problems, read

__all__ = ["Ledger", "current"]

Check = Callable[[Sequence[Output], Sequence[Output]], None]


class Ledger:
    """What was released from a study, in a file where every change shows.

    Parameters
    ----------
    folder
        Where it is kept; made on the first entry. See :func:`ledger_folder`.
    stage
        A file that takes new entries instead, until :meth:`commit`; they are part of what
        ``entries``, ``has`` and ``writing`` see.
    timeout
        Seconds to wait for another process that writes.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> from confstudy.release.decision import Decision
    >>> from confstudy.release.ledger.entry import Remembered
    >>> ledger = Ledger(Path(tempfile.mkdtemp()) / ".confstudy")
    >>> answers = pd.DataFrame({"arm": ["a"] * 12, "trust": range(12)})
    >>> with ledger.writing() as book:
    ...     cell = Remembered.behind(book.number(answers), "all", "count", [])
    ...     passed = Decision("pass", "threshold", "12 respondents")
    ...     at = "2026-01-31T12:00:00+00:00"
    ...     book.add(Output(at, "study", "Table 1", "d1" * 32, "", passed, (cell,)))
    >>> ledger.has("d1" * 32), ledger.verify()
    (True, [])
    """

    def __init__(self, folder: Path, stage: Path | None = None, timeout: float = 60.0) -> None:
        self.folder = Path(folder)
        self.stage = stage
        self._timeout = timeout

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries, the earliest first, the staged ones last.

        Raises
        ------
        LedgerDamaged
            A line was changed, or lines are gone.
        """
        return self._past(read(self.folder))

    @property
    def outputs(self) -> tuple[Output, ...]:
        """The entries that are outputs."""
        return tuple(entry for entry in self.entries if isinstance(entry, Output))

    @property
    def key(self) -> bytes:
        """32 random bytes, made on first use: they hash respondents and choose roundings.

        Raises
        ------
        LedgerDamaged
            The key is gone, or another one, though the ledger is in use.
        """
        if (self.folder / "key").is_file():
            return self._key(read(self.folder).entries)
        with held(self.folder, self._timeout):
            return self._key(read(self.folder).entries)

    def has(self, digest: str) -> bool:
        """Whether an output with this digest was released."""
        return bool(digest) and any(
            output.digest == digest and output.decision.status != "fail" for output in self.outputs
        )

    @contextmanager
    def writing(self) -> Iterator[Book]:
        """Hold the ledger: what the block adds is written when it ends, all or nothing.

        Raises
        ------
        LedgerDamaged
            The ledger is not whole, or its key is gone.
        UnwritableFile
            Another process writes for too long, or the system refuses.
        """
        with held(self.folder, self._timeout):
            now = read(self.folder)
            past = self._past(now)
            book = Book(past, self._key(now.entries))
            yield book
            if not book.added:
                return
            if self.stage is None:
                self._append(now.head, book.added)
            else:
                staged = (*past[len(now.entries) :], *book.added)
                Stage(roster_of(now.entries).size, staged).write(self.stage)

    def commit(self, stage: Path, check: Check | None = None) -> tuple[Entry, ...]:
        """Move staged entries into the ledger; returns them in the ledger's numbers.

        Parameters
        ----------
        stage
            The stage's file; it is removed. Where there is none, nothing is moved.
        check
            Called with the staged outputs and those of the ledger, among which others may have
            come meanwhile; when it raises, all stays as it was.
        """
        with held(self.folder, self._timeout):
            now = read(self.folder)
            self._key(now.entries)
            staged = Stage.read(stage)
            moved = rebased(staged, roster_of(now.entries)) if staged else ()
            # A crash between the two last steps leaves the file of a stage that was moved.
            there = {_named(entry) for entry in now.entries if isinstance(entry, Output)}
            moved = tuple(e for e in moved if not isinstance(e, Output) or _named(e) not in there)
            if check is not None:
                old = [entry for entry in now.entries if isinstance(entry, Output)]
                check([entry for entry in moved if isinstance(entry, Output)], old)
            if moved:
                self._append(now.head, moved)
        self.discard(stage)
        return moved

    def discard(self, stage: Path) -> None:
        """Forget staged entries."""
        try:
            stage.unlink(missing_ok=True)
        except OSError as problem:
            raise refused(stage.parent, problem) from None

    def verify(self) -> list[Problem]:
        """Everything that is wrong with the ledger; nothing when it is whole.

        Lines that are changed, gone, new or in another order, sets that cannot be read,
        respondents nobody knows, another key. Somebody who may write all files of the folder
        can put back an older state of all of them together: keep a copy elsewhere.
        """
        return problems(self.folder)

    def _past(self, now: Reading) -> tuple[Entry, ...]:
        staged = Stage.read(self.stage) if self.stage is not None else None
        if staged is None:
            return now.entries
        return (*now.entries, *rebased(staged, roster_of(now.entries)))

    def _key(self, entries: Sequence[Entry]) -> bytes:
        key = read_key(self.folder, used=bool(entries))
        prints = {entry.key for entry in entries if isinstance(entry, Respondents)}
        if prints - {fingerprint(key)}:
            raise LedgerDamaged(
                f"The file 'key' of the ledger in folder '{self.folder.name}' is another than the "
                "one its respondents were hashed with. Put it back from a copy."
            )
        return key

    def _append(self, head: Head, entries: Sequence[Entry]) -> None:
        text, last, count = chained([entry.as_json for entry in entries], head.hash)
        append(self.folder, text, Head(head.count + count, last))

    def __repr__(self) -> str:
        staged = ", staged" if self.stage is not None else ""
        return f"Ledger(in folder '{self.folder.name}'{staged})"


def current() -> Ledger:
    """The ledger of the working folder's study.

    $CONFSTUDY_LEDGER names another folder; $CONFSTUDY_STAGE a file that takes new entries until
    they are committed.

    >>> current().folder == ledger_folder()
    True
    """
    stage = os.environ.get("CONFSTUDY_STAGE", "")
    return Ledger(ledger_folder(), Path(stage).expanduser().absolute() if stage else None)


def _named(output: Output) -> tuple[object, ...]:
    named = (output.at, output.study, output.output, output.digest, output.data)
    return (*named, output.behind)
