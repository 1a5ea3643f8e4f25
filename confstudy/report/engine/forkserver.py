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
from multiprocessing.connection import Connection, Pipe
from multiprocessing.reduction import recv_handle
from pathlib import Path
from typing import Any

from confstudy.report.engine import kernel
from confstudy.report.engine.steady import die_with_parent

__all__ = ["Work", "serve"]

#: What a process does next; None when it is done. What a fork does is returned to the top, so
#: that no clean-up of the server's runs in it.
Work = Callable[[], Any]

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
    gc.collect()
    gc.freeze()
    with suppress(EOFError, OSError):
        while True:
            order, *details = channel.recv()
            if order == "poll":
                channel.send(_ended(details[0], children))
                continue
            work = _work(order, details, channel)
            server = os.getpid()
            child = os.fork()
            if not child:
                channel.close()
                os.setpgid(0, 0)
                return partial(_forked, server, work)
            with suppress(OSError):
                os.setpgid(child, child)
            for handle in work.args[:1] if order == "job" else ():
                os.close(handle)
            children.add(child)
            channel.send(child)
    for child in children:
        with suppress(OSError):
            os.killpg(child, signal.SIGKILL)
    return None


def _work(order: str, details: Sequence[Any], channel: Connection) -> partial[Any]:
    if order == "kernel":
        return partial(_be_kernel, *details)
    return partial(_be_job, recv_handle(channel), *details)


def _ended(child: int, children: set[int]) -> int | None:
    """How a child ended, as subprocess words it; None while it runs."""
    try:
        found, status = os.waitpid(child, os.WNOHANG)
    except ChildProcessError:
        return -signal.SIGKILL
    if not found:
        return None
    children.discard(child)
    return os.waitstatus_to_exitcode(status)


def _forked(server: int, work: Work) -> Any:
    """What every fork begins with: nothing of chance is shared with its siblings."""
    die_with_parent(server)
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    return work()


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


def _be_job(handle: int, folder: str) -> Work | None:
    """Do what comes through the pipe, with a server of its own to fork kernels from."""
    from confstudy.report.engine.jobs import attend
    from confstudy.report.engine.warm import Warm

    ours, theirs = Pipe()
    if not (server := os.fork()):
        ours.close()
        os.close(handle)
        return serve(theirs)
    theirs.close()
    attend(Connection(handle), folder, Warm(ours))
    os.waitpid(server, 0)
    return None


def _main() -> None:
    channel = Connection(int(sys.argv[1]))
    for name in PRELOADED:
        with suppress(ImportError):
            importlib.import_module(name)
    work = serve(channel)
    while work is not None:
        work = work()


if __name__ == "__main__":
    _main()
