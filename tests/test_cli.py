import json
import re
import subprocess
import sys

import pytest

import confstudy
from confstudy.cli import app


def run(*arguments, cwd):
    command = [sys.executable, "-m", "confstudy", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_the_version_is_told(tmp_path):
    assert run("--version", cwd=tmp_path).stdout.strip() == f"confstudy {confstudy.__version__}"


def test_help_names_every_verb_and_no_verb_that_is_not_built(tmp_path):
    text = run("--help", cwd=tmp_path).stdout
    verbs = (
        "simulate", "check", "anonymize", "claims", "report", "audit", "ledger", "synthesize",
        "new", "power", "plan",
    )  # fmt: skip
    assert all(re.search(rf"^  {verb} ", text, re.MULTILINE) for verb in verbs)
    assert not any(verb in text for verb in ("lesson",))


def test_claims_are_listed_and_shown(tmp_path):
    listed = run("claims", cwd=tmp_path).stdout
    assert listed.startswith("33 claims, 33 of them work")
    assert "C02   works    Perceived privacy builds trust" in listed
    assert "P → T" in run("claims", "C02", cwd=tmp_path).stdout


def test_an_unknown_claim_is_an_error_of_use(tmp_path):
    found = run("claims", "C99", cwd=tmp_path)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith("confstudy: Claims not found")
    assert "Traceback" not in found.stderr


def test_a_simulated_survey_is_written_and_accepted(tmp_path):
    made = run(
        "simulate", "therapy", "--clients", 1000, "--seed", 1, "--out", "s.parquet", cwd=tmp_path
    )
    assert made.returncode == 0, made.stderr
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["s.codebook.yaml", "s.parquet", "s.truth.json"]
    found = run("check", "s.parquet", cwd=tmp_path)
    assert found.returncode == 0
    assert found.stdout.startswith("accepted: Survey 'therapy' · SYNTHETIC")


def test_a_seed_is_drawn_and_told_when_none_is_given(tmp_path):
    assert ", seed " in run("simulate", "--clients", 300, "--out", "s.parquet", cwd=tmp_path).stdout


QUALTRICS = """\
StartDate,Q1,Q2_email
Start Date,How private do you feel?,Where can we reach you?
"{""ImportId"":""startDate""}","{""ImportId"":""QID1""}","{""ImportId"":""QID2""}"
2026-01-05 10:00:00,4,CANARY.one@example.org
2026-01-05 11:00:00,5,CANARY.two@example.org
"""


@pytest.mark.parametrize("codebook", [(), ("--codebook", "therapy")])
def test_a_qualtrics_export_with_an_email_column_is_refused(tmp_path, codebook):
    (tmp_path / "export.csv").write_text(QUALTRICS)
    found = run("check", "export.csv", *codebook, cwd=tmp_path)
    assert found.returncode == 1
    assert "Q2_email: e-mail address" in found.stderr
    assert "StartDate: system field" in found.stderr
    assert "drop: identifier" in found.stderr
    assert "CANARY" not in found.stderr + found.stdout
    assert "Traceback" not in found.stderr


def test_an_innocent_file_without_a_codebook_is_accepted_with_what_was_not_checked(tmp_path):
    (tmp_path / "wave.csv").write_text("trust,arm\n3,a\n4,b\n")
    found = run("check", "wave.csv", cwd=tmp_path)
    assert found.returncode == 0
    assert "Not checked without a codebook" in found.stdout


BOOK = """\
name: wave
variables:
  age: {type: numeric, range: [18, 90], role: quasi_identifier}
  sex: {levels: [w, m], role: quasi_identifier}
"""


def refused_survey(folder):
    rows = [f"{18 + row % 13 * 5},{'wm'[row % 2]},CANARY{row}@example.org\n" for row in range(60)]
    (folder / "wave.csv").write_text("age,sex,contact\n" + "".join(rows))
    (folder / "wave.codebook.yaml").write_text(BOOK)


def test_a_refused_survey_gets_a_recipe_to_start_from_that_works(tmp_path):
    refused_survey(tmp_path)
    found = run("check", "wave.csv", cwd=tmp_path)
    assert found.returncode == 1
    assert "contact: e-mail address" in found.stderr
    assert found.stdout.startswith("# A recipe to start from")
    (tmp_path / "recipe.yaml").write_text(found.stdout)
    command = ("anonymize", "wave.csv", "--recipe", "recipe.yaml", "--out", "public.parquet")
    done = run(*command, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "drop contact" in done.stdout
    assert "wrote public.recipe.yaml" in done.stdout
    assert run("check", "public.parquet", cwd=tmp_path).stdout.startswith("accepted")
    again = run(*command, cwd=tmp_path)
    assert (again.returncode, again.stdout) == (2, "")
    assert "exist already" in again.stderr
    assert run(*command, "--force", cwd=tmp_path).returncode == 0
    assert "CANARY" not in found.stdout + found.stderr + done.stdout + done.stderr


@pytest.mark.parametrize(
    ("recipe", "code", "expected"),
    [
        ("drop: [contact]\n", 1, "k-anonymity"),
        ("name: x\ndrop: [contcat]\n", 2, "recipe.yaml, line 2: 'contcat' is no variable"),
    ],
)
def test_a_recipe_that_does_not_do_is_told(tmp_path, recipe, code, expected):
    refused_survey(tmp_path)
    (tmp_path / "recipe.yaml").write_text(recipe)
    before = sorted(tmp_path.iterdir())
    found = run("anonymize", "wave.csv", "--recipe", "recipe.yaml", "--out", "p.csv", cwd=tmp_path)
    assert (found.returncode, found.stdout) == (code, "")
    assert expected in found.stderr
    assert "CANARY" not in found.stderr
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("name", ["gone.csv", "notes.docx"])
def test_a_wrong_file_is_an_error_of_use(tmp_path, name):
    (tmp_path / "notes.docx").write_text("x")
    found = run("check", name, cwd=tmp_path)
    assert found.returncode == 2
    assert found.stderr.startswith("confstudy: ")


def test_reports_outside_a_study_are_an_error_of_use(tmp_path):
    found = run("report", "build", cwd=tmp_path)
    assert found.returncode == 2
    assert "go to the folder of a study" in found.stderr


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("build", "outcoms"), "Did you mean 'outcomes'"),
        (("build", "outcomes", "-p", "outcom=x"), "Did you mean 'outcome'"),
        (("build", "outcomes", "-p", "family=probit"), "Parameter 'family'"),
        (("build", "outcomes", "-p", "family"), "is not NAME=VALUE"),
        (("build", "-p", "family=ols"), "name it"),
        (("history", "outcoms"), "Did you mean 'outcomes'"),
    ],
)
def test_a_wrong_report_or_parameter_is_told_before_anything_runs(
    arguments, expected, pytestconfig
):
    found = run("report", *arguments, cwd=pytestconfig.rootpath)
    assert found.returncode == 2
    assert expected in found.stderr


def test_parameters_are_listed_with_type_default_and_meaning(pytestconfig):
    text = run("report", "list", cwd=pytestconfig.rootpath).stdout
    assert "outcome: str = 'concealment'  variable or scale" in text


def test_an_unexpected_fault_keeps_its_message_to_itself(monkeypatch, capsys):
    def fail():
        raise RuntimeError("CANARY")

    monkeypatch.setattr(app, "app", fail)
    with pytest.raises(SystemExit) as left:
        app.main()
    said = capsys.readouterr().err
    assert left.value.code == 70
    assert "unexpected RuntimeError (test_cli.py, line" in said
    assert "CANARY" not in said


def notebook(path, source):
    cell = {"cell_type": "markdown", "metadata": {}, "source": source}
    path.write_text(
        json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})
    )


def test_an_audit_names_rule_and_cell_and_shows_no_value(tmp_path):
    notebook(tmp_path / "clean.ipynb", "Trust was higher where privacy was.")
    notebook(tmp_path / "leak.ipynb", "Ask CANARY.one@example.org")
    (tmp_path / "broken.ipynb").write_text("{")
    for name, code, said in (
        ("clean", 0, "clean"),
        ("leak", 1, "cell 1 (source): holds what looks like an e-mail address"),
        ("broken", 2, "is not a notebook"),
    ):
        found = run("audit", f"{name}.ipynb", cwd=tmp_path)
        assert found.returncode == code
        assert said in found.stdout + found.stderr
        assert "CANARY" not in found.stdout + found.stderr


def test_a_ledger_is_shown_and_verified(tmp_path, scores, monkeypatch):
    monkeypatch.setenv("CONFSTUDY_LEDGER", str(tmp_path / ".confstudy"))
    assert "nothing was released yet" in run("ledger", "show", cwd=tmp_path).stdout
    confstudy.release.table(scores, "arm", caption="Arms")
    shown = run("ledger", "show", cwd=tmp_path).stdout
    assert re.search(r"therapy  Arms  pass \(suppression\)  4 cells, smallest n 10\+", shown)
    assert run("ledger", "verify", cwd=tmp_path).stdout.startswith("whole: 2 entries, 1 outputs")
    path = tmp_path / ".confstudy" / "ledger.jsonl"
    path.write_text(path.read_text().replace("Arms", "Harm"))
    damaged = run("ledger", "verify", cwd=tmp_path)
    assert (damaged.returncode, "line 2: the line was changed" in damaged.stdout) == (1, True)


def test_a_survey_is_synthesized(tmp_path):
    rows = [f"{20 + row % 50},{'wm'[row % 2]},{1 + row % 5}\n" for row in range(300)]
    (tmp_path / "wave.csv").write_text("age,sex,trust\n" + "".join(rows))
    book = "name: wave\nvariables:\n  age: {type: numeric}\n  sex: {levels: [w, m]}\n"
    (tmp_path / "wave.codebook.yaml").write_text(f"{book}  trust: {{type: numeric}}\n")
    made = ("synthesize", "wave.csv", "--seed", 1, "--out", "made.parquet", "--accept")
    found = run(*made, cwd=tmp_path)
    assert found.returncode == 0, found.stderr
    assert run("check", "made.parquet", cwd=tmp_path).returncode == 0
    assert run(*made, cwd=tmp_path).returncode == 2
