"""A report and the index are accessible: axe-core finds nothing, wide or narrow, light or dark."""

import pandas as pd
import pytest

from confstudy.release.html import Table
from confstudy.report.render import Row, render_index
from confstudy.report.writers.html import render_html
from confstudy.report.writers.trend import Trend
from tests.browser.axe import axe_core, chromium, judged
from tests.report.pages import DRAWING, cell, piece, report

WORDS = """# First

See Figure 1, Table 1 and `code`[^1]. $x_1 = \\frac{a}{b}$, $\\nosuch$

$$\\sum_{i=1}^{n} x_i^2 \\quad \\hat{\\beta}$$

| a | b |
|---|--:|
| 1 | 2 |

#### Second

- *one*
- ~~two~~ <https://example.org>

> quoted

[^1]: A note.

## Third
"""
STRIP = (
    '<ul class="strip"><li class="{0}">{1}</li><li>n = 40</li></ul>'
    '<ul class="warnings"><li>W</li></ul>'
)
NUMBERS = (
    '<dl class="numbers"><div><dt>Odds ratio</dt><dd><strong>0.68</strong> '
    "<span>[0.55, 0.83]</span></dd></div></dl>"
)
FACTS = '<dl class="provenance"><dt>Data</dt><dd>therapy.parquet</dd></dl>'
WIDE = pd.DataFrame({f"A long name of column {n}": [n, "–"] for n in range(12)})
TRENDS = (Trend("effect", (0.5, 0.42, 0.4)), Trend("n", (40.0,)))


def a_report():
    parts = [
        piece("title", '<p class="eyebrow">Study</p><h1>Found</h1>', title="Found"),
        *(piece("strip", STRIP.format(kind.lower(), kind)) for kind in ("SYNTHETIC", "REAL")),
        piece("numbers", NUMBERS),
        WORDS,
        cell(DRAWING),
        piece("table", Table(WIDE, "A wide table", "A note.").html),
        piece("provenance", FACTS),
    ]
    return render_html(report(*parts)).decode()


def the_index():
    rows = [
        Row("One", "Fresh", "wave=1", "a.html", {"PDF": "a.pdf"}, "2026-01-02", "", "", "fresh"),
        Row("Two", "Stale", "", "b.html", None, "2026-01-02", "", "", "stale", TRENDS),
        Row("Three", "Failed", "", "c.html", None, "2026-01-02", "2026-02-01"),
        Row("Four", "Held", "", "d.html", None, "2026-01-02", "", "2026-02-01"),
        Row("Five", "Five", failed="2026-02-01", state="never built"),
    ]
    return render_index(rows)


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    chromium()
    return axe_core(tmp_path_factory.mktemp("axe"))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 500], ids=["wide", "narrow"])
@pytest.mark.parametrize("page", [a_report, the_index])
def test_axe_finds_nothing(page, width, dark, axe, tmp_path):
    found = judged(page(), axe, tmp_path, width=width, dark=dark)
    assert found["violations"] == []
    assert found["dark"] == dark
    assert not found["wide"]


def test_the_checker_would_find_something(axe, tmp_path):
    broken = a_report().replace('alt="A square."', "").replace(' lang="en"', "")
    found = judged(broken, axe, tmp_path, width=1280, dark=False)
    assert {name for name, _ in found["violations"]} == {"html-has-lang", "image-alt"}
