"""Small reports to write, without a notebook that runs."""

from base64 import b64encode
from datetime import UTC, datetime

import nbformat
import pandas as pd

from confstudy.release.html import Table
from confstudy.release.piece import MIME
from confstudy.report.writers.document import Document, document

BUILT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
PASSED = {"status": "pass", "rule": "none", "reason": ""}
_SVG = 'xmlns="http://www.w3.org/2000/svg" width="9" height="9"'
_SQUARE = b64encode(f'<svg {_SVG}><rect width="9" height="9"/></svg>'.encode()).decode()
DRAWING = (
    f'<figure><img alt="A square." src="data:image/svg+xml;base64,{_SQUARE}">'
    "<figcaption>A square, n = 40.</figcaption></figure>"
)


def piece(kind, html, **data):
    """A cell that shows one released output."""
    bundle = {"text/html": html, MIME: {"kind": kind, "decision": PASSED, **data}}
    output = nbformat.v4.new_output("display_data", data=bundle)
    return nbformat.v4.new_code_cell("show()", outputs=[output])


def cell(html):
    """A cell that shows a figure."""
    return piece("figure", html, alt="A square.")


def report(*parts, language="en") -> Document:
    """A report of cells; text is Markdown."""
    cells = [nbformat.v4.new_markdown_cell(p) if isinstance(p, str) else p for p in parts]
    notebook = nbformat.v4.new_notebook(cells=cells)
    shown = [o.data[MIME] for c in cells for o in c.get("outputs", [])]
    return document(notebook, shown, "A report", BUILT, language=language)


_WORDS = """## Words of every kind

*One*, **two**, ~~three~~, `code`, a footnote[^1], another[^2], $x_1 = \\frac{a}{b}$,
a mistake $\\nosuch$, <https://example.org/a/very/long/address/that/goes/on/and/on/for/longer/than/a/line/of/a/phone>.
See Figure 1, Table 1, Table 2 and Table 9.

Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft and
aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggghhhhhhhhhhiiiiiiiiiijjjjjjjjjj.

Ελληνικά, русский, 漢字, naïve “quotes” – dashes — … ½ × ≤ ≥ ± α, 😀 🧿.

עברית: שלום עולם, 12 אנשים (n = 34).

العربية: مرحبا بالعالم.

[^1]: A note with *words* in it, `code` and $n > 1$.
[^2]: A second note.

### An empty section

### Lists

- one
  - two, which is long enough to be broken over more than a single line of a phone
    - three
      - four
- five

3. three
4. four
   - inside
   1. counted

> quoted
>
> > again

---

```python
for a_long_name_of_a_variable in a_long_name_of_a_function(first=1, second=2, third=3, fourth=4):
    pass
```

## Formulas

$$\\sum_{i=1}^{n} x_i^2 \\quad \\hat{\\beta} = (X^\\top X)^{-1} X^\\top y$$

$$LONG$$

$$\\begin{matrix}1&2\\\\3&4\\end{matrix}$$

| Left | Right |
|------|------:|
| a `b` | 1 |
| | 22 |

#### A heading two levels down
""".replace("LONG", " + ".join(f"y_{{{n}}}" for n in range(40)))
_STRIP = (
    '<ul class="strip"><li class="{0}">{1}</li><li>n = 40</li><li>response rate 71 %</li></ul>'
    '<ul class="warnings"><li>A scale looks reversed.</li></ul>'
)
_CARD = "<div><dt>Odds ratio</dt><dd><strong>0.68</strong> <span>[0.55, 0.83]</span></dd></div>"
_NUMBERS = f'<dl class="numbers">{_CARD * 3}</dl>'
_FACTS = (
    '<dl class="provenance"><dt>Data</dt><dd>therapy.parquet</dd><dt>SHA-256</dt>'
    f"<dd>{'0123456789abcdef' * 4}</dd></dl>"
)


def many_things() -> Document:
    """A report with one of everything, and too much of some of it."""
    wide = pd.DataFrame({f"A long name of column {n}": [n, "–"] for n in range(12)})
    long = pd.DataFrame({"Level": [f"Level {n}" for n in range(60)], "n": range(10, 70)})
    title = "A finding that is so long that it is broken over two lines or even three"
    return report(
        piece("title", f'<p class="eyebrow">Study</p><h1>{title}</h1>', title=title),
        *(piece("strip", _STRIP.format(kind.lower(), kind)) for kind in ("SYNTHETIC", "REAL")),
        piece("numbers", _NUMBERS),
        _WORDS,
        "## A figure",
        cell(DRAWING),
        "## Tables",
        piece("table", Table(wide, "A wide table", "A note.").html),
        piece("table", Table(long, "A long table", "").html),
        piece("provenance", _FACTS),
    )
