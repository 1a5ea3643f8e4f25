"""Rooms that are verbs as well: ``cs.simulate(...)`` calls the package ``confstudy.simulate``.

Importing a submodule binds it to its parent's attribute, so a package and a function of the
same name cannot both stand there. A package that declares its verb is both.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any

__all__ = ["let_call"]


def let_call(package: str, home: str) -> None:
    """Make calling ``package`` call ``home``, a ``module:function`` imported on first use."""
    module, _, name = home.partition(":")

    class Room(ModuleType):
        @property
        def __wrapped__(self) -> Callable[..., Any]:
            function: Callable[..., Any] = getattr(import_module(module), name)
            return function

        def __call__(self, *args: Any, **options: Any) -> Any:
            return self.__wrapped__(*args, **options)

    sys.modules[package].__class__ = Room
