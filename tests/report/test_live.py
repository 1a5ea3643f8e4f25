"""``cs.report(...)``: a report built from within a notebook."""

import sys
from types import SimpleNamespace

import pytest

import confstudy as cs
from confstudy.errors import ConfigError, ParameterError, ReportError
from confstudy.report.engine.progress import Stage
from confstudy.report.live import Page, _Line
from tests.report.conftest import write_notebook


@pytest.fixture
def here(study, monkeypatch):
    monkeypatch.chdir(study)
    return study


def test_a_fresh_report_is_shown_with_a_link_and_its_status(here):
    (page,) = cs.report("one")
    assert page.status == "fresh"
    assert '<a href="reports/one/default/latest/report.html">' in page._repr_html_()


def test_a_notebook_is_known_by_its_path_from_any_folder_of_the_study(here, monkeypatch):
    monkeypatch.chdir(here / "notebooks")
    assert repr(cs.report("one.ipynb")) == (
        "one: fresh (../reports/one/default/latest/report.html)"
    )


@pytest.mark.validate
def test_what_is_recorded_is_shown_and_a_failure_tells_its_reason(here):
    write_notebook(here, 'report.title("A")', "report.record('share', 0.5, (0.4, 0.6))")
    (page,) = cs.report("one")
    assert page.status == "built", page.reason
    assert "<td>share</td><td>0.500</td><td>0.400</td><td>0.600</td>" in page._repr_html_()
    write_notebook(here, "1 / 0")
    (page,) = cs.report("one")
    assert (page.status, "ZeroDivisionError" in page.reason) == ("failed", True)
    assert "the last good page" in page._repr_html_()


@pytest.mark.parametrize(
    ("name", "given", "kind"),
    [("two", {}, ConfigError), ("one", {"dat": "x"}, ParameterError), ("x.ipynb", {}, ReportError)],
)
def test_what_a_person_did_wrong_is_one_line_without_a_traceback(here, name, given, kind):
    with pytest.raises(kind) as wrong:
        cs.report(name, **given)
    (line,) = wrong.value._render_traceback_()
    assert line == f"{kind.__name__}: {wrong.value}"


def test_a_report_builds_no_other(here, monkeypatch):
    monkeypatch.setenv("CONFSTUDY_STAGE", "stage.jsonl")
    with pytest.raises(ReportError, match="cannot build another"):
        cs.report("one")


def test_names_are_escaped():
    assert "<b>" not in Page("<b>", "failed", "<b>", None, {"<b>": {"value": 1}})._repr_html_()


def test_in_a_notebook_one_line_is_written_anew(monkeypatch):
    shown = []
    handle = SimpleNamespace(update=lambda data, **_: shown.append(data["text/plain"]))
    shell = SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=1))
    screen = SimpleNamespace(display=lambda *_, **__: handle)
    monkeypatch.setitem(sys.modules, "IPython", shell)
    monkeypatch.setitem(sys.modules, "IPython.display", screen)
    with _Line() as line:
        line.at("one", Stage(6, 12, 2.0, 75.0))
    assert shown == [f"one {'━' * 12}{'─' * 12} 6 of 12 cells, about 1:15 left", ""]
