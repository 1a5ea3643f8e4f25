"""Variants, causes, words without a kernel, held builds: what the study's folder shows."""

import json

import pytest

from confstudy.report.build import build
from confstudy.report.commands import accept, diff_of, status_all, verify_all, why_of
from tests.report.conftest import config_of, plan_of, write_notebook

RECORD = 'report.record("share", {}, (0.1, 0.9))'


def set_toml(study, more):
    path = study / "reports" / "reports.toml"
    path.write_text(path.read_text() + more)


@pytest.fixture
def said():
    return []


def test_words_alone_are_told_anew_without_a_kernel(study, build_one, monkeypatch):
    build_one(force=True)
    path = study / "notebooks" / "one.ipynb"
    path.write_text(path.read_text().replace("## Words", "## Other words"))
    monkeypatch.setattr("confstudy.report.build.run_notebook", None)
    plan = plan_of(study)
    assert [cause.part for cause in plan.causes] == ["text"]
    built = build(plan)
    assert built.status == "built"
    html = (built.path / "report.html").read_text()
    assert "Other words" in html
    assert "A finding" in html


def test_a_surprising_number_is_held_until_a_person_accepts_it(study, said, monkeypatch):
    set_toml(study, "gates = { share = { rel = 0.2 } }\n")
    write_notebook(study, RECORD.format(0.5))
    assert build(plan_of(study)).status == "held"  # the first that records it is a surprise
    plan_of(study).shelf.accept()
    write_notebook(study, RECORD.format(0.52))
    assert build(plan_of(study)).status == "built"
    write_notebook(study, RECORD.format(0.9))
    held = build(plan_of(study))
    assert (held.status, held.reason) == ("held", "'share' changed by more than 20 %.")
    assert build(plan_of(study)).status == "held"
    monkeypatch.chdir(study)
    assert status_all(say=said.append) == 5
    accept("one", "default", say=said.append)
    assert status_all(say=said.append) == 0
    assert diff_of("one", "", "", "default", say=said.append) == 0
    assert verify_all(say=said.append) == 0
    assert "share" in "\n".join(said)


def test_a_matrix_makes_a_page_for_each_combination_in_every_format(study):
    set_toml(study, 'formats = ["html", "pdf"]\nmatrix = { wave = [1, 2] }\n')
    write_notebook(study, 'report.title("A finding")')
    path = study / "notebooks" / "one.ipynb"
    content = json.loads(path.read_text())
    content["cells"][0]["source"] += "\nwave: int = 1  # which wave"
    path.write_text(json.dumps(content))
    from confstudy.report.plan import plans

    found = plans(config_of(study), "one", {}, study)
    assert [plan.variant.parameters["wave"] for plan in found] == [1, 2]
    built = build(found[1])
    assert (built.path / "report.pdf").read_bytes().startswith(b"%PDF")
    assert [plan.state for plan in plans(config_of(study), "one", {}, study)] == [
        "never built",
        "fresh",
    ]


def test_why_names_every_cause(study, said, monkeypatch):
    monkeypatch.chdir(study)
    assert why_of("one", say=said.append) == 0
    write_notebook(study, 'report.title("Another finding")', "report.provenance()")
    assert why_of("one", say=said.append) == 5
    assert said[-1] == "    notebook: code cell 3 changed"
