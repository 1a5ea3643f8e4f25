"""Build a report from within a notebook: ``cs.report("outcomes", outcome="alliance")``."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any, Self

from confstudy.errors import ConfstudyError, ParameterError, ReportError, unknown
from confstudy.report.commands.building import Job, Outcome, build_job
from confstudy.report.commands.study import here, planned
from confstudy.report.config import Config
from confstudy.report.engine.jobs import Done, run_many
from confstudy.report.engine.progress import Stage, shown
from confstudy.report.plan import Plan

__all__ = ["Page", "Pages", "report"]


@dataclass(frozen=True, repr=False)
class Page:
    """What became of one variant of a report.

    Attributes
    ----------
    label, status, reason
        The report; built, fresh, held or failed; why it is held or failed.
    path
        The page of the last good build; None where there is none.
    values
        What that build recorded: value, conf_low and conf_high by name.
    """

    label: str
    status: str
    reason: str
    path: Path | None
    values: Mapping[str, Mapping[str, Any]]

    def __repr__(self) -> str:
        why = f": {self.reason}" if self.reason else ""
        return f"{self.label}: {self.status}{why}" + (f" ({_near(self.path)})" if self.path else "")

    def _repr_html_(self) -> str:
        parts = [f"<p><strong>{escape(self.label)}</strong>: {escape(self.status)}"]
        if self.reason:
            parts.append(f"<br>{escape(self.reason)}")
        if self.path:
            what = "the page" if self.status in ("built", "fresh") else "the last good page"
            parts.append(f'<br><a href="{escape(_near(self.path))}">{what}</a>')
        return "".join(parts) + "</p>" + _table(self.values)


class Pages(tuple[Page, ...]):
    """The variants of a report that were built, in the order of its matrix."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "\n".join(map(repr, self))

    def _repr_html_(self) -> str:
        return "".join(page._repr_html_() for page in self)


def report(name: str | Path, *, force: bool = False, **params: object) -> Pages:
    """Build a report of this study unless it is fresh, and show what became of it.

    It is built as ``confstudy report build`` does, in processes of its own: nothing of the
    notebook this is called from gets into it. A report that fails is told by its ``status`` and
    ``reason``, and the last good one stays.

    Parameters
    ----------
    name
        A report of reports.toml, or its notebook.
    force
        Build a fresh one too.
    **params
        Parameters of the report; paths are meant from the working folder. Where the report has
        a matrix, a parameter of it chooses this value alone.

    Raises
    ------
    ConfigError
        There is no reports.toml here or above, or it has no such report.
    ParameterError
        A parameter is unknown or not of its type.
    ReportError
        It is called by a report that is being built.

    Examples
    --------
    >>> import confstudy as cs
    >>> cs.report("outcomes", outcom="alliance")
    Traceback (most recent call last):
    confstudy.errors.ParameterError: Parameters not found in the notebook: [outcom]. …
    """
    try:
        if os.environ.get("CONFSTUDY_STAGE"):
            raise ReportError("A report cannot build another while it is built itself.")
        config = here()
        wanted = planned(config, [_named(config, name)], params)
        return Pages(_built(wanted, force))
    except ConfstudyError as wrong:
        words = f"{type(wrong).__name__}: {wrong}"
        # Jupyter asks an error how it is shown: what a person did wrong needs no traceback.
        wrong.__dict__["_render_traceback_"] = lambda: [words]
        raise


def _named(config: Config, name: str | Path) -> str:
    """The report that is meant by its name or by its notebook."""
    if str(name) in config.report or not str(name).endswith(".ipynb"):
        config.named(str(name))
        return str(name)
    path = Path(name).resolve()
    found = [known for known in config.report if config.notebook(known).resolve() == path]
    if not found:
        known = [entry.notebook for entry in config.report.values()]
        raise ReportError(unknown("Notebooks", [Path(name).name], known, "reports.toml"))
    if len(found) > 1:
        raise ParameterError(f"Several reports are made of '{path.name}': name one of {found}.")
    return found[0]


def _built(wanted: Sequence[Plan], force: bool) -> list[Page]:
    from confstudy.report.engine.warm import Warm
    from confstudy.report.index import write_index

    waiting = [Job(p, force) for p in wanted if force or p.state in ("stale", "never built")]
    ended = {}
    with (Warm.started() if waiting else None) or nullcontext() as warm, _Line() as line:
        running = run_many(
            waiting, build_job, 1, warm=warm, say=lambda job, stage: line.at(job.plan.label, stage)
        )
        with closing(running):
            for done in running:
                ended[done.job.plan.label] = done
    if waiting:
        write_index(here())
    return [_page(plan, ended.get(plan.label)) for plan in wanted]


def _page(plan: Plan, done: Done[Job, Outcome] | None) -> Page:
    from confstudy.report.diff import read_values

    latest = plan.shelf.latest
    status: str
    if done is None:
        held = plan.shelf.held if plan.state == "held" else None
        status, reason = plan.state, "; ".join(held.reasons) if held else ""
    elif done.result is None:
        status, reason = "failed", str(done.failed)
    else:
        status, reason = done.result.status, done.result.reason
    values = read_values(latest) if latest else {}
    return Page(plan.label, status, reason, latest and latest / "report.html", values)


class _Line:
    """How far a report is, in one line that is written anew: in a notebook, or on a terminal."""

    def __init__(self) -> None:
        self._handle: Any = None
        self._drawn: dict[str, Callable[[Stage], object]] = {}

    def __enter__(self) -> Self:
        shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
        if shell is not None and hasattr(shell, "kernel"):
            screen: Any = import_module("IPython.display")
            self._handle = screen.display({"text/plain": "starting …"}, raw=True, display_id=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self._handle:
            self._handle.update({"text/plain": ""}, raw=True)

    def at(self, label: str, stage: Stage) -> None:
        if not self._handle:
            self._drawn.setdefault(label, shown(label))(stage)
            return
        full = 24 * stage.done // (stage.total or 1)
        bar = f"{'━' * full}{'─' * (24 - full)}"
        self._handle.update({"text/plain": f"{label} {bar} {stage}"}, raw=True)


def _near(path: Path) -> str:
    """A path as seen from the working folder, where JupyterLab opens links from."""
    return Path(os.path.relpath(path)).as_posix()


def _table(values: Mapping[str, Mapping[str, Any]]) -> str:
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td>{_said(record.get('value'))}</td>"
        f"<td>{_said(record.get('conf_low'))}</td><td>{_said(record.get('conf_high'))}</td></tr>"
        for name, record in values.items()
    )
    head = "<tr><th>recorded</th><th>value</th><th>from</th><th>to</th></tr>"
    return f"<table>{head}{rows}</table>" if rows else ""


def _said(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        from confstudy.words import number

        return number(value, 3)
    return "" if value is None else escape(str(value))
