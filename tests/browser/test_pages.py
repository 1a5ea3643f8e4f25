"""A report and the index are accessible: axe-core finds nothing, wide or narrow, light or dark."""

import pytest

from confstudy.report.render import Event, Group, Row, render_index
from confstudy.report.writers.html import render_html
from confstudy.report.writers.trend import Trend
from tests.browser.axe import axe_core, chromium, judged
from tests.report.pages import many_things

TRENDS = (Trend("effect", (0.5, 0.42, 0.4)), Trend("n", (40.0,)))
FILES = {"PDF": "a.pdf", "Word": "a.docx"}
PAST = (Event("2026-02-01 06:00", "failed", "cell [3] raised ValueError", "a.html"),)


def a_report():
    return render_html(many_things()).decode()


def the_index():
    good = {"files": FILES, "built": "2026-01-02", "trends": TRENDS, "history": PAST}
    due = "2026-03-02 06:00 CET"
    waves = [
        Row("fresh", "Trust rose", "wave = 1", "a.html", due=due, **good),
        Row("stale", "Trust fell", "wave = 2", "b.html", notice="N.", reasons=["R"] * 7, **good),
        Row("failed", "Trust stood", "wave = 3", "c.html", notice="N.", reasons=["R"], **good),
        Row("held", "Trust stood still", "wave = 4", "d.html", notice="N.", **good),
        Row("refused", "Trust came", "wave = 5", "e.html", notice="N.", **good),
        Row("damaged", variant="wave = 6", notice="N."),
        Row("never built", variant="wave = 7", due=due),
        Row("retired", "Trust went", "wave = 8", "f.html", **good),
    ]
    return render_index([Group("Waves", waves), Group("Other", [Row("unknown", notice="N.")])])


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
