"""LaTeX as MathML, from which every writer makes its own kind of formula."""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from xml.etree.ElementTree import Element, tostring

from latex2mathml.converter import convert_to_element

from confstudy.report.writers.nodes import clean

__all__ = ["formula", "formula_html"]

_NEEDED = {"mfrac": 2, "msup": 2, "msub": 2, "mover": 2, "munder": 2, "mroot": 2}
_NEEDED |= {"msubsup": 3, "munderover": 3}
_KNOWN = frozenset(
    "math mrow mi mn mo mtext mspace mstyle mfrac msup msub msubsup mover munder munderover msqrt "
    "mroot mtable mtr mtd mpadded mphantom menclose".split()
)
_ATTRIBUTES = frozenset(
    {"accent", "columnalign", "display", "form", "linethickness", "mathvariant"}
)
_EMS = re.compile(r"-?\d*\.?\d+em")
_SPACE = "http://www.w3.org/1998/Math/MathML"


@cache
def formula(latex: str, display: bool = False) -> Element | None:
    r"""The formula as a MathML element, or None where it is not LaTeX that is understood.

    >>> formula(r"\frac{a}{b}")[0][0].tag, formula(r"\frac{a"), formula(r"\nosuch{a}")
    ('mfrac', None, None)
    """
    try:
        made = convert_to_element(clean(latex), display="block" if display else "inline")
    except Exception:  # every mistake in LaTeX is of a kind of its own there
        return None
    for element in made.iter():
        kept = {name: value for name, value in element.attrib.items() if name in _ATTRIBUTES}
        if element.tag == "mspace" and _EMS.fullmatch(element.get("width", "")):
            kept["width"] = element.attrib["width"]
        element.attrib.clear()
        element.attrib.update(kept)
        element.text = unescape(element.text or "")
        if not _understood(element):
            return None
    return made


def formula_html(latex: str, display: bool = False) -> str | None:
    """The formula as MathML for a page, or None."""
    made = formula(latex, display)
    if made is None:
        return None
    inner = tostring(made, encoding="unicode")
    return inner.replace("<math", f'<math xmlns="{_SPACE}"', 1)


def _understood(element: Element) -> bool:
    enough = len(element) == _NEEDED.get(element.tag, len(element))
    return element.tag in _KNOWN and enough and not re.match(r"\\[A-Za-z]", element.text or "")
