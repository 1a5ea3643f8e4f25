"""Crashes, full disks, many writers, and hands that change what was written."""

import errno
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from confstudy.errors import LedgerDamaged, UnwritableFile
from confstudy.release.ledger import disk, whole
from confstudy.release.ledger.ledger import Ledger

shared = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
FILES = ["ledger.jsonl", "head", "key"]


@pytest.fixture
def written(ledger, people, output):
    for name in ("One", "Two", "Three"):
        with ledger.writing() as book:
            book.number(people())
            book.add(output(name))
    return ledger


def content(ledger):
    return {name: (ledger.folder / name).read_bytes() for name in FILES}


def restore(ledger, files):
    for name, text in files.items():
        (ledger.folder / name).write_bytes(text)


@shared
@given(
    file=st.sampled_from(FILES), where=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255)
)
def test_one_byte_changed_anywhere_is_found(file, where, byte, written):
    files = content(written)
    text = bytearray(files[file])
    place = int(where * len(text))
    if text[place] == byte:
        byte ^= 1
    text[place] = byte
    (written.folder / file).write_bytes(text)
    try:
        assert written.verify()
        with pytest.raises(LedgerDamaged), written.writing():
            pass
    finally:
        restore(written, files)


def test_each_kind_of_byte_is_covered_where_it_stands(written):
    """Every byte of the last two lines, which hold all kinds of fields, by one bit each."""
    files = content(written)
    text = files["ledger.jsonl"]
    start = text[: text.rindex(b"\n", 0, -1)].rindex(b"\n")
    for place in range(start, len(text)):
        changed = bytes([text[place] ^ 0x20])
        (written.folder / "ledger.jsonl").write_bytes(text[:place] + changed + text[place + 1 :])
        assert written.verify(), place


@pytest.mark.parametrize(
    ("left", "what"),
    [
        ("acd", "line 2: lines before it are gone"),
        ("bcd", "line 1: lines before it are gone"),
        ("acbd", "line 2: lines before it are gone, new or in another order"),
        ("abbcd", "line 3: lines before it are gone, new"),
        ("abc", "1 entries at the end are gone"),
        ("", "4 entries at the end are gone"),
        ("ahcd", "line 2: the line is not one that was written there"),
        ("aebcd", "line 2: the line is not one that was written there"),
        ("sbcd", "line 1: the line is not one that was written there"),
    ],
)
def test_entries_removed_swapped_broken_or_cut_off_are_found(left, what, written):
    path = written.folder / "ledger.jsonl"
    lines = dict(zip("abcd", path.read_bytes().splitlines(), strict=True))
    lines |= {"h": lines["b"][:50], "e": b"", "s": lines["a"].replace(b":", b": ", 1)}
    path.write_bytes(b"".join(lines[name] + b"\n" for name in left))
    assert any(what in str(problem) for problem in written.verify())
    with pytest.raises(LedgerDamaged, match="is damaged"):
        assert not written.entries


def test_what_was_read_before_is_read_again_where_its_bytes_changed(written, output, monkeypatch):
    """Only new lines are parsed; a line changed, or a shorter ledger put back, is still found."""
    parsed, files = [], content(written)
    walk = whole.walk
    monkeypatch.setattr(whole, "walk", lambda text, *at: walk(parsed.append(text) or text, *at))
    assert len(written.outputs) == 3
    add(written, output("Four"))
    assert len(written.outputs) == 4
    assert [text.count(b"\n") for text in parsed[-2:]] == [0, 1]
    path = written.folder / "ledger.jsonl"
    text = path.read_bytes()
    path.write_bytes(text.replace(b"Two", b"Too"))
    with pytest.raises(LedgerDamaged):
        assert not written.entries
    path.write_bytes(files["ledger.jsonl"])
    with pytest.raises(LedgerDamaged, match="1 entries at the end are gone"):
        assert not written.entries
    restore(written, files)
    assert len(written.outputs) == 3


@pytest.mark.parametrize(
    ("file", "what"),
    [("key", "'key' is gone"), ("head", "'head' is gone"), ("ledger.jsonl", "4 ent")],
)
def test_a_file_that_is_gone_is_found(file, what, written, people):
    (written.folder / file).unlink()
    assert any(what in problem.what for problem in written.verify())
    with pytest.raises(LedgerDamaged) as caught, written.writing() as book:
        book.number(people())
    assert str(written.folder.parent) not in str(caught.value)
    assert "copy" in str(caught.value)


def test_another_key_is_found(written):
    (written.folder / "key").write_bytes(bytes(32))
    with pytest.raises(LedgerDamaged, match="is another than the one"):
        assert not written.key


@settings(shared, max_examples=20)
@given(cut=st.integers(1, 400))
def test_half_a_line_at_the_end_is_ignored_and_cut_off(cut, written, output):
    files = content(written)
    with written.writing() as book:
        book.add(output("Four"))
    last = (written.folder / "ledger.jsonl").read_bytes()[len(files["ledger.jsonl"]) :]
    restore(written, files)
    with (written.folder / "ledger.jsonl").open("ab") as stream:
        stream.write(last[: min(cut, len(last) - 1)])
    assert written.verify() == []
    assert [found.output for found in written.outputs] == ["One", "Two", "Three"]
    with written.writing() as book:
        book.add(output("Five"))
    assert written.verify() == []
    assert [found.output for found in written.outputs][-2:] == ["Three", "Five"]
    restore(written, files)


@pytest.mark.parametrize("problem", [errno.ENOSPC, errno.EACCES, errno.EROFS])
@pytest.mark.parametrize("call", ["write", "fsync", "open", "half", "head"])
def test_what_the_system_refuses_leaves_the_ledger_whole(
    call, problem, written, output, monkeypatch
):
    before = content(written)

    def refuse(*_, **__):
        raise OSError(problem, os.strerror(problem), "some path")

    def half(stream, text):
        return os.write(stream, text[:20]) if len(text) == size else refuse()

    add(written, output("Four", numbers=range(50)))
    size = len((written.folder / "ledger.jsonl").read_bytes()) - len(before["ledger.jsonl"])
    restore(written, before)
    replaced = {"head": {}, "half": {"write": half}}.get(call, {call: refuse})
    with monkeypatch.context() as patch:
        patch.setattr(disk, "os", SimpleNamespace(**{**vars(os), **replaced}))
        if call == "head":
            patch.setattr(disk, "replaced", refuse)
        words = os.strerror(problem).lower()
        with pytest.raises(UnwritableFile, match=words) as caught:
            add(written, output("Four", numbers=range(50)))
    assert "some path" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert content(written) == before
    assert written.verify() == []


def add(ledger, output):
    with ledger.writing() as book:
        book.add(output)


def test_a_disk_without_room_leaves_the_ledger_whole(written, output):
    before = content(written)
    size = len(before["ledger.jsonl"]) + 200
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        with pytest.raises(UnwritableFile, match="file too large"):
            add(written, output("Four"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert content(written) == before
    assert written.verify() == []


def test_a_folder_that_cannot_be_made_is_worded(tmp_path, output):
    (tmp_path / "taken").write_text("")
    with pytest.raises(UnwritableFile, match="'ledger' cannot be written: not a directory"):
        assert not Ledger(tmp_path / "taken" / "ledger").key


def test_a_folder_without_permission_is_worded(written, output):
    before, nobody = content(written), 65534
    folder = Path(tempfile.mkdtemp()) / "ledger"
    shutil.copytree(written.folder, folder)
    try:
        for path in (folder.parent, folder, *folder.iterdir()):
            os.chown(path, *([nobody, nobody] if os.geteuid() == 0 else [-1, -1]))
        folder.chmod(0o500)
        was = os.geteuid()
        os.seteuid(nobody if was == 0 else was)
        try:
            with pytest.raises(UnwritableFile, match="permission denied"):
                add(Ledger(folder), output("Four"))
            assert Ledger(folder).verify() == []
            assert content(Ledger(folder)) == before
        finally:
            os.seteuid(was)
    finally:
        folder.chmod(0o700)
        shutil.rmtree(folder.parent)


WRITER = """
import os, random, sys, time
from pathlib import Path
import pandas as pd
from confstudy.release.decision import Decision
from confstudy.release.ledger.entry import Output, Remembered
from confstudy.release.ledger.ledger import Ledger

ledger, task, count = Ledger(Path(sys.argv[1])), sys.argv[2], int(sys.argv[3])

def add(study, number):
    with ledger.writing() as book:
        people = book.number(pd.DataFrame({"a": range(20 + number % 50)}))
        cells = (Remembered.behind(people, "all", "count", ()),)
        passed = Decision("pass", "threshold", "")
        book.add(Output("2026-01-31", study, str(number), "", "", passed, cells))

def killed(start, seconds):
    told, tell = os.pipe()
    child = os.fork()
    if not child:
        for number in range(start, 100_000):
            add("study", number)
            os.write(tell, b"x")
    os.close(tell)
    time.sleep(seconds)
    os.kill(child, 9)
    os.waitpid(child, 0)
    with open(told, "rb") as stream:
        return start + len(stream.read())

if task == "write":
    for number in range(count):
        add(sys.argv[4], number)
else:
    chance, there = random.Random(count), 0
    for _ in range(count):
        told = killed(there, chance.uniform(0, 0.15))
        names = [found.output for found in ledger.outputs]
        assert names == [str(number) for number in range(len(names))]
        assert told <= len(names) <= told + 1, "what was said to be written is there"
        assert ledger.verify() == []
        there = len(names)
    print(there)
"""


def start(ledger, *arguments):
    command = [sys.executable, "-c", WRITER, str(ledger.folder), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_two_processes_that_write_at_once_lose_nothing(ledger):
    writers = [start(ledger, "write", 50, name) for name in ("left", "right")]
    assert [(writer.communicate(timeout=120), writer.returncode) for writer in writers] == [
        (("", ""), 0)
    ] * 2
    assert ledger.verify() == []
    assert len(ledger.outputs) == 100
    for name in ("left", "right"):
        mine = [found.output for found in ledger.outputs if found.study == name]
        assert mine == [str(number) for number in range(50)]


@pytest.mark.parametrize("times", [15, pytest.param(150, marks=pytest.mark.validate)])
def test_a_writer_killed_at_any_moment_leaves_a_whole_ledger(times, ledger):
    writer = start(ledger, "killed", times)
    written, problem = writer.communicate(timeout=300)
    assert problem == ""
    assert int(written) > times / 5
