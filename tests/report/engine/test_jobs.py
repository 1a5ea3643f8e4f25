"""Several reports at once."""

import os
import sys
import tempfile
import time
from pathlib import Path

import pytest

from confstudy.errors import DataError, ReportError
from confstudy.report.engine.jobs import run_many
from confstudy.report.engine.warm import Warm

HOW = ["cold", *(["warm"] if sys.platform == "linux" else [])]


@pytest.fixture(scope="module", params=HOW)
def warm(request):
    started = Warm.started() if request.param == "warm" else None
    yield started
    if started:
        started.close()


def work(job, tools):
    function, *arguments = job
    return tools.say(arguments[0]) if function == "say" else function(*arguments)


def surroundings():
    return str(Path.cwd()), os.environ["KEPT"], os.getpid()


def refused():
    raise DataError("Word.")


def divided():
    return 1 / 0


def unsendable():
    return lambda: 1


def asleep(path):
    path.write_text(str(os.getpid()))
    time.sleep(60)


def wait_for(path):
    while not path.is_file():
        time.sleep(0.05)


def slowly(value):
    time.sleep(3)
    return value


def done(jobs, warm, **options):
    return list(run_many(jobs, work, 2, warm=warm, **options))


def test_results_come_in_the_order_of_finishing(warm):
    jobs = [(slowly, 1), (abs, -2), (abs, -3)]
    assert [one.result for one in done(jobs, warm)] == [2, 3, 1]


def test_a_dying_worker_takes_no_other_with_it(warm):
    jobs = [(os.abort,), (divided,), (os._exit, 3), (abs, -7)]
    ended = {one.job: one for one in done(jobs, warm)}
    words = [str(ended[job].failed) for job in jobs[:3]]
    assert words[0].startswith("the process that built it was killed (signal 6)")
    assert words[1].startswith("unexpected ZeroDivisionError")
    assert words[2] == "the process that built it ended with code 3."
    assert ended[jobs[3]].result == 7


def test_an_error_of_ours_comes_back_as_it_is(warm):
    (one,) = done([(refused,)], warm)
    assert (type(one.failed), str(one.failed)) == (DataError, "Word.")


def test_what_cannot_be_sent_back_is_a_failure(warm):
    (one,) = done([(unsendable,)], warm)
    assert isinstance(one.failed, ReportError)


def test_a_job_has_its_own_process_and_its_callers_surroundings(warm, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KEPT", "here")
    results = [one.result for one in done([(surroundings,), (surroundings,)], warm)]
    assert {result[:2] for result in results} == {(str(tmp_path), "here")}
    assert len({os.getpid(), *(result[2] for result in results)}) == 3


def test_temporary_files_of_a_job_are_removed(warm):
    (one,) = done([(tempfile.mkdtemp,)], warm)
    assert not Path(one.result).exists()


def test_what_a_job_says_is_heard_while_it_runs(warm):
    heard = []
    (one,) = done([("say", "half")], warm, say=lambda job, text: heard.append((job[1], text)))
    assert one.failed is None
    assert heard == [("half", "half")]


def test_jobs_that_still_run_end_with_the_caller(warm, tmp_path):
    for one in run_many([(asleep, tmp_path / "p"), (wait_for, tmp_path / "p")], work, 2, warm=warm):
        assert one.job[0] is wait_for
        break
    pid = int((tmp_path / "p").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_no_jobs_need_no_process():
    assert list(run_many([], work, 2)) == []
