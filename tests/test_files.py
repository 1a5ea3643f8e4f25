import errno
import hashlib
import os
import subprocess
import sys

import pytest

from confstudy.errors import UnwritableFile
from confstudy.files import sha256_of, write_bytes, write_text, write_with


def test_a_file_is_replaced_in_one_step(tmp_path):
    path = tmp_path / "report.html"
    write_text(path, "old")
    write_bytes(path, b"new")
    assert path.read_text() == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_a_failing_write_keeps_the_old_content_and_leaves_nothing_beside_it(tmp_path):
    path = tmp_path / "report.html"
    write_text(path, "old")

    def fail(beside):
        beside.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_with(path, fail)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_folders_are_made_when_needed(tmp_path):
    write_text(tmp_path / "a" / "b" / "c.txt", "x")
    assert (tmp_path / "a" / "b" / "c.txt").read_text() == "x"


@pytest.mark.parametrize("path", ["taken/report.html", "taken/deep/report.html", "folder"])
def test_what_the_system_refuses_is_worded_without_the_folders_above(tmp_path, path):
    (tmp_path / "taken").write_text("a file where a folder should be")
    (tmp_path / "folder").mkdir()
    with pytest.raises(
        UnwritableFile, match=r"^'\S+' cannot be written in folder '\S+': "
    ) as caught:
        write_text(tmp_path / path, "x")
    assert str(tmp_path) not in str(caught.value)
    assert caught.value.__cause__ is None
    assert sorted(found.name for found in tmp_path.iterdir()) == ["folder", "taken"]
    assert (tmp_path / "taken").read_text() == "a file where a folder should be"


def test_a_disk_that_fills_up_keeps_the_old_content(tmp_path):
    def full(beside):
        raise OSError(errno.ENOSPC, "No space left on device", str(beside))

    write_text(tmp_path / "report.html", "old")
    with pytest.raises(UnwritableFile, match="no space left on device"):
        write_with(tmp_path / "report.html", full)
    assert [found.read_text() for found in tmp_path.iterdir()] == ["old"]


def test_the_hash_is_that_of_the_bytes(tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes(b"a,b\n1,2\n")
    assert sha256_of(path) == hashlib.sha256(b"a,b\n1,2\n").hexdigest()


def test_what_a_killed_process_left_is_swept_away(tmp_path):
    target = tmp_path / "data.csv"
    killed = subprocess.run(
        [
            sys.executable, "-c",
            "import os, sys; from pathlib import Path; from confstudy.files import write_with\n"
            "end = lambda p: (p.write_text('half'), os.kill(os.getpid(), 9))\n"
            "write_with(Path(sys.argv[1]), end)",
            str(target),
        ],
        check=False,
    )  # fmt: skip
    assert killed.returncode == -9
    assert [part.suffix for part in tmp_path.iterdir()] == [".part"]
    mine = tmp_path / f".data.csv.{os.getpid()}.x.part"
    mine.write_text("somebody is writing this now")
    write_text(target, "whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == [mine.name, "data.csv"]
