"""A regression table as LaTeX, with the packages array and booktabs."""

from __future__ import annotations

import re
from itertools import pairwise

from confstudy.show.tables.grid import SYMBOLS, Grid, Row
from confstudy.show.tables.widths import column_widths

__all__ = ["escaped", "latex"]

_SIGNS = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"\textquotedbl{}",
    "−": r"$-$", "×": r"$\times$", "·": r"$\cdot$", "∞": r"$\infty$", "≥": r"$\geq$",
    "≤": r"$\leq$", "±": r"$\pm$", "χ": r"$\chi$", "θ": r"$\theta$", "τ": r"$\tau$",
    "ρ": r"$\rho$", "σ": r"$\sigma$", "–": "--", "—": "---", "“": "``", "”": "''", "‘": "`",
    "’": "'", "…": r"\dots{}", "\u202f": r"\,", "\u00a0": "~", "→": r"$\to$",
}  # fmt: skip
_RAISED = dict(zip("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789", strict=True))


def escaped(text: str) -> str:
    r"""Text with every sign that LaTeX would take for a command written out.

    >>> print(escaped("50% & α_1 < R²"))
    50\% \& α\_1 \textless{} R\textsuperscript{2}
    """
    raised = "".join(_RAISED)
    parts = re.split(f"([{raised}]+)", text)
    plain = ["".join(_SIGNS.get(sign, sign) for sign in part) for part in parts[::2]]
    high = [
        rf"\textsuperscript{{{''.join(_RAISED[sign] for sign in part)}}}" for part in parts[1::2]
    ]
    return "".join(a + b for a, b in zip(plain, [*high, ""], strict=True)).replace(
        r"\textsuperscript{-", r"\textsuperscript{$-$"
    )


def latex(grid: Grid) -> str:
    """The table as a float with caption and notes, as wide as one column of 6.5 inches at most."""
    several = grid.several
    first, *rest = column_widths(grid)
    columns = (
        "".join(rf">{{\centering\arraybackslash}}p{{{width:.2f}in}}" for width in rest)
        if several
        else "r" * len(rest)
    )
    return "\n".join(
        [
            r"% Needs \usepackage{array,booktabs}",
            r"\begin{table}[!htbp]",
            r"\centering\small\setlength{\tabcolsep}{4pt}",
            rf"\caption{{{escaped(grid.title)}}}",
            rf"\begin{{tabular}}{{@{{}}>{{\raggedright\arraybackslash}}p{{{first:.2f}in}}{columns}@{{}}}}",
            r"\toprule",
            *_heads(grid),
            r"\midrule",
            *_rows(grid),
            r"\bottomrule",
            r"\end{tabular}",
            *(rf"\par\smallskip\parbox{{6.5in}}{{\footnotesize {_note(n)}}}" for n in grid.notes),
            r"\end{table}",
            "",
        ]
    )


def _heads(grid: Grid) -> list[str]:
    deep = max(len(lines) for lines in grid.heads)
    filled = [(*lines, *[""] * (deep - len(lines))) for lines in grid.heads]
    return [_line("", [_symbol(lines[place]) for lines in filled]) for place in range(deep)]


def _rows(grid: Grid) -> list[str]:
    lines = []
    inside = False
    for before, row in pairwise([None, *grid.rows]):
        if row is None:
            continue
        if row.kind == "fact" and (before is None or before.kind != "fact"):
            lines.append(r"\midrule")
        inside = row.kind == "group" or (inside and row.kind == "term")
        lines += _row(row, len(grid.heads) + 1, inside=inside)
    return lines


def _row(row: Row, wide: int, *, inside: bool) -> list[str]:
    label = _symbol(row.label) if row.kind == "fact" else escaped(row.label)
    if row.kind == "why":
        return [rf"\multicolumn{{{wide}}}{{@{{}}p{{6.3in}}@{{}}}}{{\textbf{{{label}}}}} \\"]
    if row.kind == "group":
        return [rf"\multicolumn{{{wide}}}{{@{{}}l}}{{\textit{{{label}}}}} \\"]
    indent = r"\hspace*{1em}" if inside else ""
    tops, unders = zip(*(_halves(cell) for cell in row.cells), strict=True)
    lines = [_line(indent + label, list(tops))]
    return [*lines, _line("", list(unders))] if any(unders) else lines


def _halves(cell: str) -> tuple[str, str]:
    first, _, second = cell.partition("\n")
    bare = first.rstrip("*")
    stars = rf"\rlap{{{first[len(bare) :]}}}" if bare != first else ""
    return escaped(bare) + stars, escaped(second)


def _line(label: str, cells: list[str]) -> str:
    # A line that begins with a bracket or a star would be read as an option of the one before.
    opened = "{}" + label if label[:1] in ("[", "*") else label
    return " & ".join([opened, *cells]).strip() + r" \\"


def _symbol(text: str) -> str:
    return rf"\textit{{{escaped(text)}}}" if text in SYMBOLS else escaped(text)


def _note(text: str) -> str:
    return re.sub(r"^Note\.", r"\\textit{Note.}", escaped(text))
