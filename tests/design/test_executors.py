import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from confstudy.design.executors import crew_of, run_chunks
from confstudy.errors import AnalysisError, DeclarationError

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
CHUNKS = [(first, 4) for first in range(0, 24, 4)]


@pytest.fixture(scope="module")
def work():
    """The tasks, where other processes find them too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parent)
        import chunkwork

        yield chunkwork


@pytest.fixture(scope="module")
def cluster(work):
    distributed = pytest.importorskip("distributed")
    options = {"processes": True, "threads_per_worker": 1, "dashboard_address": ":0"}
    with (
        distributed.LocalCluster(2, **options) as made,
        distributed.Client(made, set_as_default=False) as client,
    ):
        yield client


def bits(task, executor=None, chunks=CHUNKS):
    found = list(run_chunks(task, chunks, executor))
    assert [place for place, _ in found] == list(range(len(chunks)))
    return [{name: array.tobytes() for name, array in result.items()} for _, result in found]


@pytest.mark.parametrize(
    "workers", [2, *(pytest.param(number, marks=pytest.mark.validate) for number in (1, 3))]
)
def test_any_number_of_workers_gives_the_same_bits(work, workers):
    assert bits(work.Draws(), workers) == bits(work.Draws())


def test_dask_gives_the_same_bits(work, cluster):
    assert bits(work.Draws(), cluster) == bits(work.Draws())
    with pytest.raises(AnalysisError, match="cannot be fitted"):
        bits(work.Refuses(), cluster)


def test_a_cluster_that_loses_its_workers_is_not_waited_for(work, cluster, monkeypatch):
    monkeypatch.setattr("confstudy.design.cluster._PATIENCE", 1)
    threads = iter([cluster.nthreads()])
    monkeypatch.setattr(cluster, "nthreads", lambda: next(threads, {}))
    with pytest.raises(AnalysisError, match="lost all its workers"):
        next(run_chunks(work.Draws(pause=3), CHUNKS, cluster))


def test_workers_stay_for_the_next_task(work, tmp_path):
    with crew_of(2) as crew:
        pids = [
            {int(found["pid"][0]) for _, found in run_chunks(task, CHUNKS, crew)}
            for task in (work.Ends(tmp_path, 0), work.Ends(tmp_path, 4))
        ]
    assert len(pids[0] | pids[1]) <= 2
    assert os.getpid() not in pids[0]


def test_a_worker_that_is_killed_once_is_replaced(work, tmp_path):
    (tmp_path / "mark1").touch()
    found = [int(result["first"][0]) for _, result in run_chunks(work.Ends(tmp_path, 8), CHUNKS, 2)]
    assert found == [first for first, _ in CHUNKS]


def test_a_chunk_over_which_workers_end_twice_is_an_error(work, tmp_path):
    for number in range(2):
        (tmp_path / f"mark{number}").touch()
    with pytest.raises(AnalysisError, match="ended twice over the same chunk"):
        list(run_chunks(work.Ends(tmp_path, 8), CHUNKS, 2))


@pytest.mark.parametrize("executor", [None, 1])
def test_what_a_chunk_raises_is_raised(work, executor):
    with pytest.raises(AnalysisError, match="cannot be fitted"):
        list(run_chunks(work.Refuses(), CHUNKS, executor))


@pytest.mark.parametrize(
    ("executor", "said"),
    [(0, "from 1 to"), (10_000, "two for each core"), ("two", "not a str"), (True, "not a bool")],
)
def test_an_impossible_executor_is_refused(executor, said):
    with pytest.raises(DeclarationError, match=said):
        list(run_chunks(pow, CHUNKS, executor))


def test_a_task_that_cannot_be_sent_is_refused():
    with pytest.raises(DeclarationError, match="cannot be sent to other processes"):
        list(run_chunks(lambda *_: {}, CHUNKS, 1))


def test_stopping_early_ends_what_is_under_way(work):
    with crew_of(2) as crew:
        running = run_chunks(work.Draws(pause=0.05), CHUNKS, crew)
        first = next(running)[1]["cross"]
        running.close()
        again = next(run_chunks(work.Draws(), CHUNKS, crew))[1]["cross"]
    np.testing.assert_array_equal(first, again)


def test_what_is_done_is_told(work):
    seen = []
    list(run_chunks(work.Draws(), CHUNKS, told=lambda done, of: seen.append((done, of))))
    assert seen == [(done, 6) for done in range(7)]


SCRIPT = """
import sys
sys.path.insert(0, {folder!r})
if __name__ == "__main__":
    import chunkwork
    from confstudy.design.executors import run_chunks
    for place, _ in run_chunks(chunkwork.Draws(pause=0.3), [(i, 1) for i in range(900)], 2):
        print(place, flush=True)
"""


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="children are looked up in /proc")
@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_an_interrupt_or_a_kill(tmp_path, ended_by):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(folder=str(Path(__file__).parent)))
    command = [sys.executable, str(script)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    ) as run:
        assert run.stdout.readline() == b"0\n"
        of = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
        assert len(of) >= 2
        # Ctrl-C reaches the whole group; a kill reaches the parent alone.
        (os.killpg if ended_by == signal.SIGINT else os.kill)(run.pid, ended_by)
        assert run.wait(20) != 0
    deadline = time.monotonic() + 10
    while any(alive(pid) for pid in of) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [pid for pid in of if alive(pid)]


def alive(pid):
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return text.rpartition(")")[2].split()[0] != "Z"
