import json
import os
import signal
import subprocess
import sys
import time

import pytest

import confstudy as cs
from confstudy.errors import StructureError
from confstudy.simulate.commands import do_of, simulated
from confstudy.simulate.model.read import read_structure
from confstudy.simulate.stream import draw

THERAPY = read_structure("therapy")
NONE = {"nonresponse": None, "response_rate": None, "sample": None}


def complete(out, **options):
    asked = {"model": THERAPY, "clients": 800, "seed": 1, "columns": "arm,privacy", "survey": NONE}
    return simulated(out, complete=True, **{**asked, **options})


def test_complete_answers_are_written_with_codebook_and_truth(tmp_path):
    made = complete(tmp_path / "c.parquet", do=["A=absolute", "E=1"])
    assert [path.name for path in made.files] == ["c.parquet", "c.codebook.yaml", "c.truth.json"]
    survey = cs.load(made.files[0])
    assert (survey.n, survey.response_rate) == (800, 1)
    drawn = draw(THERAPY, clients=800, seed=1, columns=["privacy"], do={"A": 2})
    answers = drawn["privacy_1"].to_pylist()
    assert survey.frame["privacy_1"].tolist() == answers
    how = json.loads(made.files[2].read_text())["made"]["how"]
    assert "--clients 800 --therapists 40 --seed 1 --complete --do A=absolute --do E=1" in how


@pytest.mark.validate
def test_the_command_in_the_truth_draws_the_same_again(tmp_path):
    options = {"do": ["E=1"], "columns": "privacy,arm", "clients": 400, "model": "therapy"}
    survey = {"nonresponse": "mnar", "response_rate": 0.4}
    made = simulated(tmp_path / "a.parquet", seed=1, survey=survey, **options)
    how = json.loads(made.files[2].read_text())["made"]["how"]
    again = subprocess.run(
        [sys.executable, "-m", *how.split()], cwd=tmp_path, capture_output=True, text=True
    )
    assert "exist already" in again.stderr
    before = [path.read_bytes() for path in made.files]
    done = subprocess.run([sys.executable, "-m", *how.split(), "--force"], cwd=tmp_path)
    assert done.returncode == 0
    assert [path.read_bytes() for path in made.files] == before


def test_existing_files_and_what_does_not_go_together_are_refused(tmp_path):
    out = tmp_path / "c.parquet"
    (tmp_path / "c.truth.json").write_text("mine")
    with pytest.raises(StructureError, match=r"\[c\.truth\.json\] exist already"):
        complete(out)
    assert [path.name for path in tmp_path.iterdir()] == ["c.truth.json"]
    complete(out, force=True)
    given = {**NONE, "response_rate": 0.5, "sample": "design.yaml"}
    with pytest.raises(StructureError, match=r"leave out \[--response-rate, --sampling\]"):
        complete(out, survey=given)
    with pytest.raises(StructureError, match="'--workers' is for '--complete'"):
        simulated(out, workers=2, survey=NONE, model=THERAPY, clients=400, seed=1)


def test_an_interrupted_command_leaves_nothing(tmp_path):
    command = "-m confstudy simulate --complete --clients 30000000 --columns arm --out c.parquet"
    process = subprocess.Popen(
        [sys.executable, *command.split()],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not list(tmp_path.iterdir()) and process.poll() is None:
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert "interrupted: nothing was written" in said
    assert list(tmp_path.iterdir()) == []


def test_settings_are_names_and_values():
    assert do_of(["A=absolute", "P = -1.5"]) == {"A": "absolute", "P": "-1.5"}
    for given in (["A"], ["=1"], ["A="], ["A=1", "A=2"]):
        with pytest.raises(StructureError, match="is not NAME=VALUE"):
            do_of(given)
