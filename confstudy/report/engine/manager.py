"""Kernel managers: sockets in a private folder, and a warm process to fork from if there is one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

from confstudy.report.engine.provisioner import provisioned
from confstudy.report.engine.steady import STEADY
from confstudy.report.engine.warm import Warm

__all__ = ["named_kernel", "report_kernel"]

#: Longest path of a folder with sockets; the system allows some hundred characters with the name.
_LONGEST = 96


class _Warmed(AsyncKernelManager):
    """The kernel that a notebook names; warm if it is this Python's own."""

    warm: ClassVar[Warm | None] = None

    @property
    def kernel_spec(self) -> Any:
        """What starts the kernel."""
        spec = super().kernel_spec
        if spec and self.warm and Path(spec.argv[0]).name in _names():
            spec.metadata = {**spec.metadata, **provisioned()}
        return spec


class _Report(AsyncKernelManager):
    """A kernel of the Python that runs here, whatever kernels the machine has registered."""

    warm: ClassVar[Warm | None] = None
    environment: ClassVar[dict[str, str]] = {}

    async def start_kernel(self, **options: Any) -> Any:  # type: ignore[override]
        """Start without a terminal: what a dying kernel says there may hold data."""
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        env = {**os.environ, **options.pop("env", {}), **STEADY, **self.environment}
        return await super().start_kernel(**options, **silent, env=env)

    @property
    def kernel_spec(self) -> KernelSpec:
        """What starts the kernel."""
        module = "confstudy.report.engine.kernel"
        command = [sys.executable, "-P", "-m", module, "-f", "{connection_file}"]
        metadata = provisioned() if self.warm else {}
        return KernelSpec(argv=command, display_name="Python", language="python", metadata=metadata)


def report_kernel(
    folder: str, environment: Mapping[str, str], warm: Warm | None
) -> type[AsyncKernelManager]:
    """A kernel for reports; its sockets and its temporary files are in ``folder``."""
    own = {"TMPDIR": folder, **environment}
    return type("ReportKernel", (_Report,), {"environment": own, "warm": warm, **_private(folder)})


def named_kernel(folder: str, warm: Warm | None) -> type[AsyncKernelManager]:
    """The kernel that somebody's own notebook names; its sockets are in ``folder``."""
    return type("NamedKernel", (_Warmed,), {"warm": warm, **_private(folder)})


def _private(folder: str) -> dict[str, str]:
    """No open ports, where the system has sockets in files."""
    if os.name != "posix" or len(folder) > _LONGEST:
        return {}
    return {"transport": "ipc", "ip": f"{folder}/kernel"}


def _names() -> set[str]:
    """What kernels of this Python begin with."""
    return {sys.executable, "python", f"python{sys.version_info[0]}"}
