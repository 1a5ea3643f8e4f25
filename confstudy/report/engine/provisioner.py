"""Kernels that are forked from a warm process where there is one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

__all__ = ["NAME", "WarmProvisioner", "provisioned"]

#: Its name among the entry points ``jupyter_client.kernel_provisioners``.
NAME = "confstudy-warm"


class WarmProvisioner(LocalProvisioner):
    """Ask the manager's warm process for a kernel; start it cold where that cannot be."""

    async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:
        """Start the kernel."""
        warm = getattr(self.parent, "warm", None)
        if warm is None or "-f" not in cmd:
            return await super().launch_kernel(cmd, **options)
        folder = str(options.get("cwd") or Path.cwd())
        try:
            self.process = warm.kernel(cmd[cmd.index("-f") :], options["env"], folder)
        except ConnectionError:
            return await super().launch_kernel(cmd, **options)
        self.pid = self.pgid = self.process.pid
        self.cwd = folder
        return self.connection_info


def provisioned() -> dict[str, Any]:
    """The part of a kernel's metadata that names this provisioner."""
    return {"kernel_provisioner": {"provisioner_name": NAME, "config": {}}}
