"""Pictures of a report as Word takes them."""

from __future__ import annotations

from base64 import b64decode

from confstudy.errors import ReportError
from confstudy.report.writers.nodes import Node
from confstudy.report.writers.pdf import compiler
from confstudy.report.writers.typst import string

__all__ = ["bitmap"]

_PPI = 220


def bitmap(picture: Node) -> bytes:
    """The picture as PNG, or as it is where it is no drawing; empty where there is none.

    Raises
    ------
    ReportError
        A drawing cannot be read.
    """
    kind, _, encoded = picture.attrs.get("src", "").partition(";base64,")
    data = b64decode(encoded)
    return _drawn(data.decode("utf-8", "replace")) if kind.endswith("svg+xml") else data


def _drawn(svg: str) -> bytes:
    typst = compiler()
    source = (
        "#set page(width: auto, height: auto, margin: 0pt, fill: white)\n"
        f'#image(bytes({string(svg)}), format: "svg")\n'
    )
    try:
        made = typst.compile(source.encode(), format="png", ppi=_PPI, ignore_system_fonts=True)
    except typst.TypstError:
        raise ReportError("a figure cannot be turned into a picture: it is damaged.") from None
    return bytes(made)
