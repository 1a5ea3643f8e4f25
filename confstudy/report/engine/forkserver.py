"""A process that has everything imported, and forks kernels and jobs that need not import it.

It has one thread and does nothing but fork, so that a fork is safe. It belongs to the process
that started it: when that ends, the pipe between them does, and so do all that it forked.
"""

from __future__ import annotations

import gc
import importlib
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle
from pathlib import Path
from typing import Any

from confstudy.report.engine import kernel
from confstudy.report.engine.steady import die_with_parent

__all__ = ["Work", "serve"]

#: What a process does next; None when it is done. What a fork does is returned to the top, so
#: that no clean-up of the server's runs in it.
Work = Callable[..., Any]

PRELOADED = (
    "numpy", "scipy.stats", "scipy.optimize", "pandas", "pyarrow.parquet", "pyarrow.dataset",
    "statsmodels.api", "formulaic", "matplotlib.figure", "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg", "matplotlib_inline.backend_inline", "IPython",
    "IPython.core.completerlib", "ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell",
    "confstudy.report.watch", "confstudy.report.engine.watchman", "confstudy.report.outcomes",
    "confstudy.report.quality", "confstudy.release.front", "confstudy.survey.load",
    "confstudy.survey.scoring", "confstudy.show.plot", "confstudy.simulate.model.kernels",
)  # fmt: skip


def serve(channel: Connection) -> Work | None:
    """Fork what is asked for until the owner is gone.

    Returns
    -------
    In a forked process, what it is to do; in the server, None at the end.
    """
    children: set[int] = set()
    branches: set[int] = set()
    gc.collect()
    gc.freeze()
    with suppress(EOFError, OSError):
        while True:
            order, handles, *details = channel.recv()
            if order == "poll":
                code = _ended(details[0])
                children -= {details[0]} if code is not None else set()
                channel.send(code)
                continue
            branches -= {child for child in branches if _ended(child) is not None}
            given = [recv_handle(channel) for _ in range(handles)]
            server, child = os.getpid(), os.fork()
            if not child:
                channel.close()
                os.setpgid(0, 0)
                if order != "branch":
                    die_with_parent(server)
                return partial(_forked, _ORDERS[order], *given, *details)
            with suppress(OSError):
                os.setpgid(child, child)
            for handle in given:
                os.close(handle)
            (branches if order == "branch" else children).add(child)
            channel.send(child)
    for child in children:
        with suppress(OSError):
            os.killpg(child, signal.SIGKILL)
    # A branch ends with its own pipe, after what it forked.
    for child in branches:
        with suppress(OSError):
            os.waitpid(child, 0)
    return None


def _ended(child: int) -> int | None:
    """How a child ended, as subprocess words it; None while it runs."""
    try:
        found, status = os.waitpid(child, os.WNOHANG)
    except ChildProcessError:
        return -signal.SIGKILL
    if not found:
        return None
    return os.waitstatus_to_exitcode(status)


def _forked(work: Work, *details: Any) -> Any:
    """What every fork begins with: nothing of chance is shared with its siblings."""
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    return work(*details)


def _be_kernel(arguments: Sequence[str], environment: Mapping[str, str], folder: str) -> None:
    """Be as a kernel that was started with this environment in this folder."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    time.tzset()
    tempfile.tempdir = None
    if Path("matplotlibrc").is_file():
        import matplotlib

        matplotlib.rc_file("matplotlibrc")
    kernel.run([*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"])


def _be_branch(handle: int, modules: Sequence[str]) -> Work | None:
    """Be a server of its own, with more imported."""
    _import(modules)
    return serve(Connection(handle))


def _be_job(end: int, kernels: int, folder: str) -> None:
    """Do what comes through a pipe, with a branch to fork kernels from."""
    from confstudy.report.engine.jobs import attend
    from confstudy.report.engine.warm import Warm

    attend(Connection(end), folder, Warm(Connection(kernels)))


_ORDERS: dict[str, Work] = {"kernel": _be_kernel, "branch": _be_branch, "job": _be_job}


def _import(modules: Sequence[str]) -> None:
    for name in modules:
        with suppress(ImportError):
            importlib.import_module(name)


def _main() -> None:
    channel = Connection(int(sys.argv[1]))
    _import(PRELOADED)
    with suppress(Exception):
        # Whatever is wrong, a kernel will tell.
        from confstudy.report.engine.heat import heat

        heat()
    work = serve(channel)
    while work is not None:
        work = work()


if __name__ == "__main__":
    _main()
