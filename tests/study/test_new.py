"""A new study builds at once, and goes stale when its data change."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
import yaml
from nbclient import NotebookClient

import confstudy
from confstudy import cli
from confstudy.codebook.read import read_codebook
from confstudy.errors import ConfigError
from confstudy.release.ledger.folder import ledger_folder
from confstudy.report.config import find_config, read_config
from confstudy.study.new import new_study


class Ran(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(monkeypatch, capsys):
    """The command as a person runs it in a folder, with the study's own ledger."""
    monkeypatch.delenv("CONFSTUDY_LEDGER")

    def main(*arguments, cwd):
        monkeypatch.chdir(cwd)
        monkeypatch.setattr(sys, "argv", ["confstudy", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main()
        said = capsys.readouterr()
        return Ran(left.value.code, said.out, said.err)

    return main


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return new_study(tmp_path_factory.mktemp("here") / "mine", seed=1)


@pytest.fixture(scope="module")
def study(made):
    return made.folder


def test_the_folder_is_a_study_of_its_own(made, study, monkeypatch):
    monkeypatch.delenv("CONFSTUDY_LEDGER")
    assert find_config(study / "notebooks") == study / "reports" / "reports.toml"
    assert ledger_folder(study / "notebooks" / "reports") == study / ".confstudy"
    assert len(made.steps) == 3
    assert "git init" in repr(made)
    assert "seed 1" in repr(made)


def test_every_text_is_filled_and_names_the_version(study):
    texts = {p: p.read_text("utf-8") for p in study.rglob("*") if p.suffix != ".parquet"
             and p.is_file()}  # fmt: skip
    assert not [path for path, text in texts.items() if re.search(r"@[a-z]+@", text)]
    pinned = (study / "requirements.txt").read_text()
    assert f"confstudy[report]=={confstudy.__version__}\n" in pinned
    assert not [path for path, text in texts.items() if str(study.parent) in text]


def test_the_codebook_is_the_questionnaire_and_is_not_called_synthetic(study):
    own = read_codebook(study / "codebook.yaml")
    drawn = read_codebook(study / "data" / "standin.codebook.yaml")
    assert (own.name, own.synthetic, drawn.synthetic) == ("mine", False, True)
    assert (own.variables, own.scales) == (drawn.variables, drawn.scales)


def test_reports_toml_also_holds_without_its_comment_signs(study):
    path = study / "reports" / "reports.toml"
    text = re.sub(r"^# (?=\w+ = )", "", path.read_text(), flags=re.M)
    tomllib.loads(text)
    (study.parent / "open.toml").write_text(text)
    opened = read_config(study.parent / "open.toml").report
    assert opened["outcomes"].matrix == {"exposure": ("privacy", "alliance")}
    assert all(entry.schedule and entry.params for entry in opened.values())
    assert not any(e.schedule or e.params or e.matrix for e in read_config(path).report.values())


def test_workflow_and_hooks_look_before_they_hand_out(study):
    hooks = yaml.safe_load((study / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    by_id = {hook["id"]: hook for hook in hooks}
    assert by_id["audit"]["entry"] == "confstudy audit"
    assert re.search(by_id["audit"]["files"], "notebooks/a.ipynb")
    refused = by_id["data"]
    assert re.search(refused["files"], "data/wave1.csv")
    assert not re.search(refused["exclude"], "data/wave1.csv")
    assert re.search(refused["exclude"], "data/standin.parquet")
    workflow = yaml.safe_load((study / ".github" / "workflows" / "reports.yml").read_text())
    assert workflow["permissions"] == {"contents": "read"}
    steps = workflow["jobs"]["reports"]["steps"]
    names = [step.get("name", step.get("uses")) for step in steps]
    audit, build = (next(i for i, n in enumerate(names) if w in n) for w in ("Look", "Build"))
    assert audit < build
    built = re.findall(r"report build (\w+) -p data=(\S+)", steps[build]["run"])
    assert [name for name, _ in built] == list(read_config(find_config(study)).report)
    assert {data for _, data in built} == {"data/standin.parquet"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("my study",), "such as 'my-study'"),
        (("new", "--template", "practise"), "Did you mean 'practice'"),
        (("new", "--from", "gone.csv"), "gone.csv"),
        (("new", "--from", "gone.csv", "--model", "therapy"), "keep one"),
        (("new", "--model", "therpy"), "Did you mean 'therapy'"),
        (("new", "--clients", "299"), "at least 300"),
    ],
)
def test_a_wrong_request_is_told_and_writes_nothing(arguments, told, run, tmp_path):
    found = run("new", *arguments, cwd=tmp_path)
    assert (found.returncode, found.stdout) == (2, "")
    assert told in found.stderr
    assert not list(tmp_path.iterdir())


def test_a_study_is_not_written_over(study):
    with pytest.raises(ConfigError, match="is not empty"):
        new_study(study)


def test_a_new_study_builds_is_fresh_and_clean_and_goes_stale(run, study):
    built = run("report", "build", cwd=study)
    assert built.returncode == 0, built.stdout + built.stderr
    assert run("report", "status", cwd=study).returncode == 0
    pages = sorted((study / "reports").glob("*/default/latest/report.html"))
    assert len(pages) == 2
    assert all("SYNTHETIC" in page.read_text("utf-8") for page in pages)
    built_from = [page.with_name("report.ipynb") for page in pages]
    audited = run("audit", *built_from, *study.glob("notebooks/**/*.ipynb"), cwd=study)
    assert audited.returncode == 0, audited.stdout
    assert (study / ".confstudy" / "ledger.jsonl").is_file()
    command = ("simulate", "--clients", 600, "--seed", 2, "--out", "data/standin.parquet")
    assert run(*command, "--force", cwd=study).returncode == 0
    stale = run("report", "status", cwd=study)
    assert (stale.returncode, stale.stdout.count("stale: data")) == (5, 2)


SURVEY = "age,email,conceals,trust,told\n" + "".join(
    f"{20 + row % 45},CANARY{row}@example.org,{row % 3 == 0},{1 + row % 5},{row % 2}\n"
    for row in range(200)
)


def test_a_groups_own_file_gives_the_codebook_and_stays_where_it_is(run, tmp_path):
    (tmp_path / "wave 1.csv").write_text(SURVEY)
    found = run("new", "own", "--from", "wave 1.csv", "--seed", 1, cwd=tmp_path)
    assert found.returncode == 0, found.stderr
    assert "passes the gate" in found.stdout
    assert "leaves out 1 of its columns; it was not copied" in found.stdout
    assert "confstudy check 'wave 1.csv' --codebook own/codebook.yaml" in found.stdout
    said = found.stdout + found.stderr
    kept = [path.read_bytes() for path in (tmp_path / "own").rglob("*") if path.is_file()]
    assert "CANARY" not in said
    assert not any(b"CANARY" in content for content in kept)
    assert read_codebook(tmp_path / "own" / "codebook.yaml").variables["email"].drop
    assert "wave 1.csv" in (tmp_path / "own" / "reports" / "reports.toml").read_text()


@pytest.mark.validate
@pytest.mark.parametrize(
    "name",
    ["osmi2014.csv", "osmi2016.csv", "osmi2019.csv", "hints7_privacy_subset.csv.gz",
     "nsduh2023_subset.csv.gz"],
)  # fmt: skip
def test_a_study_of_a_real_file_builds_on_its_stand_in(name, real, run, tmp_path):
    made = new_study(tmp_path / "own", source=real(name), seed=1)
    built = run("report", "build", cwd=made.folder)
    assert built.returncode == 0, built.stdout + built.stderr


@pytest.mark.validate
@pytest.mark.parametrize("seed", range(10))
def test_a_study_builds_whatever_the_seed(seed, run, tmp_path):
    made = new_study(tmp_path / "own", seed=seed, clients=300)
    built = run("report", "build", cwd=made.folder)
    assert built.returncode == 0, built.stdout + built.stderr


@pytest.mark.validate
def test_the_notebook_to_explore_with_runs(study):
    path = study / "notebooks" / "01_explore.ipynb"
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": path.parent}}
    NotebookClient(notebook, resources=resources, timeout=120).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert len(outputs) == 7
    assert not [output for output in outputs if output.output_type in ("stream", "error")]


@pytest.mark.validate
def test_the_steps_of_the_workflow_run_and_git_takes_no_answers(tmp_path):
    study = new_study(tmp_path / "own", seed=1).folder
    for place in (
        "data/wave1.csv",
        "wave1.sav",
        ".confstudy/ledger.jsonl",
        "reports/x/report.html",
    ):
        (study / place).parent.mkdir(parents=True, exist_ok=True)
        (study / place).write_text("CANARY")
    for command in (("init", "-q"), ("add", "-A")):
        subprocess.run(["git", *command], cwd=study, check=True)
    added = subprocess.run(
        ["git", "ls-files"], cwd=study, capture_output=True, text=True, check=True
    )
    assert "data/standin.parquet" in added.stdout
    assert not re.search(r"wave1|ledger|\.html", added.stdout)
    workflow = yaml.safe_load((study / ".github" / "workflows" / "reports.yml").read_text())
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for step in workflow["jobs"]["reports"]["steps"]:
        if "confstudy" in step.get("run", ""):
            ran = subprocess.run(["sh", "-ec", step["run"]], cwd=study, env=env, check=False)
            assert ran.returncode == 0, step["run"]
