"""Build reports: check what is stale, run it, render it, publish it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from confstudy.codebook.read import codebook_beside
from confstudy.errors import ConfstudyError, ParameterError, ReportBusy, UnwritableFile
from confstudy.files import write_text
from confstudy.release.piece import decision_of
from confstudy.report.clean import cleaned, shown
from confstudy.report.config import Config
from confstudy.report.fingerprint import changed_parts, fingerprint
from confstudy.report.gate import Gate, survey_of
from confstudy.report.notebooks import nbformat, read_notebook
from confstudy.report.params import checked
from confstudy.report.publish import Shelf
from confstudy.report.render import render_index, render_report
from confstudy.report.run import declared_parameters, run_notebook

__all__ = ["Built", "Plan", "build", "plan", "write_index"]

State = Literal["fresh", "stale", "never built"]


@dataclass(frozen=True, repr=False)
class Plan:
    """A report with its parameters: where it is published and whether that is still right."""

    name: str
    title: str
    notebook: Path
    parameters: dict[str, Any]
    shelf: Shelf
    parts: dict[str, str]

    @property
    def changed(self) -> list[str]:
        """What changed since the last good build."""
        return changed_parts(self.shelf.manifest.get("fingerprint", {}), self.parts)

    @property
    def state(self) -> State:
        """Whether the published report is still what would be built."""
        if self.shelf.latest is None:
            return "never built"
        return "stale" if self.changed else "fresh"


@dataclass(frozen=True)
class Built:
    """What became of a report."""

    name: str
    status: Literal["built", "fresh", "failed"]
    path: Path | None
    reason: str = ""


def plan(config: Config, name: str, given: Mapping[str, object], start: Path) -> Plan:
    """Type the parameters of a report and fingerprint what it would be built from.

    Parameters
    ----------
    given
        Parameters that replace those of reports.toml; paths are meant from ``start``.
    """
    path = config.notebook(name)
    notebook = read_notebook(path)
    declared = declared_parameters(notebook, path.name)
    entry = config.named(name)
    values = checked(declared, {**entry.params, **_moved(given, start, path.parent)})
    data = _data_files(values, path.parent)
    variant = _variant({key: values[key] for key in given}, path.parent, config.root)
    shelf = Shelf(config.home / name / variant)
    parts = fingerprint(notebook, {"title": entry.title, **shown(values)}, data)
    return Plan(name, entry.title, path, values, shelf, parts)


def build(plan: Plan, config: Config, *, force: bool = False) -> Built:
    """Build one report unless it is fresh; a failure leaves the last good one in place."""
    if plan.state == "fresh" and not force:
        return Built(plan.name, "fresh", plan.shelf.latest)
    try:
        plan.shelf.folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        why = (problem.strerror or "the system refused").lower()
        raise UnwritableFile(f"The folder of report '{plan.name}' cannot be made: {why}.") from None
    try:
        with FileLock(plan.shelf.folder / ".lock", timeout=0):
            return _build(plan, config)
    except Timeout:
        raise ReportBusy(f"'{plan.name}' is being built by another process.") from None


def _build(plan: Plan, config: Config) -> Built:
    built = datetime.now(UTC)
    gate = Gate.of(config.root, plan.shelf.folder)
    gate.discard()
    try:
        with ThreadPoolExecutor(1) as aside:
            survey = aside.submit(survey_of, plan.parameters, plan.notebook.parent)
            executed = run_notebook(
                plan.notebook, plan.parameters, config.timeout, plan.name, gate.environment
            )
        notebook = cleaned(executed.notebook, plan.parameters)
        gate.require(notebook, survey.result())
        html = render_report(notebook, executed.pieces, plan.title, built)
        gate.commit()
    except ConfstudyError as failed:
        plan.shelf.fail(str(failed))
        return Built(plan.name, "failed", plan.shelf.latest, str(failed))
    finally:
        gate.discard()
    values = {r["name"]: r for p in executed.pieces if (r := p.get("record"))}
    title = next((p["title"] for p in executed.pieces if p["kind"] == "title"), plan.title)
    manifest = {
        "report": plan.name,
        "title": title,
        "built": built.isoformat(timespec="seconds"),
        "parameters": shown(plan.parameters),
        "fingerprint": plan.parts,
        "decision": decision_of(executed.pieces).status,
    }
    files = {
        "report.html": html.encode(),
        "report.ipynb": nbformat.writes(notebook).encode(),
        "values.json": json.dumps(values, indent=1, ensure_ascii=False).encode(),
    }
    return Built(plan.name, "built", plan.shelf.publish(files, manifest, config.keep))


def write_index(config: Config) -> Path:
    """Write the page over all reports, in one step."""
    rows = []
    for name, entry in config.report.items():
        shelves = [Shelf(path) for path in sorted((config.home / name).glob("*/")) if path.is_dir()]
        for shelf in shelves:
            last = shelf.history[-1] if shelf.history else {}
            manifest = shelf.manifest
            link = f"{name}/{shelf.folder.name}/latest/report.html" if manifest else ""
            rows.append(
                {
                    "title": entry.title,
                    "finding": manifest.get("title", entry.title),
                    "variant": "" if shelf.folder.name == "default" else shelf.folder.name,
                    "link": link,
                    "built": manifest.get("built", "")[:10],
                    "failed": last["at"][:10] if last.get("status") == "failed" else "",
                }
            )
    path = config.home / "index.html"
    write_text(path, render_index(rows))
    return path


def _moved(given: Mapping[str, object], start: Path, folder: Path) -> dict[str, object]:
    """Files named from where a person stands, as the notebook's folder sees them."""
    moved = dict(given)
    for name in ("data", "codebook"):
        value = given.get(name)
        if isinstance(value, str) and (start / value).is_file():
            moved[name] = os.path.relpath(start / value, folder)
    return moved


def _data_files(values: Mapping[str, Any], folder: Path) -> list[Path]:
    named = values.get("data")
    if not named:
        return []
    data = folder / str(named)
    if not data.is_file():
        raise ParameterError(f"Parameter 'data': no file '{Path(str(named)).name}' there.")
    codebook = str(values.get("codebook") or "")
    beside = [] if codebook else [codebook_beside(data)]
    return [data, *beside, *([folder / codebook] if (folder / codebook).is_file() else [])]


def _variant(given: Mapping[str, Any], folder: Path, root: Path) -> str:
    """A folder name for parameters given by hand; ``default`` without any.

    Files of the same name in different folders make different variants.
    """
    if not given:
        return "default"
    words = ",".join(f"{name}={value}" for name, value in shown(given).items())
    plain = "".join(c if c.isalnum() or c in "=,._-" else "-" for c in words)[:80]
    meant = {
        name: os.path.relpath(folder / str(value), root) if name in ("data", "codebook") else value
        for name, value in given.items()
    }
    key = json.dumps(meant, sort_keys=True, default=str)
    return f"{plain}-{hashlib.sha256(key.encode()).hexdigest()[:6]}"
