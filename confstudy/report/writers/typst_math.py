"""MathML as Typst's formulas."""

from __future__ import annotations

from xml.etree.ElementTree import Element

__all__ = ["typst_math"]

_SPECIAL = frozenset("#$&'\"*_^`/\\()[]{},;:~<>@=|!.-+?")


def typst_math(element: Element) -> str:
    """A MathML element as what stands between Typst's dollar signs.

    >>> from confstudy.report.writers.formula import formula
    >>> typst_math(formula(r"x_1"))
    'attach(x, b: 1)'
    """
    parts = [typst_math(child) or '""' for child in element]
    tag, text = element.tag, element.text or ""
    if tag == "mi":
        return _symbol(text) if len(text) == 1 else f"upright({_quoted(text)})"
    if tag == "mo":
        return _symbol(text) if len(text) == 1 else f"op({_quoted(text)})" if text else ""
    if tag in ("mn", "mtext"):
        return text if text.isdecimal() and text.isascii() else _quoted(text)
    if tag == "mspace":
        return f"#h({element.get('width', '0.167em')})"
    if tag == "mphantom":
        return f"#hide($ {' '.join(parts)} $)"
    if tag == "mtable":
        return f"mat(delim: #none, {'; '.join(parts)})"
    if tag == "mtr":
        return ", ".join(parts)
    return _built(element, parts)


def _built(element: Element, parts: list[str]) -> str:
    tag = element.tag
    if tag == "mfrac":
        # Without a line it is a binomial, which stands between parentheses already.
        bare = element.get("linethickness") in ("0", "0pt")
        return f"mat(delim: #none, {'; '.join(parts)})" if bare else f"frac({', '.join(parts)})"
    if tag == "msqrt":
        return f"sqrt({' '.join(parts)})"
    if tag == "mroot":
        return f"root({parts[1]}, {parts[0]})"
    places = {"msub": "b", "msup": "t", "msubsup": "bt", "munder": "b", "munderover": "bt"}
    if tag in places:
        around = (f"{place}: {part}" for place, part in zip(places[tag], parts[1:], strict=True))
        return f"attach({parts[0]}, {', '.join(around)})"
    if tag == "mover":
        return _over(element, parts)
    return " ".join(parts)


def _over(element: Element, parts: list[str]) -> str:
    mark = (element[1].text or "").strip()
    if mark in ("¯", "‾", "―", "_"):
        return f"overline({parts[0]})"
    accents = {"^": "hat", "~": "tilde", "˙": "dot", "→": "arrow", "˜": "tilde", "ˆ": "hat"}
    if mark in accents:
        return f"{accents[mark]}({parts[0]})"
    return f"attach({parts[0]}, t: {parts[1]})"


def _symbol(text: str) -> str:
    return f"\\{text}" if text in _SPECIAL else text


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'
