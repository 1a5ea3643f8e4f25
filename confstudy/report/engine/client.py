"""Runs the cells of a notebook, watched from within its kernel."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from confstudy.errors import ReportError
from confstudy.report.engine import watchman
from confstudy.report.engine.folder import own_folder
from confstudy.report.engine.limits import Clock, MemoryWatch, gibibytes
from confstudy.report.engine.progress import Progress, stages
from confstudy.report.engine.success import Judge
from confstudy.report.notebooks import nbclient, nbformat, papermill

__all__ = ["Client", "Engine"]


class Engine(papermill.engines.NBClientEngine):  # type: ignore[misc]
    """Executes a notebook as reports are executed.

    Attributes that papermill passes on: ``judge``, ``memory`` (bytes), ``total_timeout``
    (seconds), ``progress``; all may be left out.
    """

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> Any:
        """Execute the notebook of papermill's manager."""
        clock = Clock(options.pop("execution_timeout", None), options.pop("total_timeout", None))
        own = {name: options.pop(name, None) for name in ("judge", "memory", "progress")}
        traits = {
            "kernel_name": kernel_name,
            "log": papermill.log.logger,
            "startup_timeout": options.pop("start_timeout", 60),
            "shutdown_kernel": "immediate",
            **{k: v for k, v in options.items() if k in Client.class_trait_names()},
        }
        with own_folder() as folder:
            if "kernel_manager_class" not in traits:
                from confstudy.report.engine.manager import named_kernel
                from confstudy.report.engine.warm import shared

                traits["kernel_manager_class"] = named_kernel(folder, shared())
            client = Client(nb_man, clock=clock, **own, **traits)
            try:
                return client.execute()
            except Exception:
                # papermill would call what never ran completed.
                client.mark_failed()
                raise


class Client(papermill.clientwrap.PapermillNotebookClient):  # type: ignore[misc]
    """Runs the cells, watched from within the kernel."""

    def __init__(
        self,
        nb_man: Any,
        *,
        clock: Clock,
        judge: Judge | None,
        memory: int | None,
        progress: Progress | None,
        **traits: Any,
    ) -> None:
        super().__init__(nb_man, **traits)
        self.clock = clock
        self.judge = judge or Judge()
        self.memory = memory
        self.timeout_func = lambda _: clock.left
        self.on_cell_execute = self._executing
        self.on_cell_executed = self._executed
        codes = [c for c in self.nb.cells if c.cell_type == "code" and c.source.strip()]
        self._next, self._progress = stages(len(codes)), progress
        self._at = 0

    def papermill_execute_cells(self) -> None:
        """Run the cells one by one; raise ReportError for what no reply tells of."""
        group = getattr(self.km.provisioner, "pgid", None)
        with MemoryWatch(group, self.memory) as watch:
            try:
                self._run_cells()
            except nbclient.exceptions.CellTimeoutError:
                raise self.clock.error() from None
            except (nbclient.exceptions.DeadKernelError, RuntimeError):
                if watch.exceeded:
                    raise ReportError(
                        f"it used more than {gibibytes(self.memory or 0)} of memory and was "
                        "stopped: load fewer columns, or set memory higher in reports.toml."
                    ) from None
                raise ReportError("the kernel died before the notebook had ended.") from None

    def mark_failed(self) -> None:
        """Let the notebook say where it ended."""
        cell = self.nb.cells[min(self._at, len(self.nb.cells) - 1)]
        self.nb_man.cell_exception(cell)

    def _run_cells(self) -> None:
        started = self._silently(watchman.starting(self.judge.policy))
        if started["status"] != "ok":
            raise ReportError("the kernel's Python has no confstudy: install it there.")
        execute = self.kc.execute
        self.kc.execute = partial(execute, user_expressions={"watchman": watchman.ASK})
        super().papermill_execute_cells()
        self.kc.execute = partial(execute, user_expressions={"watchman": watchman.END})
        if not any(cell.metadata.papermill.exception for cell in self.nb.cells):
            self.judge.judge("the notebook", (), self._silently("pass"))

    def _silently(self, code: str) -> Mapping[str, Any]:
        """The kernel's reply to code that leaves no trace."""
        sent = self.kc.execute(code, silent=True, store_history=False)
        reply = self.wait_for_reply(sent, nbformat.v4.new_code_cell())
        content: Mapping[str, Any] = reply["content"]
        return content

    def _executing(self, cell: Any, cell_index: int) -> None:
        del cell
        self._at = cell_index

    def _executed(self, cell: Any, cell_index: int, execute_reply: Mapping[str, Any]) -> None:
        del cell_index
        content = execute_reply["content"]
        place = f"cell [{content.get('execution_count')}]"
        self.judge.judge(place, cell.metadata.get("tags", []), content)
        if self._progress:
            self._progress(self._next())
        if self.clock.over:
            raise self.clock.error()
