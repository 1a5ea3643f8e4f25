"""MathML as Word's own formulas."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, tostring

__all__ = ["word_math"]

_SPACE = "http://schemas.openxmlformats.org/officeDocument/2006/math"
#: Word's name of each construction and of its parts, in the order of MathML.
_SHAPES = {
    "mfrac": ("f", ("num", "den")),
    "msup": ("sSup", ("e", "sup")),
    "msub": ("sSub", ("e", "sub")),
    "msubsup": ("sSubSup", ("e", "sub", "sup")),
    "munder": ("limLow", ("e", "lim")),
    "mover": ("limUpp", ("e", "lim")),
    "munderover": ("sSubSup", ("e", "sub", "sup")),
    "msqrt": ("rad", ("e",)),
    "mtable": ("m", ()),
}


def word_math(element: Element) -> str:
    """A MathML element as Word's XML.

    >>> from confstudy.report.writers.formula import formula
    >>> word_math(formula("x^2")).count("m:sSup>")
    2
    """
    root = Element("m:oMath", {"xmlns:m": _SPACE})
    _add(root, element)
    return tostring(root, encoding="unicode")


def _add(parent: Element, element: Element) -> None:
    if element.tag in ("mi", "mn", "mo", "mtext", "mspace"):
        run = SubElement(parent, "m:r")
        SubElement(run, "m:t", {"xml:space": "preserve"}).text = element.text or " "
    elif element.tag == "mtr":
        row = SubElement(parent, "m:mr")
        for cell in element:
            _add(SubElement(row, "m:e"), cell)
    elif element.tag == "mroot":
        made = SubElement(parent, "m:rad")
        _add(SubElement(made, "m:deg"), element[1])
        _add(SubElement(made, "m:e"), element[0])
    elif element.tag in _SHAPES:
        _shape(parent, element)
    else:
        for child in element:
            _add(parent, child)


def _shape(parent: Element, element: Element) -> None:
    name, parts = _SHAPES[element.tag]
    made = SubElement(parent, f"m:{name}")
    if name == "rad":
        hidden = SubElement(SubElement(made, "m:radPr"), "m:degHide")
        hidden.set("m:val", "1")
        SubElement(made, "m:deg")
        inside = SubElement(made, "m:e")
        for child in element:
            _add(inside, child)
    elif not parts:
        for child in element:
            _add(made, child)
    for part, child in zip(parts, element, strict=False):
        if name != "rad":
            _add(SubElement(made, f"m:{part}"), child)
