"""A published run: its name, its manifest, and whether all of it is what was written."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from confstudy.files import sha256_of

__all__ = ["faults", "number_of", "read_manifest", "run_name", "runs_in", "sealed", "strangers"]


def run_name(number: int, moment: datetime | None = None) -> str:
    """A name that sorts by a growing number, whatever the clock says.

    >>> run_name(7, datetime(2026, 1, 31, 12, tzinfo=UTC))
    '000007-20260131T120000Z'
    """
    return f"{number:06d}-{(moment or datetime.now(UTC)).strftime('%Y%m%dT%H%M%SZ')}"


def number_of(run: str) -> int:
    """The growing number of a run's name; 0 for a name without.

    >>> number_of("000007-20260131T120000Z"), number_of("20260131T120000Z-000")
    (7, 0)
    """
    found = re.match(r"(\d{6,})-\d{8}T", run)
    return int(found[1]) if found else 0


def runs_in(folder: Path) -> list[Path]:
    """The runs of a folder, the newest last."""
    found: Iterable[Path] = folder.iterdir() if folder.is_dir() else ()
    return sorted(
        (path for path in found if path.is_dir() and not path.name.startswith(".")),
        key=lambda path: (number_of(path.name), path.name),
    )


def sealed(manifest: Mapping[str, Any]) -> bytes:
    """A manifest as it is written, with a hash of all the rest of it.

    >>> json.loads(sealed({"run": "a"}))["seal"][:8]
    '721e97d8'
    """
    plain = json.loads(json.dumps(manifest, default=str))
    text = json.dumps({**plain, "seal": _seal(plain)}, indent=1, ensure_ascii=False)
    # Half of a surrogate pair, from a strange file name, becomes an escape that JSON reads.
    return text.encode("utf-8", "backslashreplace")


def read_manifest(run: Path) -> dict[str, Any]:
    """The manifest of a run, or nothing where it is missing, cut short or changed."""
    try:
        content = json.loads((run / "manifest.json").read_bytes())
    except (OSError, ValueError):
        return {}
    if not isinstance(content, dict) or not isinstance(content.get("files"), dict):
        return {}
    return content if content.get("seal") == _seal(content) else {}


def faults(run: Path) -> list[str]:
    """What is wrong with a run: its manifest, then every file that is not what was written."""
    manifest = read_manifest(run)
    if not manifest:
        return ["its manifest is missing, cut short or changed"]
    found = []
    for name, expected in manifest["files"].items():
        try:
            if sha256_of(run / name) != expected:
                found.append(f"'{name}' was changed after it was published")
        except OSError:
            found.append(f"'{name}' is missing or cannot be read")
    return found


def strangers(run: Path) -> list[str]:
    """Files of a run that its manifest does not know."""
    known = {"manifest.json", *read_manifest(run).get("files", ())}
    return sorted(path.name for path in run.iterdir() if path.name not in known)


def _seal(manifest: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in manifest.items() if key != "seal"}
    text = json.dumps(rest, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
