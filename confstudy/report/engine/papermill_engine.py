"""papermill's engine ``confstudy``: ``papermill --engine confstudy in.ipynb out.ipynb``.

papermill loads this file whenever it is imported itself, also while `client` imports it; so it
imports nothing before it is used.
"""

from __future__ import annotations

from typing import Any

__all__ = ["ConfstudyEngine"]


class ConfstudyEngine:
    """Executes a notebook as reports are: the same idea of success, kernels that start warm.

    Besides papermill's own, ``execute_notebook`` takes ``judge``, ``memory`` (bytes),
    ``total_timeout`` (seconds) and ``progress``.
    """

    @classmethod
    def execute_notebook(cls, notebook: Any, kernel_name: str, **options: Any) -> Any:
        """Execute a notebook; papermill calls this."""
        from confstudy.report.engine.client import Engine

        return Engine.execute_notebook(notebook, kernel_name, **options)

    @classmethod
    def nb_kernel_name(cls, notebook: Any, name: str | None = None) -> Any:
        """The kernel that a notebook names."""
        from papermill.utils import nb_kernel_name

        return nb_kernel_name(notebook, name)

    @classmethod
    def nb_language(cls, notebook: Any, language: str | None = None) -> Any:
        """The language that a notebook names."""
        from papermill.utils import nb_language

        return nb_language(notebook, language)
