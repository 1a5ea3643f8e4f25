"""A process that notes which files it reads and which modules it imports, without their contents.

``python -P -m confstudy.report.watch -f FILE`` is a kernel that does; its notes go to the file
that ``$CONFSTUDY_WATCH`` names, after every cell and at the end.
"""

from __future__ import annotations

import atexit
import json
import os
import sys
import sysconfig
from contextlib import suppress
from pathlib import Path
from typing import Any

__all__ = ["attach", "launch", "seen", "start", "state_of"]

_WRITING = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_PACKAGE = os.path.realpath(Path(__file__).parents[1])
_INSTALLED = tuple(
    {os.path.realpath(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib")}
    | {os.path.realpath(sysconfig.get_path("platlib")), "/proc", "/sys", "/dev"}
)


def state_of(path: str | Path) -> list[int]:
    """What tells whether a file is still the same: size, times of change, and which file it is.

    >>> state_of("no such file")
    []
    """
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return []
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]


class _Notes:
    """What was read and imported so far."""

    def __init__(self, target: str) -> None:
        self.target = str(Path(target).absolute())
        self.reads: dict[str, list[int]] = {}
        self.modules: dict[str, list[int]] = {}
        self.libraries: set[str] = set()
        self.written: set[str] = set()
        self._known: set[str] = set()

    def opened(self, file: Any, *, writing: bool) -> None:
        """Note a file that is about to be opened; its state is that of the first time."""
        try:
            path = os.path.normpath(Path(os.fsdecode(file)).absolute())
        except (TypeError, ValueError, OSError):
            return
        if path in self.reads or path in self.written or self._is_own(path):
            return
        if writing:
            self.written.add(path)
        elif not Path(path).is_dir():
            self.reads[path] = state_of(path)

    def save(self) -> None:
        """Write the notes down, in one step."""
        self._look_at_modules()
        content = {
            "reads": dict(self.reads),
            "modules": self.modules,
            "libraries": sorted(self.libraries),
        }
        beside = Path(f"{self.target}.{os.getpid()}")
        with suppress(OSError):
            beside.write_text(json.dumps(content))
            beside.replace(self.target)

    def _is_own(self, path: str) -> bool:
        """Whether a file belongs to Python and not to the study."""
        if path.startswith(self.target) or path.endswith(".pyc"):
            return True
        return path.startswith(_INSTALLED) and not path.startswith(_PACKAGE)

    def _look_at_modules(self) -> None:
        for name, module in list(sys.modules.items()):
            if name in self._known:
                continue
            self._known.add(name)
            file = getattr(module, "__file__", None)
            if not isinstance(file, str):
                continue
            path = os.path.normpath(Path(file).absolute())
            if path.startswith(_PACKAGE) or not os.path.realpath(path).startswith(_INSTALLED):
                self.modules[path] = self.reads.get(path) or state_of(path)
            else:
                self.libraries.add(name.partition(".")[0])


_notes: _Notes | None = None


def start(target: str | None = None) -> None:
    """Note from now on, into ``target`` or the file that ``$CONFSTUDY_WATCH`` names."""
    global _notes
    named = target or os.environ.get("CONFSTUDY_WATCH")
    if not named:
        return
    first, _notes = _notes is None, _Notes(named)
    if first:
        sys.addaudithook(_heard)
        atexit.register(_save)


def seen(path: str | Path) -> None:
    """Note a file that is read where no hook sees it, as in C++."""
    if _notes is not None:
        _notes.opened(path, writing=False)


def attach(shell: Any) -> None:
    """Write the notes down after every cell of an IPython shell."""
    shell.events.register("post_run_cell", lambda *_: _save())


def launch() -> None:
    """Be a kernel until it is shut down."""
    from ipykernel.kernelapp import IPKernelApp

    app: Any = IPKernelApp.instance()
    app.initialize()
    if "" not in sys.path:
        # Python -P leaves it out; a notebook imports from its folder.
        sys.path.insert(0, "")
    attach(app.shell)
    if _notes is not None:
        # What the kernel itself read to get going is not the notebook's.
        _notes.reads.clear()
    app.start()


def _save() -> None:
    if _notes is not None:
        _notes.save()


def _heard(event: str, details: tuple[Any, ...]) -> None:
    """Whatever happens in a process passes here: only opened files are looked at."""
    if _notes is None:
        return
    if event == "open":
        file, mode, flags = details
        writing = any(sign in mode for sign in "wax") if mode else bool((flags or 0) & _WRITING)
        _notes.opened(file, writing=writing)
    elif event == "sqlite3.connect":
        text = str(details[0])
        if not text.startswith((":", "file::")):
            _notes.opened(text.removeprefix("file:").partition("?")[0], writing=False)


if __name__ == "__main__":
    from confstudy.report import watch

    watch.start()
    watch.launch()
