"""What happens in a kernel that no reply tells of: failed commands and threads, and warnings.

It is started in the kernel by a silent request, and asked after every cell. It remembers names
and numbers only, never a message.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys
import threading
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any

__all__ = ["ASK", "END", "Watchman", "start", "starting"]

_HERE = "__import__('confstudy.report.engine.watchman', fromlist=['*'])"
#: What the kernel is asked after every cell, and at the end.
ASK, END = f"{_HERE}.told()", f"{_HERE}.told(end=True)"
#: Warnings of confstudy that a report prints itself.
_SAID_ON_THE_PAGE = "Scale '"


class Watchman:
    """What went wrong since it was last asked."""

    def __init__(self) -> None:
        self.commands: list[int] = []
        self.threads: list[str] = []
        self.warnings: Counter[str] = Counter()
        self.own = set(threading.enumerate())

    def told(self) -> str:
        """What went wrong, as JSON, and forget it.

        >>> watchman = Watchman()
        >>> watchman.commands.append(1)
        >>> watchman.told(), watchman.commands
        ('{"commands": [1], "threads": [], "warnings": {}}', [])
        """
        found = {
            "commands": self.commands,
            "threads": self.threads,
            "warnings": dict(self.warnings),
        }
        self.commands, self.threads, self.warnings = [], [], Counter()
        return json.dumps(found)

    def command_ended(self, code: int | None) -> None:
        """Note how a shell command ended."""
        if code:
            self.commands.append(code)

    def thread_failed(self, failed: threading.ExceptHookArgs) -> None:
        """Note an exception that ended a thread."""
        if not issubclass(failed.exc_type, SystemExit):
            self.threads.append(failed.exc_type.__name__)

    def warned(self, message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
        """Note a warning by its class and those it descends from."""
        if not str(message).startswith(_SAID_ON_THE_PAGE):
            names = [kind.__name__ for kind in category.__mro__]
            self.warnings[" ".join(names[: names.index("Warning") + 1])] += 1

    def wait_for_threads(self) -> None:
        """Wait for what Python itself would wait for before it ends."""
        for thread in set(threading.enumerate()) - self.own - {threading.current_thread()}:
            if not thread.daemon:
                thread.join()


_watchman = Watchman()


def starting(policy: Mapping[str, str] | None) -> str:
    """The code that starts a watchman in a kernel."""
    always = None if policy is None else [n for n, what in policy.items() if what == "fail"]
    return f"{_HERE}.start({always!r})"


def told(*, end: bool = False) -> str:
    """What went wrong since this was last called; at the end, wait for threads first."""
    if end:
        _watchman.wait_for_threads()
    return _watchman.told()


def start(always: Iterable[str] | None) -> None:
    """Watch the IPython shell that this runs in.

    Parameters
    ----------
    always
        Classes of warnings that a notebook's own filters cannot hide; None where warnings are
        to be shown as ever.
    """
    module: Any = import_module("IPython.core.interactiveshell")
    shell = module.InteractiveShell.instance()
    _watchman.own = set(threading.enumerate())
    threading.excepthook = _watchman.thread_failed
    # The kernel has a system of its own.
    where: Any = import_module(type(shell).system.__module__)
    where.system = _noting(where.system)
    module.getoutput = _getoutput
    _watch_scripts(shell.magics_manager.registry["ScriptMagics"], shell.magics_manager.magics)
    if always is None:
        return
    warnings.showwarning = _watchman.warned
    if names := [name for name in always if name != "*"]:
        shell.events.register("pre_run_cell", lambda *_: _unhide(names))


def _noting(system: Callable[..., int | None]) -> Callable[..., int | None]:
    """``!command``, with its status noted."""

    @functools.wraps(system)
    def noted(command: str) -> int | None:
        code = system(command)
        _watchman.command_ended(code)
        return code

    return noted


def _getoutput(command: str) -> str:
    """``lines = !command``, with its status noted."""
    run: Any = import_module("IPython.utils.process").process_handler
    out, code = run(command, lambda p: (p.communicate()[0], p.returncode), subprocess.STDOUT) or (
        b"",
        None,
    )
    _watchman.command_ended(code)
    return out.decode(sys.stdout.encoding or "utf-8", "replace")


def _watch_scripts(scripts: Any, magics: dict[str, dict[str, Any]]) -> None:
    """``%%bash`` and its like: their status is judged like that of any command."""
    shebang = scripts.shebang

    @functools.wraps(shebang)
    def noted(line: str, cell: str) -> None:
        try:
            shebang(line, cell)
        except subprocess.CalledProcessError as failed:
            _watchman.command_ended(failed.returncode or -1)

    scripts.shebang = magics["cell"]["script"] = noted


class _Named(type):
    """Classes of warnings are told by name: they may not be imported yet."""

    names: frozenset[str] = frozenset()

    def __subclasscheck__(cls, kind: type) -> bool:
        return any(base.__name__ in cls.names for base in kind.__mro__)


def _unhide(names: Iterable[str]) -> None:
    """Let no filter of an earlier cell hide a warning that is to stop the report."""
    if not (warnings.filters and isinstance(warnings.filters[0][2], _Named)):
        watched: Any = _Named("_Watched", (Warning,), {"names": frozenset(names)})
        warnings.simplefilter("always", watched)
