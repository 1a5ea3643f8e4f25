"""Run a report notebook through papermill, and judge by our own rules whether it worked."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

from confstudy import errors
from confstudy.errors import DisclosureRefused, ParameterError, ReportError
from confstudy.release.piece import MIME
from confstudy.report.notebooks import NotebookNode, nbclient, papermill, read_notebook
from confstudy.report.params import Parameter, checked, parameters_of

__all__ = ["Executed", "declared_parameters", "run_notebook"]

#: Exceptions whose messages are known to hold no value of the data.
_OURS = {name for name in errors.__all__ if isinstance(getattr(errors, name), type)}


class _Kernel(AsyncKernelManager):
    """A kernel of the Python that runs here, without a terminal."""

    environment: ClassVar[dict[str, str]] = {}

    async def start_kernel(self, **options: Any) -> Any:  # type: ignore[override]
        """Start without a terminal: what a dying kernel says there may hold data."""
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        # What is said of scales stands on the first page instead.
        quiet = {"PYTHONWARNINGS": "ignore:Scale '"}
        env = {**os.environ, **options.pop("env", {}), **quiet, **self.environment}
        return await super().start_kernel(**options, **silent, env=env)

    @property
    def kernel_spec(self) -> KernelSpec:
        """The Python that runs here, whatever kernels the machine has registered."""
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name="Python", language="python")


def _kernel_at(folder: str, environment: Mapping[str, str]) -> type[_Kernel]:
    """A kernel spoken to through sockets in a folder of this user instead of open ports."""
    private = {"transport": "ipc", "ip": f"{folder}/kernel"} if os.name == "posix" else {}
    return type("_PrivateKernel", (_Kernel,), {"environment": dict(environment), **private})


@dataclass(frozen=True, repr=False)
class Executed:
    """A notebook that ran to its end and shows only released outputs."""

    notebook: NotebookNode
    pieces: list[dict[str, Any]]


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
) -> Executed:
    """Execute a notebook with typed parameters in its own folder.

    Success means that every code cell ran to its end without an error and that every output
    is a released one. Whatever else happens is a ReportError that names cell and cause but
    holds nothing of the data. ``environment`` is the kernel's own.
    """
    source = read_notebook(path)
    values = checked(declared_parameters(source, path.name), parameters)
    # It warns of typed parameters, which are checked above.
    logging.getLogger("papermill").setLevel(logging.ERROR)
    bar = {
        "desc": f"  {title}",
        "leave": False,
        "disable": None,
        "bar_format": "{l_bar}{bar:24}{n_fmt}/{total_fmt} cells",
    }
    try:
        with warnings.catch_warnings(), TemporaryDirectory(prefix="confstudy-") as sockets:
            warnings.simplefilter("ignore")
            executed = papermill.execute_notebook(
                source,
                None,
                parameters=values,
                cwd=path.parent,
                progress_bar=bar,
                execution_timeout=timeout,
                kernel_name="python3",
                language="python",
                kernel_manager_class=_kernel_at(sockets, environment),
            )
    except papermill.PapermillExecutionError as failed:
        raise ReportError(_worded(failed)) from None
    except nbclient.exceptions.CellTimeoutError:
        raise ReportError(f"a cell took longer than {timeout} seconds.") from None
    except (nbclient.exceptions.DeadKernelError, RuntimeError):
        raise ReportError("the kernel died before the notebook had ended.") from None
    except papermill.exceptions.PapermillException as failed:
        raise ReportError(f"papermill could not run it ({type(failed).__name__}).") from None
    _require_every_cell_ran(executed)
    return Executed(executed, _released(executed))


def _worded(failed: papermill.PapermillExecutionError) -> str:
    cell = failed.exec_count
    if failed.ename in _OURS and _raised_by_us(failed):
        return f"cell [{cell}] raised {failed.ename}: {failed.evalue}"
    return (
        f"cell [{cell}] raised {failed.ename}. Its message may hold data and is not shown: "
        "run the notebook in JupyterLab to see it."
    )


def _raised_by_us(failed: papermill.PapermillExecutionError) -> bool:
    """Whether the innermost frame of the traceback is in this package."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(failed.traceback))
    frames = re.findall(r"^(?:File |Cell In)\S*", text, re.MULTILINE)
    places = re.findall(r"^File ([^\n]*?):\d+", text, re.MULTILINE)
    package = Path(errors.__file__).parent
    return bool(frames and places and frames[-1].startswith("File")) and Path(
        places[-1]
    ).expanduser().is_relative_to(package)


def _require_every_cell_ran(notebook: NotebookNode) -> None:
    for place, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        status = cell.metadata.get("papermill", {}).get("status")
        errors_shown = [o for o in cell.outputs if o.output_type == "error"]
        if cell.execution_count is None or status != "completed" or errors_shown:
            raise ReportError(f"cell {place} of the notebook did not run to its end.")


def _released(notebook: NotebookNode) -> list[dict[str, Any]]:
    pieces = []
    for place, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", []):
            if MIME not in output.get("data", {}):
                what = output.get("name", output.output_type)
                raise DisclosureRefused(
                    f"cell {place} shows an output that was not released ({what}): show results "
                    "through report.figure, report.table, report.model or report.text."
                )
            pieces.append(dict(output.data[MIME]))
    return pieces
