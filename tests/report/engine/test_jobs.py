"""Several reports at once."""

import os
import sys
import time
from operator import add, methodcaller
from pathlib import Path

import pytest

from confstudy.errors import ReportError
from confstudy.report.engine.jobs import run_many
from confstudy.report.engine.warm import Warm

HOW = ["cold", *(["warm"] if sys.platform == "linux" else [])]


@pytest.fixture(scope="module", params=HOW)
def warm(request):
    started = Warm.started() if request.param == "warm" else None
    yield started
    if started:
        started.close()


def done(jobs, warm, workers=2, **options):
    return list(run_many(jobs, _called, workers, warm=warm, **options))


def _called(job, tools):
    return eval(job, {"tools": tools})


def test_results_come_in_the_order_of_finishing(warm):
    jobs = ["__import__('time').sleep(2) or 'slow'", "'quick'", "'next'"]
    assert [one.result for one in done(jobs, warm)] == ["quick", "next", "slow"]


def test_a_dying_worker_takes_no_other_with_it(warm):
    jobs = [
        "__import__('os').kill(__import__('os').getpid(), 9)",
        "1 / 0",
        "__import__('os')._exit(3)",
        "7",
    ]
    ended = {one.job: one for one in done(jobs, warm)}
    words = [str(ended[job].failed) for job in jobs[:3]]
    assert words[0].startswith("the process that built it was killed (signal 9)")
    assert words[1].startswith("unexpected ZeroDivisionError")
    assert words[2] == "the process that built it ended with code 3."
    assert ended["7"].result == 7


def test_an_error_of_ours_comes_back_as_it_is(warm):
    raised = "(_ for _ in ()).throw(__import__('confstudy.errors').errors.DataError('Word.'))"
    (one,) = done([raised], warm)
    assert (type(one.failed).__name__, str(one.failed)) == ("DataError", "Word.")


def test_what_cannot_be_sent_back_is_a_failure(warm):
    (one,) = done(["lambda: 1"], warm)
    assert isinstance(one.failed, ReportError)


def test_a_job_has_its_own_process_and_its_callers_surroundings(warm, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KEPT", "here")
    job = "(lambda os: (os.getcwd(), os.environ['KEPT'], os.getpid()))(__import__('os'))"
    results = [one.result for one in done([job, job], warm)]
    assert {result[:2] for result in results} == {(str(tmp_path), "here")}
    assert len({os.getpid(), *(result[2] for result in results)}) == 3


def test_temporary_files_of_a_job_are_removed(warm):
    job = "__import__('tempfile').mkdtemp()"
    (one,) = done([job], warm)
    assert not Path(one.result).exists()


def test_what_a_job_says_is_heard_while_it_runs(warm):
    heard = []
    job = "tools.say('half') or 1"
    (one,) = done([job], warm, say=lambda job, text: heard.append(text))
    assert (one.result, heard) == (1, ["half"])


def test_jobs_that_still_run_end_with_the_caller(warm, tmp_path):
    job = (
        f"(lambda p, o, t: (p.write_text(str(o.getpid())), t.sleep(60)))"
        f"(__import__('pathlib').Path({str(tmp_path / 'pid')!r}), __import__('os'), __import__('time'))"
    )
    wait = f"[__import__('time').sleep(.05) for _ in range(600) if not __import__('os').path.isfile({str(tmp_path / 'pid')!r})]"
    for one in run_many([job, wait], _called, 2, warm=warm):
        assert one.job == wait
        break
    pid = int((tmp_path / "pid").read_text())
    for _ in range(100):
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("a job outlived its caller")


def test_no_jobs_need_no_process():
    assert list(run_many([], add, 2)) == []
    assert methodcaller("upper")("a") == "A"
