"""Packages that only some formats need."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from confstudy.errors import UnreadableFile

__all__ = ["needed"]


def needed(package: str, formats: str) -> Any:
    """Import a package of the extra `formats`, or say how to install it."""
    try:
        return import_module(package)
    except ImportError:
        raise UnreadableFile(
            f"Reading {formats} needs {package.replace('_', '-')}: "
            "pip install 'confstudy[formats]'. Or save the file as 'CSV UTF-8'."
        ) from None
