"""Put a finished build in place, or keep the last good one and say what failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from confstudy.errors import ReportError, UnwritableFile, unknown
from confstudy.files import sync_folder
from confstudy.report.entries import (
    Held,
    healed,
    held_in,
    history_in,
    next_number,
    problems,
    remember,
)
from confstudy.report.history import History
from confstudy.report.locks import unlock, writing
from confstudy.report.manifest import faults, read_manifest, run_name, runs_in
from confstudy.report.pointer import followed, point_to
from confstudy.report.prune import pinned_in, prune, prune_held, prune_old
from confstudy.report.stage import fill, require_space, staged, sweep

__all__ = ["Held", "Shelf"]


@dataclass(frozen=True)
class Shelf:
    """The folder of one report's variant.

    ``runs/`` has the published builds, ``latest`` points to the newest, ``held/`` has what waits
    for a person, ``failed/`` what failed, ``history.jsonl`` a line for each. Whenever a process
    is killed, ``latest`` is a complete build; the next change finishes or removes what was under
    way.

    Examples
    --------
    >>> import tempfile
    >>> shelf = Shelf(Path(tempfile.mkdtemp()))
    >>> run = shelf.publish({"report.html": b"<p>One</p>"}, {"title": "One"}, keep=2)
    >>> shelf.latest.name, shelf.manifest["run"] == run.name, shelf.verify()
    ('latest', True, [])
    """

    folder: Path

    @property
    def latest(self) -> Path | None:
        """The folder of the last good build, when every file of it is as it was published."""
        return self.folder / "latest" if followed(self.folder) else None

    @property
    def manifest(self) -> dict[str, Any]:
        """The manifest of the last good build, or nothing."""
        run = followed(self.folder)
        return read_manifest(run) if run else {}

    @property
    def history(self) -> History:
        """One entry a build or decision, the newest last: n, run, status, at, reason."""
        return history_in(self.folder)

    @property
    def held(self) -> Held | None:
        """The build that waits for a person, or was refused and has had no successor."""
        return held_in(self.folder)

    @property
    def pinned(self) -> set[str]:
        """The runs that are never pruned."""
        return pinned_in(self.folder)

    def publish(self, files: Mapping[str, bytes], manifest: Mapping[str, Any], keep: int) -> Path:
        """Write a build, let ``latest`` point to it, and keep the newest ``keep`` builds.

        Raises
        ------
        ReportBusy
            Another process writes into the folder for too long.
        UnwritableFile
            The system refuses: no permission, no space. ``latest`` is a complete build still.
        """
        with self._changing(files) as stage:
            run = self._placed("runs", files, manifest, stage)
            point_to(self.folder, run, stage)
            try:
                remember(self.folder, run, "built")
            except UnwritableFile as problem:
                raise UnwritableFile(
                    f"{problem} The report is published; the next build adds it to its history."
                ) from None
            prune(self.folder, keep, stage)
        return run

    def hold(
        self, files: Mapping[str, bytes], manifest: Mapping[str, Any], reasons: list[str]
    ) -> Path:
        """Keep a build for a person to accept or refuse; ``latest`` stays as it is."""
        with self._changing(files) as stage:
            run = self._placed("held", files, {**manifest, "held": reasons}, stage)
            remember(self.folder, run, "held")
            prune_held(self.folder, stage)
        return run

    def accept(self) -> Path:
        """Publish the build that is held; raises ReportError where none is, or it is damaged."""
        with self._changing() as stage:
            held = self._waiting()
            if found := faults(held.run):
                raise ReportError(f"The held build is damaged: {found[0]}. Build it again.")
            run = self.folder / "runs" / held.run.name
            run.parent.mkdir(exist_ok=True)
            held.run.rename(run)
            sync_folder(run.parent)
            sync_folder(held.run.parent)
            point_to(self.folder, run, stage)
            remember(self.folder, run, "accepted")
        return run

    def refuse(self, why: str = "") -> None:
        """Say that the held build is not to be published; it is not built again as it is."""
        with self._changing():
            remember(self.folder, self._waiting().run, "refused", why)

    def fail(self, reason: str, partial: bytes | None = None, keep: int = 10) -> Path | None:
        """Keep why a build failed; ``latest`` stays as it is.

        Parameters
        ----------
        reason
            What failed; it must hold nothing of the data.
        partial
            The notebook as far as it came, only as the gate of release has cleaned it.
        keep
            How many failed builds are kept.

        Returns
        -------
        The folder it is kept in, None where the system lets nothing be written.
        """
        files = {"error.txt": f"{reason}\n".encode("utf-8", "backslashreplace")}
        if partial is not None:
            files["partial.ipynb"] = partial
        try:
            with self._changing(files) as stage:
                run = self._placed("failed", files, {"reason": reason}, stage)
                remember(self.folder, run, "failed")
                prune_old(self.folder, "failed", keep, stage)
        except UnwritableFile:
            return None
        return run

    def verify(self) -> list[str]:
        """Everything that is wrong with the folder; nothing when it is whole."""
        return problems(self.folder)

    def heal(self) -> list[str]:
        """Finish or remove what killed processes left; says what was done.

        Every change does it first. ``latest`` becomes the newest complete run.
        """
        if not self.folder.is_dir():
            return []
        with writing(self.folder):
            left = [f"removed what a killed build left ({name})" for name in sweep(self.folder)]
            with staged(self.folder) as stage:
                return left + healed(self.folder, stage)

    def pin(self, run: str) -> None:
        """Keep a run for good; raises ReportError where there is no run of this name."""
        with self._changing():
            runs = [path.name for path in runs_in(self.folder / "runs")]
            if run not in runs:
                raise ReportError(unknown("Runs", [run], runs, f"'{self.folder.name}'"))
            (self.folder / "pins").mkdir(exist_ok=True)
            (self.folder / "pins" / run).touch()

    def unpin(self, run: str) -> None:
        """Let a run be pruned again; raises ReportError where it is not pinned."""
        with self._changing():
            if run not in self.pinned:
                raise ReportError(unknown("Pinned runs", [run], sorted(self.pinned), "'pins'"))
            (self.folder / "pins" / run).unlink(missing_ok=True)

    def unlock(self) -> bool:
        """Remove locks whose process is dead; raises ReportBusy where it lives."""
        return unlock(self.folder)

    def prune(self, keep: int) -> list[str]:
        """Remove all but the newest ``keep`` runs, never the latest or a pinned one.

        Returns
        -------
        The names of the runs that went.
        """
        with self._changing() as stage:
            return prune(self.folder, keep, stage)

    @contextmanager
    def _changing(self, files: Mapping[str, bytes] | None = None) -> Iterator[Path]:
        with writing(self.folder):
            sweep(self.folder)
            with staged(self.folder) as stage:
                if files is not None:
                    require_space(self.folder, files)
                healed(self.folder, stage)
                yield stage

    def _placed(
        self, kind: str, files: Mapping[str, bytes], manifest: Mapping[str, Any], stage: Path
    ) -> Path:
        """A complete run in ``runs/``, ``held/`` or ``failed/``, there in one step."""
        run = stage / run_name(next_number(self.folder))
        at = datetime.now(UTC).isoformat(timespec="seconds")
        fill(run, files, {"built": at, **manifest})
        final = self.folder / kind / run.name
        final.parent.mkdir(exist_ok=True)
        run.rename(final)
        sync_folder(final.parent)
        sync_folder(self.folder)
        return final

    def _waiting(self) -> Held:
        if self.held is None:
            raise ReportError(f"No build is held in '{self.folder.name}': there is nothing to do.")
        return self.held
