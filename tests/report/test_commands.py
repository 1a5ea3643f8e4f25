"""The verbs: several reports at once, records for programs, a second time."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from confstudy.errors import ParameterError
from confstudy.report.commands import (
    build_all,
    history_of,
    list_all,
    params_of,
    status_all,
    verify_all,
    verify_twice,
)
from confstudy.report.commands.board import Board
from confstudy.report.commands.building import Outcome, finished
from confstudy.report.commands.parameters import allowed
from confstudy.report.commands.twice import differences
from confstudy.report.engine.jobs import Done
from confstudy.report.engine.progress import Stage
from confstudy.report.paramtypes import type_of
from confstudy.report.plan import plans
from confstudy.report.statcache import StatCache
from tests.report.conftest import config_of, plan_of, write_notebook


@pytest.fixture
def said(study, monkeypatch):
    monkeypatch.chdir(study)
    return []


@pytest.fixture
def told():
    return []


def build(said, told, **options):
    options = {"force": False, **options}
    return build_all([], [], [], say=said.append, tell=told.append, **options)


def add_matrix(study, values):
    path = study / "reports" / "reports.toml"
    path.write_text(path.read_text() + f"matrix = {{ wave = {values} }}\n")
    notebook = study / "notebooks" / "one.ipynb"
    content = json.loads(notebook.read_text())
    content["cells"][0]["source"] += "\nwave: int = 1  # which wave"
    notebook.write_text(json.dumps(content))


def test_what_is_fresh_is_told_without_a_process(said, told, monkeypatch):
    monkeypatch.setattr("confstudy.report.engine.warm.Warm.started", None)
    assert build(said, told) == 0
    assert said[0] == "1/1 one: fresh: reports/one/default/latest/report.html"
    (record,) = told
    assert {*record} == {
        "report", "variant", "status", "reason", "causes", "remarks", "seconds", "run", "page",
    }  # fmt: skip
    assert record["run"].startswith("000001-")


@pytest.mark.parametrize("workers", [0, -1])
def test_no_workers_are_refused_in_words(said, told, workers):
    with pytest.raises(ParameterError, match="1 or more"):
        build(said, told, workers=workers)


def test_reports_built_at_once_are_published_and_share_their_cache(study, said, told):
    write_notebook(study, 'report.title(f"Wave {wave}")', "report.record('w', float(wave))")
    add_matrix(study, [1, 2, 3])
    assert build(said, told, workers=2) == 0
    assert [line[:4] for line in said[:3]] == ["1/3 ", "2/3 ", "3/3 "]
    assert {record["status"] for record in told} == {"built"}
    found = plans(config_of(study), "one", {}, study)
    assert [plan.state for plan in found] == ["fresh"] * 3
    kept = StatCache(found[0].cache._file.parent)
    assert str((study / "data_synthetic/therapy.parquet").resolve()) in kept.paths()


def test_a_failure_stops_no_other_and_is_the_exit_code(study, said, told):
    write_notebook(study, "assert wave == 1", 'report.title("A finding")')
    add_matrix(study, [1, 2])
    assert build(said, told) == 3
    assert sorted(record["status"] for record in told) == ["built", "failed"]
    assert any("FAILED: cell" in line for line in said)


@pytest.mark.parametrize(
    ("statuses", "code"),
    [(["built", "held"], 5), (["held", "busy"], 4), (["busy", "failed", "held"], 3)],
)
def test_the_gravest_decides_the_exit_code(said, told, monkeypatch, statuses, code):
    def ended(jobs, *_):
        return ((jobs[0], Outcome(status, None, "Why.")) for status in statuses)

    monkeypatch.setattr("confstudy.report.commands.building.finished", ended)
    assert build(said, told) == code


@pytest.mark.skipif(sys.platform != "linux", reason="interrupts a group of processes")
@pytest.mark.parametrize("workers", [pytest.param("1", marks=pytest.mark.validate), "2"])
def test_an_interrupt_ends_all_and_leaves_the_last_good_ones(study, workers):
    before = plan_of(study).shelf.manifest["run"]
    mark = study / "running"
    slow = f"import os, time; open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    write_notebook(study, slow)
    command = [sys.executable, "-m", "confstudy", "report", "build", "-j", workers]
    started = subprocess.Popen(
        command, cwd=study, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    while not (mark.is_file() and mark.read_text()):
        time.sleep(0.05)
    os.killpg(started.pid, signal.SIGINT)
    out, _ = started.communicate(timeout=30)
    assert started.returncode == 130
    assert "the last good reports are untouched" in out
    assert ends(int(mark.read_text()))
    shelf = plan_of(study).shelf
    assert (shelf.manifest["run"], shelf.verify()) == (before, [])


def ends(pid):
    """Whether a process is gone, or is within some seconds."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def test_records_have_the_same_keys_always(study, said, told):
    quiet = {"say": said.append, "tell": told.append}
    assert status_all(**quiet) == 0
    assert {*told.pop()} == {"report", "variant", "state", "causes", "page"}
    history_of("one", **quiet)
    assert {*told.pop()} == {"report", "variant", "n", "run", "status", "at", "reason"}
    assert verify_all(**quiet) == 0
    assert told.pop() == {"report": "one", "variant": "default", "problems": []}
    list_all(**quiet)
    (parameter,) = told.pop()["parameters"]
    params_of("one", **quiet)
    assert told.pop() == {"report": "one", **parameter}
    assert {*parameter} == {"name", "type", "allowed", "default", "matrix", "help"}


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ("str", ""),
        ("Annotated[float, Field(gt=0, le=1)]", "> 0, ≤ 1"),
        ("list[Annotated[int, Field(ge=1)]]", "≥ 1"),
        ("Literal[1, 2] | None", "one of [1, 2]"),
    ],
)
def test_what_a_parameter_may_be_is_worded(declared, words):
    assert allowed(type_of(declared)) == words


def test_a_second_time_is_the_same_and_leaves_no_trace(study, said, told, monkeypatch):
    monkeypatch.delenv("CONFSTUDY_LEDGER")
    write_notebook(study, 'report.title("A")', "report.record('share', 0.5, (0.4, 0.6))")
    assert build(said, told) == 0
    ledger = study / ".confstudy" / "ledger.jsonl"
    before = ledger.read_bytes(), sorted((study / "reports").rglob("*"))
    assert verify_twice(["one"], say=said.append) == 0
    assert said[-1] == "one: the same"
    assert (ledger.read_bytes(), sorted((study / "reports").rglob("*"))) == before


@pytest.mark.validate
def test_a_second_time_tells_what_chance_changed(study, said, told):
    write_notebook(study, "import time; report.record('now', time.time())")
    assert build(said, told) == 0
    assert verify_twice([], say=said.append, tell=told.append) == 1
    assert told[-1]["differences"] == ["number 'now'"]
    write_notebook(study, "report.record('now', 2.0)")
    assert verify_twice([], say=said.append) == 5
    assert said[-1] == "one: stale, not compared: build it first"


def test_a_run_does_not_differ_from_itself(study):
    run = plan_of(study).shelf.latest
    assert differences(run, run) == []


def test_a_killed_builder_is_a_failure_in_the_history(study, said, monkeypatch):
    from confstudy.errors import ReportError
    from confstudy.report.commands.building import Job

    killed = ReportError("the process that built it was killed (signal 9).")
    monkeypatch.setattr(
        "confstudy.report.commands.building._running",
        lambda jobs, *_: (Done(job, failed=killed) for job in jobs),
    )
    plan = plan_of(study)
    with Board(said.append) as board:
        ((_, outcome),) = finished([Job.of(plan, True)], board)
    assert outcome.status == "failed"
    assert plan.shelf.history[-1]["reason"] == str(killed)


def test_the_time_left_counts_running_reports_by_their_cells(monkeypatch):
    moments = iter([0.0, 0.0, 30.0])
    monkeypatch.setattr("time.monotonic", lambda: next(moments, 30.0))
    board = Board(print)
    board.expect(3)
    board.running["one"] = Stage(1, 2, 1.0)
    board.ended("two")
    assert str(board) == "1 of 3 reports, about 0:30 left"
