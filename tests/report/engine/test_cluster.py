"""Reports built on a dask cluster of two processes."""

import os
import sys
import time
from pathlib import Path

import pytest

from confstudy.errors import ConfigError, DataError
from confstudy.report.engine.cluster import run_on
from confstudy.report.engine.progress import Stage

distributed = pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")


@pytest.fixture
def little():
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0"
    ) as started:
        yield started


@pytest.fixture(scope="module")
def cluster():
    two = {"n_workers": 2, "threads_per_worker": 1, "processes": True}
    with distributed.LocalCluster(**two, dashboard_address=":0") as started:
        yield started


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.delenv("CONFSTUDY_LEDGER")
    (tmp_path / "reports").mkdir()
    return tmp_path


def work(job, tools):
    function, *arguments = job
    return tools.say(Stage(1, 2, 0.5)) if function == "say" else function(*arguments)


def refused():
    raise DataError("Word.")


def process():
    time.sleep(0.5)
    return os.getpid()


def test_a_worker_without_a_warm_process_does_its_jobs_itself(little, root, monkeypatch):
    monkeypatch.setattr("confstudy.report.engine.warm.Warm.started", lambda: None)
    done = {
        one.job: one
        for one in run_on(little.scheduler_address, [(abs, -2), (refused,)], work, root)
    }
    assert done[abs, -2].result == 2
    assert type(done[(refused,)].failed) is DataError


@pytest.mark.validate
def test_a_worker_with_another_ledger_is_refused(cluster, root, monkeypatch):
    monkeypatch.setenv("CONFSTUDY_LEDGER", str(root / "elsewhere"))
    with pytest.raises(ConfigError, match="2 of 2 dask workers do not see this study's folder"):
        next(run_on(cluster.scheduler_address, [(abs, -1)], work, root))


@pytest.mark.validate
def test_each_job_ends_by_itself_and_leaves_no_token(cluster, root):
    heard = []
    jobs = [(process,), (process,), (refused,), ("say",), (os._exit, 3)]
    here = cluster.scheduler_address
    done = {
        number: one
        for one in run_on(here, jobs, work, root, say=lambda *said: heard.append(said))
        for number in [jobs.index(one.job)]
    }
    assert type(done[2].failed) is DataError
    assert heard in ([], [(jobs[3], Stage(1, 2, 0.5))])
    assert os.getpid() not in {one.result for one in done.values()}
    if sys.platform == "linux":
        assert str(done[4].failed) == "the process that built it ended with code 3."
    assert not list(root.rglob(".token*"))


def asleep(path):
    path.write_text(str(os.getpid()))
    time.sleep(60)


def wait_for(path):
    while not (path.is_file() and path.read_text()):
        time.sleep(0.05)


@pytest.mark.validate
@pytest.mark.skipif(sys.platform != "linux", reason="jobs have a process of their own on Linux")
def test_what_still_runs_ends_with_the_caller(cluster, root):
    pid = root / "pid"
    running = run_on(cluster.scheduler_address, [(asleep, pid), (wait_for, pid)], work, root)
    assert next(running).job[0] is wait_for
    running.close()
    for _ in range(100):
        if not Path(f"/proc/{pid.read_text()}").exists():
            return
        time.sleep(0.1)
    pytest.fail("it runs on")


def test_a_worker_that_does_not_see_the_study_is_refused(little, root, monkeypatch):
    monkeypatch.setattr("confstudy.report.engine.cluster._sees", lambda _: "")
    with pytest.raises(ConfigError, match="1 of 1 dask workers do not see this study's folder"):
        next(run_on(little.scheduler_address, [(abs, -1)], work, root))


def test_nobody_who_answers_and_no_address_are_told_in_words(root):
    for address in ("tcp://127.0.0.1:9", "nowhere"):
        with pytest.raises(ConfigError, match="No dask scheduler answers"):
            next(run_on(address, [(abs, -1)], work, root, timeout=1))


def test_without_dask_the_extra_is_named(root, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ConfigError, match=r'pip install "confstudy\[scale\]"'):
        next(run_on("tcp://127.0.0.1:9", [(abs, -1)], work, root))
