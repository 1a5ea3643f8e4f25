"""What every kernel is started with, warm or cold, so that both give the same bytes."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

__all__ = ["STEADY", "die_with_parent"]

#: One thread for linear algebra, since the order of a sum depends on their number; one order of
#: sets; figures shown in the notebook; no thread of Arrow's that a fork would lose.
STEADY = {
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "NUMEXPR_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "VECLIB_MAXIMUM_THREADS": "1",
}
_PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int) -> None:
    """Let Linux kill this process when its parent ends; elsewhere do nothing.

    Parameters
    ----------
    parent
        The parent's process id; if it has ended already, so does this process.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
