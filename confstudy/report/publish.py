"""Put a finished build in place, or keep the last good one and say what failed."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from confstudy.files import sha256_of, sync_folder, write_bytes, write_text

__all__ = ["Shelf"]


@dataclass(frozen=True)
class Shelf:
    """The folder of one report's variant: ``runs/``, ``latest``, ``failed/``, ``history.jsonl``."""

    folder: Path

    @property
    def latest(self) -> Path | None:
        """The folder of the last good build."""
        link = self.folder / "latest"
        return link if (link / "manifest.json").is_file() else None

    @property
    def manifest(self) -> dict[str, Any]:
        """The manifest of the last good build, or nothing."""
        return json.loads((self.latest / "manifest.json").read_text()) if self.latest else {}

    @property
    def history(self) -> list[dict[str, Any]]:
        """One entry a build, the newest last."""
        path = self.folder / "history.jsonl"
        return (
            [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []
        )

    def publish(self, files: Mapping[str, bytes], manifest: Mapping[str, Any], keep: int) -> Path:
        """Stage files, rename them into ``runs/``, then let ``latest`` point to them."""
        run = _run_id(self.folder / "runs")
        shutil.rmtree(self.folder / "stage", ignore_errors=True)
        stage = self.folder / "stage" / run
        stage.mkdir(parents=True)
        for name, content in files.items():
            write_bytes(stage / name, content)
        hashes = {name: sha256_of(stage / name) for name in files}
        full = {**manifest, "run": run, "files": hashes}
        write_text(stage / "manifest.json", json.dumps(full, indent=1, ensure_ascii=False))
        final = self.folder / "runs" / run
        final.parent.mkdir(exist_ok=True)
        stage.rename(final)
        stage.parent.rmdir()
        sync_folder(final.parent)
        self._point_to(final)
        self._remember({"run": run, "status": "built", "at": manifest["built"]})
        self._prune(keep, final)
        return final

    def fail(self, reason: str) -> None:
        """Keep why a build failed; ``latest`` stays as it is."""
        run, now = _run_id(self.folder / "failed"), datetime.now(UTC).isoformat(timespec="seconds")
        write_text(self.folder / "failed" / run / "error.txt", reason + "\n")
        self._remember({"run": run, "status": "failed", "at": now, "reason": reason})

    def _point_to(self, final: Path) -> None:
        beside = self.folder / f".latest.{os.getpid()}"
        beside.unlink(missing_ok=True)
        beside.symlink_to(Path("runs") / final.name, target_is_directory=True)
        beside.replace(self.folder / "latest")
        sync_folder(self.folder)

    def _remember(self, entry: Mapping[str, Any]) -> None:
        lines = [json.dumps(row, ensure_ascii=False) for row in [*self.history, dict(entry)]]
        write_text(self.folder / "history.jsonl", "\n".join(lines) + "\n")

    def _prune(self, keep: int, newest: Path) -> None:
        runs = sorted(path for path in newest.parent.iterdir() if path != newest)
        for old in runs[: max(0, len(runs) - keep + 1)]:
            shutil.rmtree(old)


def _run_id(parent: Path) -> str:
    """A name that sorts by time and is not taken."""
    stem = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    number = 0
    while (parent / f"{stem}-{number:03d}").exists():
        number += 1
    return f"{stem}-{number:03d}"
