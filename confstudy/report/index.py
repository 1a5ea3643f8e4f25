"""The page over all reports."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from confstudy.files import write_text
from confstudy.report.config import Config
from confstudy.report.publish import Shelf
from confstudy.report.render import Row, State, render_index

__all__ = ["write_index"]

_OTHERS = {"PDF": "report.pdf", "Word": "report.docx"}


def write_index(config: Config, states: Mapping[Path, State] | None = None) -> Path:
    """Write the page over all reports, in one step.

    ``states`` says of the folders that somebody looked at whether they are fresh.
    """
    rows = [
        _row(Shelf(folder), config, name, (states or {}).get(folder, ""))
        for name in config.report
        for folder in sorted((config.home / name).glob("*/"))
        if (folder / "history.jsonl").is_file()
    ]
    path = config.home / "index.html"
    write_text(path, render_index(rows))
    return path


def _row(shelf: Shelf, config: Config, name: str, state: State) -> Row:
    manifest, title = shelf.manifest, config.report[name].title
    last = shelf.history.last(1)
    newest = last[-1] if last else {}
    here = f"{name}/{shelf.folder.name}/latest"
    waiting = shelf.held if shelf.held and not shelf.held.refused else None
    return Row(
        title=title,
        finding=str(manifest.get("title", title)),
        variant="" if shelf.folder.name == "default" else shelf.folder.name,
        link=f"{here}/report.html" if manifest else "",
        files={
            what: f"{here}/{file}"
            for what, file in _OTHERS.items()
            if manifest and (shelf.folder / "latest" / file).is_file()
        },
        built=str(manifest.get("built", ""))[:10],
        failed=str(newest.get("at", ""))[:10] if newest.get("status") == "failed" else "",
        held=str(waiting.manifest.get("built", ""))[:10] if waiting else "",
        state=state,
    )
