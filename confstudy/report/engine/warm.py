"""The owner's end of a process that has everything imported."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache
from multiprocessing.connection import Connection, Pipe
from multiprocessing.reduction import send_handle
from threading import Lock
from types import TracebackType
from typing import Any, Self

from confstudy.report.engine.steady import STEADY

__all__ = ["Forked", "Warm", "shared"]

#: What a process that builds needs and a notebook does not.
BUILDERS = ("confstudy.report.run", "confstudy.report.build")


class Warm:
    """A process to fork kernels from; one for each run of a command, closed with it.

    A kernel that is forked has numpy, pandas, scipy, statsmodels, matplotlib, formulaic and
    confstudy imported, and is otherwise as if it had just been started. Linux only: elsewhere
    ``started`` gives None, and kernels start cold.

    Examples
    --------
    >>> from confstudy.report.engine.warm import Warm
    >>> if warm := Warm.started():
    ...     warm.close()
    """

    def __init__(self, channel: Connection, process: subprocess.Popen[bytes] | None = None) -> None:
        self._channel = channel
        self._process = process
        self._builders: Warm | None = None
        self._lock = Lock()

    @classmethod
    def started(cls) -> Self | None:
        """Start the process; it imports while the caller goes on."""
        if sys.platform != "linux":
            return None
        from jupyter_client.launcher import launch_kernel

        ours, theirs = Pipe()
        module = "confstudy.report.engine.forkserver"
        process = launch_kernel(
            [sys.executable, "-P", "-m", module, str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **STEADY},
            cwd=os.sep,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        return cls(ours, process)

    def kernel(self, arguments: Sequence[str], env: Mapping[str, str], folder: str) -> Forked:
        """Fork a kernel.

        Raises
        ------
        ConnectionError
            The process is gone.
        """
        return Forked(self._ask("kernel", (), list(arguments), dict(env), folder), self)

    def job(self, end: Connection, folder: str) -> Forked:
        """Fork a process that attends to the pipe ``end``, its temporary files in ``folder``.

        It forks its kernels from a branch of its own: a process that builds has more imported
        than a notebook would find in a kernel.
        """
        if self._builders is None:
            self._builders = self._branch(BUILDERS)
        kernels = self._branch(())
        ends = (end, kernels._channel)
        try:
            return Forked(self._builders._ask("job", ends, folder), self._builders)
        finally:
            kernels.close()

    def ended(self, pid: int) -> int | None:
        """How a forked process ended; None while it runs. It is asked only until it has ended."""
        try:
            code: int | None = self._ask("poll", (), pid)
        except ConnectionError:
            return -signal.SIGKILL
        return code

    def close(self) -> None:
        """End the process and all that it forked."""
        if self._builders:
            self._builders.close()
        self._channel.close()
        if self._process:
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        raised: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _branch(self, modules: Sequence[str]) -> Warm:
        ours, theirs = Pipe()
        with theirs:
            self._ask("branch", (theirs,), list(modules))
        return Warm(ours)

    def _ask(self, order: str, ends: Sequence[Connection], *details: Any) -> Any:
        with self._lock:
            try:
                self._channel.send((order, len(ends), *details))
                for end in ends:
                    send_handle(self._channel, end.fileno(), None)
                return self._channel.recv()
            except (EOFError, OSError):
                raise ConnectionError("The warm process is gone.") from None


class Forked:
    """A forked process, with what is needed of subprocess.Popen."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, warm: Warm) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._warm = warm

    def poll(self) -> int | None:
        """How it ended; None while it runs."""
        if self.returncode is None:
            self.returncode = self._warm.ended(self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended."""
        start = time.monotonic()
        while (code := self.poll()) is None:
            if timeout is not None and time.monotonic() - start > timeout:
                raise subprocess.TimeoutExpired("a forked process", timeout)
            time.sleep(0.01)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal to it and to what it started, unless it has ended."""
        if self.poll() is None:
            os.killpg(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


@cache
def shared() -> Warm | None:
    """The warm process of whoever runs papermill with the engine ``confstudy`` here."""
    warm = Warm.started()
    if warm:
        atexit.register(warm.close)
    return warm
