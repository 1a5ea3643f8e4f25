import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from confstudy import files
from confstudy.design.executors import run_chunks
from confstudy.design.record import Record
from confstudy.errors import DeclarationError, UnwritableFile

CHUNKS = [(first, 3) for first in range(0, 30, 3)]
KEY = {"task": "a", "chunk": "3"}


def task(first, count):
    return {"x": np.arange(first, first + count) / 7, "failed": np.array(["", "no", ""])}


def refuses(first, count):
    raise AssertionError("what is kept is not done again")


def bits(found):
    return [{name: array.tobytes() for name, array in part.items()} for _, part in found]


def run(folder, done=task, key=KEY):
    with Record.open(folder, key) as record:
        return bits(run_chunks(done, CHUNKS, record=record))


def test_what_is_kept_is_not_done_again_and_equal_to_the_last_bit(tmp_path):
    first = run(tmp_path)
    assert first == bits(run_chunks(task, CHUNKS))
    assert run(tmp_path, refuses) == first
    assert len(list(tmp_path.glob("*.npz"))) == len(CHUNKS)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-20]),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes().replace(b"NUMPY", b"NUMPI")),
        lambda path: path.rename(path.with_name(path.name.replace("3-", "3-0", 1))),
        lambda path: path.unlink(),
    ],
)
def test_a_damaged_chunk_is_done_again(tmp_path, damage):
    first = run(tmp_path)
    damage(sorted(tmp_path.glob("*.npz"))[4])
    again = []
    assert run(tmp_path, lambda *chunk: again.append(chunk) or task(*chunk)) == first
    assert again == [CHUNKS[4]]
    assert run(tmp_path, refuses) == first


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ({"task": "b", "chunk": "3"}, r"\[task\] differ"),
        ({"task": "a", "chunk": "5"}, r"\[chunk\] differ"),
        ({"task": "a"}, r"\[chunk\] differ"),
        ("a", r"\[chunk, run, task\] differ"),
    ],
)
def test_the_record_of_another_run_is_refused(tmp_path, key, said):
    run(tmp_path)
    with pytest.raises(DeclarationError, match=f"holds another run: {said}"):
        Record.open(tmp_path, key)
    run(tmp_path, refuses)


def test_another_version_is_another_run(tmp_path):
    run(tmp_path)
    path = tmp_path / "task.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "numpy": "1.0"}))
    with pytest.raises(DeclarationError, match=r"\[numpy\] differ"):
        Record.open(tmp_path, KEY)


@pytest.mark.parametrize(
    ("text", "said"), [("{", "cannot be read"), ("[1]", "cannot be read"), (None, "no task.json")]
)
def test_a_record_that_does_not_say_what_it_is_is_refused(tmp_path, text, said):
    run(tmp_path)
    path = tmp_path / "task.json"
    path.unlink() if text is None else path.write_text(text)
    with pytest.raises(DeclarationError, match=said):
        Record.open(tmp_path, KEY)


def test_two_runs_cannot_write_one_record(tmp_path):
    with Record.open(tmp_path, KEY), pytest.raises(DeclarationError, match="another run"):
        Record.open(tmp_path, KEY)
    Record.open(tmp_path, KEY).close()


def test_a_record_is_cleared_on_request(tmp_path):
    run(tmp_path)
    with Record.open(tmp_path, KEY) as record:
        assert repr(record).endswith("10 chunks")
        record.clear()
    Record.open(tmp_path, "another").close()


def test_a_full_disk_is_told_and_loses_nothing(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with Record.open(tmp_path, KEY) as record:
        running = run_chunks(task, CHUNKS, record=record)
        next(running)
        monkeypatch.setattr(files.os, "fsync", full)
        with pytest.raises(UnwritableFile, match="no space left"):
            next(running)
        monkeypatch.undo()
    assert len(list(tmp_path.glob("*.npz"))) == 1
    assert run(tmp_path) == bits(run_chunks(task, CHUNKS))


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UnwritableFile, match="cannot be written"):
        Record.open(tmp_path / "file" / "record", KEY)


SCRIPT = """
import sys
sys.path.insert(0, {folder!r})
import chunkwork
from confstudy.design.executors import run_chunks
from confstudy.design.record import Record
print("begun", flush=True)
with Record.open({record!r}, "kill") as record:
    for place, _ in run_chunks(chunkwork.Draws(pause=0.01), {chunks!r}, record=record):
        print(place, flush=True)
"""


def killed_at_random(folder, times, seed, monkeypatch):
    """Kill a run at random moments, then finish it here."""
    monkeypatch.syspath_prepend(Path(__file__).parent)
    import chunkwork

    chunks = [(first, 4) for first in range(0, 40 * times, 4)]
    text = SCRIPT.format(folder=str(Path(__file__).parent), record=str(folder), chunks=chunks)
    moments = random.Random(seed)
    for _ in range(times):
        with subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE) as child:
            for _ in range(moments.randrange(1, 5)):
                child.stdout.readline()
            time.sleep(moments.uniform(0, 0.05))
            child.send_signal(signal.SIGKILL)
    kept = len(list(folder.glob("*.npz")))
    with Record.open(folder, "kill") as record:
        resumed = bits(run_chunks(chunkwork.Draws(), chunks, record=record))
    assert resumed == bits(run_chunks(chunkwork.Draws(), chunks))
    return kept, len(chunks)


def test_a_run_that_was_killed_goes_on_and_ends_equal(tmp_path, monkeypatch):
    kept, of = killed_at_random(tmp_path, 3, 1, monkeypatch)
    assert 0 < kept < of


@pytest.mark.validate
@pytest.mark.parametrize("seed", range(5))
def test_runs_killed_at_many_moments_end_equal(tmp_path, monkeypatch, seed):
    killed_at_random(tmp_path, 10, seed, monkeypatch)
