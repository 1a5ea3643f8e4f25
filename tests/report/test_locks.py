import json
import os
import subprocess
import sys
import threading
import time

import pytest

from confstudy.errors import ReportBusy
from confstudy.report.locks import building, is_dead, mark_of_process
from confstudy.report.publish import Shelf

fcntl = pytest.importorskip("fcntl", reason="locks of this kind are those of Unix")


def dead_mark():
    code = "from confstudy.report.locks import mark_of_process; print(mark_of_process())"
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_a_second_builder_is_told_that_the_report_is_busy(tmp_path):
    with (
        building(tmp_path, "one"),
        pytest.raises(ReportBusy, match="'one' is being built by another process"),
        building(tmp_path, "one"),
    ):
        pass
    assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_a_second_builder_may_wait(tmp_path):
    inside = threading.Event()

    def first():
        with building(tmp_path, "one"):
            inside.set()
            time.sleep(0.2)

    thread = threading.Thread(target=first)
    thread.start()
    inside.wait()
    with building(tmp_path, "one", wait=20):
        assert (tmp_path / ".lock.holder").is_file()
    thread.join()


def test_a_process_is_known_by_machine_number_and_start():
    machine, pid, started = mark_of_process().split(".")
    assert (pid, is_dead(mark_of_process())) == (str(os.getpid()), False)
    assert is_dead(f"{machine}.{pid}.{int(started) + 1}")
    assert not is_dead(f"elsewhere.{pid}.{int(started) + 1}")
    assert is_dead(dead_mark())


@pytest.mark.parametrize("alive", [True, False])
def test_a_lock_is_taken_away_only_from_a_dead_process(tmp_path, alive):
    mark = mark_of_process() if alive else dead_mark()
    shelf = Shelf(tmp_path)
    assert not shelf.unlock()
    (tmp_path / ".lock.holder").write_text(json.dumps({"process": mark}))
    with (tmp_path / ".lock").open("w") as kept:
        fcntl.flock(kept, fcntl.LOCK_EX)
        with pytest.raises(ReportBusy), building(tmp_path, "one"):
            pass
        if alive:
            with pytest.raises(ReportBusy, match="a process that lives"):
                shelf.unlock()
            return
        assert shelf.unlock()
        with building(tmp_path, "one"):
            assert not shelf.heal()


def test_what_a_killed_builder_left_beside_its_lock_is_removed(tmp_path):
    (tmp_path / ".lock").touch()
    (tmp_path / ".lock.holder").write_text("half")
    assert Shelf(tmp_path).unlock()
    assert not Shelf(tmp_path).unlock()


def test_the_stage_of_a_process_that_lives_is_left_alone(tmp_path):
    dead, other = dead_mark(), "elsewhere.1.1"
    for mark in (dead, other):
        (tmp_path / "stage" / mark).mkdir(parents=True)
    assert Shelf(tmp_path).heal() == [f"removed what a killed build left ({dead})"]
    assert [path.name for path in (tmp_path / "stage").iterdir()] == [other]
