"""The words of a notebook as nodes: Markdown with tables, footnotes and formulas."""

from __future__ import annotations

from html import escape
from typing import Any

import mistune
from mistune.plugins.math import math

from confstudy.report.writers.nodes import Child, parse

__all__ = ["markdown"]


def _formulas(md: mistune.Markdown) -> None:
    """Mistune's formulas, kept as LaTeX in an element of their own."""
    math(md)
    renderer: Any = md.renderer
    renderer.register("block_math", lambda _, text: f"{_marked(text, 'math display')}\n")
    renderer.register("inline_math", _inline)


def _inline(_: Any, text: str) -> str:
    # "from $5 to $x" is no formula.
    return escape(f"${text}$") if text != text.strip() else _marked(text, "math")


def _marked(text: str, kind: str) -> str:
    return f'<code class="{kind}">{escape(text.strip())}</code>'


_READ = mistune.create_markdown(
    escape=True, plugins=["table", "strikethrough", "footnotes", _formulas]
)


def markdown(source: str) -> tuple[Child, ...]:
    """Markdown as nodes; HTML in it is text.

    >>> markdown("*a* <b>")[0].children[1]
    ' <b>'
    """
    return parse(str(_READ(source)))
