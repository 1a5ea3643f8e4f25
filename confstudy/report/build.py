"""Build a report: run it, pass the gate, render it, publish or hold it, tell who wants to know."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from confstudy.errors import ConfstudyError, ReportBusy
from confstudy.release.piece import MIME, decision_of
from confstudy.report.clean import cleaned
from confstudy.report.diff import read_values
from confstudy.report.engine.folder import own_folder
from confstudy.report.engine.pictures import require_no_picture
from confstudy.report.engine.progress import Progress
from confstudy.report.engine.success import unexpected
from confstudy.report.engine.warm import Warm
from confstudy.report.fingerprint import undeclared
from confstudy.report.gate import Gate, survey_of
from confstudy.report.hold import surprises
from confstudy.report.locks import building
from confstudy.report.notebooks import NotebookNode, nbformat, read_notebook
from confstudy.report.notify import notify
from confstudy.report.plan import Plan
from confstudy.report.reads import settled
from confstudy.report.retell import retold
from confstudy.report.run import run_notebook
from confstudy.report.why import needs_kernel
from confstudy.report.writers.document import Document, document
from confstudy.report.writers.html import render_html

__all__ = ["Built", "build"]


@dataclass(frozen=True)
class Built:
    """What became of a report.

    Attributes
    ----------
    name, status, path
        The report; what happened; the folder of its last good build, if there is one.
    reason
        Why it failed or is held.
    remarks
        What else a person should know: reads that are not declared, warnings, who was not told.
    """

    name: str
    status: Literal["built", "fresh", "failed", "held"]
    path: Path | None
    reason: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class _Made:
    """A build that has passed the gate: files, what is kept of it, what is to be said."""

    files: dict[str, bytes]
    manifest: dict[str, Any]
    values: dict[str, Mapping[str, Any]]
    remarks: tuple[str, ...]


def build(
    plan: Plan, *, force: bool = False, warm: Warm | None = None, progress: Progress | None = None
) -> Built:
    """Build one report unless it is fresh; a failure leaves the last good one in place.

    Raises
    ------
    ReportBusy
        Another process builds it.
    UnwritableFile
        Its folder cannot be written.
    """
    state = plan.state
    if state == "fresh" and not force:
        return Built(plan.label, "fresh", plan.shelf.latest)
    if state == "held" and not force:
        why = "; ".join(plan.shelf.held.reasons) if plan.shelf.held else ""
        return Built(plan.label, "held", plan.shelf.latest, why)
    with building(plan.shelf.folder, plan.label):
        plan.shelf.heal()
        built = _build(plan, force, warm, progress)
    if plan.settings.notify is None:
        return built
    run = built.path.resolve().name if built.path and built.status == "built" else ""
    words = notify(
        plan.settings.notify, plan.shelf.folder, plan.label, built.status, built.reason, run
    )
    return Built(built.name, built.status, built.path, built.reason, (*built.remarks, *words))


def _build(plan: Plan, force: bool, warm: Warm | None, progress: Progress | None) -> Built:
    gate = Gate.of(plan.root, plan.shelf.folder)
    try:
        gate.discard()
        made = _made(plan, gate, force, warm, progress)
        gate.commit()
        return _placed(plan, made)
    except ReportBusy:
        raise
    except Exception as failed:
        # The renderers are many, and a fault of one is a failure like any other.
        reason = str(failed if isinstance(failed, ConfstudyError) else unexpected(failed))
    finally:
        gate.discard()
    plan.shelf.fail(reason)
    return Built(plan.label, "failed", plan.shelf.latest, reason)


def _placed(plan: Plan, made: _Made) -> Built:
    """Publish what was made, or hold it where a number is surprising."""
    before = read_values(plan.shelf.latest) if plan.shelf.latest else None
    reasons = surprises(plan.entry.gates, before, made.values) if plan.entry.gates else []
    if reasons:
        plan.shelf.hold(made.files, made.manifest, reasons)
        return Built(plan.label, "held", plan.shelf.latest, " ".join(reasons), made.remarks)
    plan.shelf.publish(made.files, made.manifest, plan.settings.keep)
    return Built(plan.label, "built", plan.shelf.latest, "", made.remarks)


def _made(
    plan: Plan, gate: Gate, force: bool, warm: Warm | None, progress: Progress | None
) -> _Made:
    built = datetime.now(UTC)
    latest = plan.shelf.latest
    if latest and not force and not needs_kernel(plan.causes):
        notebook = retold(read_notebook(latest / "report.ipynb"), read_notebook(plan.notebook))
        require_no_picture(notebook)
        watched, warned = plan.shelf.manifest.get("watched") or {}, tuple[str, ...]()
        gate.require(notebook, survey_of(plan.variant.parameters, plan.notebook.parent))
    else:
        notebook, watched, warned = _run(plan, gate, warm, progress)
    pieces = [output.data[MIME] for cell in notebook.cells for output in cell.get("outputs", [])]
    values = {record["name"]: record for p in pieces if (record := p.get("record"))}
    parts = plan.parts(watched)
    plan.cache.save()
    manifest = {
        "report": plan.name,
        "title": next((p["title"] for p in pieces if p["kind"] == "title"), plan.title),
        "built": built.isoformat(timespec="seconds"),
        "parameters": plan.variant.shown,
        "fingerprint": parts,
        "watched": watched,
        "decision": decision_of(pieces).status,
    }
    files = {
        **_rendered(document(notebook, pieces, plan.title, built), plan.settings.formats),
        "report.ipynb": nbformat.writes(notebook).encode(),
        "values.json": json.dumps(values, indent=1, ensure_ascii=False).encode(),
    }
    return _Made(files, manifest, values, (*undeclared(parts), *warned))


def _run(
    plan: Plan, gate: Gate, warm: Warm | None, progress: Progress | None
) -> tuple[NotebookNode, dict[str, list[str]], tuple[str, ...]]:
    """Execute the notebook; what it read and imported; what it was warned of."""
    parameters, home = plan.variant.parameters, plan.notebook.parent
    with own_folder() as folder, ThreadPoolExecutor(1) as aside:
        survey = aside.submit(survey_of, parameters, home)
        notes = Path(folder) / "notes.json"
        executed = run_notebook(
            plan.notebook,
            parameters,
            plan.settings.timeout,
            plan.label,
            {**gate.environment, "CONFSTUDY_WATCH": str(notes)},
            total=plan.settings.total_timeout,
            memory=plan.settings.memory,
            warnings=plan.settings.warnings,
            warm=warm,
            progress=progress,
        )
        watched = settled(notes, plan.root, plan.cache)
        notebook = cleaned(executed.notebook, parameters)
        gate.require(notebook, survey.result())
    return notebook, watched, executed.warnings


def _rendered(report: Document, formats: tuple[str, ...]) -> dict[str, bytes]:
    """The report in each format; the page always, since others point to it."""
    files = {"report.html": render_html(report)}
    if "pdf" in formats:
        from confstudy.report.writers.pdf import render_pdf

        files["report.pdf"] = render_pdf(report)
    if "docx" in formats:
        from confstudy.report.writers.docx import render_docx

        files["report.docx"] = render_docx(report)
    return files
