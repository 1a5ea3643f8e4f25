"""A report as a tagged PDF that screen readers can read (PDF/UA-1), made by Typst offline."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module, resources
from pathlib import Path
from typing import Any

from matplotlib import get_data_path
from matplotlib.ft2font import FT2Font

from confstudy.errors import ReportError
from confstudy.report.writers.document import Document
from confstudy.report.writers.typst import Source

__all__ = ["compiler", "render_pdf"]

_FONTS = Path(get_data_path()) / "fonts" / "ttf"
_NO_LETTER = "could not be displayed"
_INSTEAD = "\N{WHITE SQUARE}"


def render_pdf(document: Document) -> bytes:
    """The report as PDF/UA-1; the same document gives the same bytes.

    Letters that none of the fonts has, here or on this machine, stand as white squares.

    Raises
    ------
    ReportError
        Typst is not installed, or it does not take the report.
    """
    template = resources.files("confstudy.report").joinpath("templates/report.typ")
    source = template.read_text("utf-8") + Source(document).text()
    rare = {letter for letter in source if ord(letter) not in _letters()}
    attempts = [(source, not rare)]
    if rare:
        attempts.append((re.sub(f"[{re.escape(''.join(rare))}]", _INSTEAD, source), True))
    for text, own_fonts in attempts:
        made = _compiled(text, document, own_fonts=own_fonts)
        if made is not None:
            return made
    raise ReportError("the PDF could not be written: a letter has no font. Use format html.")


def compiler() -> Any:
    """Typst, which comes with the extra ``report``."""
    try:
        return import_module("typst")
    except ImportError:
        raise ReportError(
            "the PDF could not be written: it needs typst: pip install 'confstudy[report]'."
        ) from None


def _compiled(source: str, document: Document, *, own_fonts: bool) -> bytes | None:
    """The PDF, or nothing where a letter has no font."""
    typst = compiler()
    try:
        made = typst.compile(
            source.encode(),
            pdf_standards=["ua-1"],
            font_paths=[_FONTS],
            ignore_system_fonts=own_fonts,
            timestamp=int(document.built.timestamp()),
        )
    except typst.TypstError as problem:
        if _NO_LETTER in str(problem):
            return None
        raise ReportError(f"the PDF could not be written: {_kind(str(problem))}.") from None
    return bytes(made)


def _kind(message: str) -> str:
    """What Typst says, without the words of the report that it may quote."""
    return re.sub(r"[`\"“].*", "…", message.splitlines()[0] if message else "Typst failed")[:120]


@cache
def _letters() -> frozenset[int]:
    """The letters of DejaVu Sans, which Matplotlib brings along."""
    return frozenset(FT2Font(str(_FONTS / "DejaVuSans.ttf")).get_charmap()) | {9, 10, 13, 0x200B}
