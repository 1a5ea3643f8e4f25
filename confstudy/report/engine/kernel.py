"""The process that a notebook runs in; ``python -P -m confstudy.report.engine.kernel -f FILE``."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

from confstudy.report.engine.steady import die_with_parent

__all__ = ["run"]

#: A process reserves more than it uses: what one allocation may ask for beyond the limit.
_SLACK = 2 * 2**30


def run(arguments: Sequence[str]) -> None:
    """Be an IPython kernel until it is shut down.

    Parameters
    ----------
    arguments
        As of ``python -m ipykernel_launcher``. ``$CONFSTUDY_WATCH`` names the file that takes what
        the notebook reads and imports, ``$CONFSTUDY_MEMORY`` the bytes it may use.
    """
    sys.argv = ["confstudy-kernel", *arguments]
    _limit(int(os.environ.get("CONFSTUDY_MEMORY") or 0))
    if os.environ.get("CONFSTUDY_WATCH"):
        from confstudy.report import watch

        watch.start()
        watch.launch()
        return
    from ipykernel.kernelapp import IPKernelApp

    app: Any = IPKernelApp.instance()
    app.initialize()
    app.start()


def _limit(memory: int) -> None:
    """Refuse what no watcher could be quick enough for; write no core file, it would hold data."""
    if os.name != "posix":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory and sys.platform == "linux":
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        asked = memory + _SLACK
        if hard == resource.RLIM_INFINITY or asked < hard:
            resource.setrlimit(resource.RLIMIT_DATA, (asked, hard))


if __name__ == "__main__":
    if parent := int(os.environ.get("JPY_PARENT_PID") or 0):
        die_with_parent(parent)
    run(sys.argv[1:])
