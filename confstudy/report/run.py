"""Run a report notebook through papermill, and judge by our own rules whether it worked."""

from __future__ import annotations

import logging
import warnings as python_warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from confstudy.errors import DisclosureRefused, ParameterError, ReportError
from confstudy.release.piece import KINDS, MIME
from confstudy.report.engine.echo import names_in
from confstudy.report.engine.folder import own_folder
from confstudy.report.engine.manager import report_kernel
from confstudy.report.engine.papermill_engine import ConfstudyEngine
from confstudy.report.engine.pictures import require_no_picture
from confstudy.report.engine.progress import Progress, shown
from confstudy.report.engine.success import Judge, require_every_cell_ran, worded
from confstudy.report.engine.warm import Warm
from confstudy.report.notebooks import NotebookNode, papermill, read_notebook
from confstudy.report.params import Parameter, checked, parameters_of

__all__ = ["Executed", "declared_parameters", "run_notebook"]


@dataclass(frozen=True, repr=False)
class Executed:
    """A notebook that ran to its end and shows only released outputs.

    Attributes
    ----------
    warnings
        A line for each warning that was given and is to be shown: cell, class, how often.
    """

    notebook: NotebookNode
    pieces: list[dict[str, Any]]
    warnings: tuple[str, ...] = ()


def declared_parameters(notebook: NotebookNode, name: str) -> dict[str, Parameter]:
    """The parameters a notebook declares in its cell tagged ``parameters``."""
    cells = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    if len(cells) != 1:
        raise ParameterError(f"{name} needs one cell tagged 'parameters'; it has {len(cells)}.")
    return parameters_of(cells[0].source, name)


def run_notebook(
    path: Path,
    parameters: Mapping[str, object],
    timeout: int,
    title: str,
    environment: Mapping[str, str],
    *,
    total: int | None = None,
    memory: int | None = None,
    warnings: Mapping[str, str] | None = None,
    warm: Warm | None = None,
    progress: Progress | None = None,
) -> Executed:
    """Execute a notebook with typed parameters in its own folder.

    Success means that every code cell ran to its end without an error, that no thread and no
    shell command failed, that warnings are as they may be, that the kernel lives at the end, and
    that every output is a released one. Whatever else happens is a ReportError that names cell
    and cause but holds nothing of the data.

    Parameters
    ----------
    timeout, total
        Seconds a cell may take, and all together.
    title
        What the bar of progress is called.
    environment
        The kernel's own.
    memory
        Bytes the kernel may use, with what it starts.
    warnings
        ``fail``, ``show`` or ``hide``, by class of warning; ``*`` for all others, which fail
        where nothing is said.
    warm
        Forks the kernel; without it, the kernel starts cold.
    progress
        Called after every cell; without it, a bar is drawn where there is a terminal.
    """
    source = read_notebook(path)
    require_no_picture(source)
    values = checked(declared_parameters(source, path.name), parameters)
    # It warns of typed parameters, which are checked above.
    logging.getLogger("papermill").setLevel(logging.ERROR)
    papermill.engines.papermill_engines.register("confstudy", ConfstudyEngine)
    judge = Judge(warnings or {})
    own = {**environment, **({"CONFSTUDY_MEMORY": str(memory)} if memory else {})}
    try:
        with python_warnings.catch_warnings(), own_folder() as folder:
            python_warnings.simplefilter("ignore")
            executed = papermill.execute_notebook(
                source,
                None,
                parameters=values,
                cwd=path.parent,
                engine_name="confstudy",
                progress_bar=False,
                execution_timeout=timeout,
                kernel_name="python3",
                language="python",
                kernel_manager_class=report_kernel(folder, own, warm),
                judge=judge,
                memory=memory,
                progress=progress or shown(title),
                total_timeout=total,
            )
    except papermill.PapermillExecutionError as failed:
        raise ReportError(_told(failed, source, values, path.parent)) from None
    except RuntimeError:
        raise ReportError("the kernel died before the notebook had begun.") from None
    except papermill.exceptions.PapermillException as failed:
        raise ReportError(f"papermill could not run it ({type(failed).__name__}).") from None
    require_every_cell_ran(executed)
    told = (f"{cell}: {name} × {n}" for (cell, name), n in judge.shown.items())
    return Executed(executed, _released(executed), tuple(told))


def _told(failed: Any, source: NotebookNode, values: Mapping[str, object], home: Path) -> str:
    """Why a notebook failed, without what only its run can have put into the message."""
    typed = "\n".join([*(part.source for part in source.cells), *map(str, values.values())])
    cell, names = f"cell [{failed.exec_count}]", names_in(values, home)
    return worded(cell, failed.ename, failed.evalue, failed.traceback, typed, names)


def _released(notebook: NotebookNode) -> list[dict[str, Any]]:
    require_no_picture(notebook)
    pieces = []
    for place, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if set(data) != set(KINDS) or not isinstance(data[MIME], dict):
                what = output.get("name", output.output_type)
                raise DisclosureRefused(
                    f"cell {place} shows an output that was not released ({what}): show results "
                    "through report.figure, report.table, report.model or report.text."
                )
            if data[MIME].get("kind") == "text" and "<img" in data["text/html"]:
                raise DisclosureRefused(
                    f"cell {place} shows a picture in a text: show it through report.figure."
                )
            pieces.append(dict(data[MIME]))
    return pieces
