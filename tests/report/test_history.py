import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confstudy.errors import UnwritableFile
from confstudy.report import history as module
from confstudy.report import prune
from confstudy.report.history import History
from confstudy.report.publish import Shelf

TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
ENTRIES = st.lists(st.fixed_dictionaries({"n": st.integers(), "reason": TEXT}), max_size=8)


def written(path, count):
    lines = (json.dumps({"n": n, "run": f"r{n}", "status": "built"}) for n in range(1, count + 1))
    path.write_text("\n".join(lines) + "\n")
    return History(path)


@given(entries=ENTRIES, cut=st.integers(0, 60), block=st.integers(1, 80))
def test_half_a_line_at_the_end_is_ignored_and_healed(tmp_path_factory, entries, cut, block):
    history = History(tmp_path_factory.mktemp("history") / "history.jsonl")
    for entry in entries:
        history.append(entry)
    whole = history.path.read_bytes() if entries else b""
    half = whole[: max(0, len(whole) - cut)]
    history.path.write_bytes(half)
    left = entries[: half.count(b"\n")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BLOCK", block)
        assert list(history) == left
        assert list(reversed(history)) == left[::-1]
        history.append({"n": 0})
    assert list(history) == [*left, {"n": 0}]
    assert history.damaged == []


def test_it_reads_like_a_list(tmp_path):
    history = written(tmp_path / "h", 5)
    assert [history[-1]["n"], history[0]["n"], len(history)] == [5, 1, 5]
    assert [entry["n"] for entry in history[1:3]] == [2, 3]
    assert [entry["n"] for entry in history.last(2)] == [4, 5]
    assert history.newest(run="r2")["n"] == 2
    assert history.newest("failed") == {}
    with pytest.raises(IndexError):
        history[-6]


def test_a_history_that_was_never_written_is_empty(tmp_path):
    history = History(tmp_path / "none")
    assert (list(history), bool(history), len(history), history.damaged) == ([], False, 0, [])


def test_a_damaged_line_is_left_out_and_told(tmp_path):
    history = written(tmp_path / "h", 3)
    history.path.write_text(history.path.read_text().replace('{"n": 2,', "{broken"))
    assert [entry["n"] for entry in history] == [1, 3]
    assert history.damaged == [2]


def test_strange_letters_come_back(tmp_path):
    history = History(tmp_path / "h")
    history.append({"reason": "a\nb \u2028 \udc80 ü"})
    assert history[-1] == {"reason": "a\nb \u2028 \udc80 ü"}


def test_what_the_system_refuses_is_told_without_the_folders_above(tmp_path):
    (tmp_path / "h").mkdir()
    with pytest.raises(UnwritableFile, match=r"^'h' cannot be written: ") as caught:
        History(tmp_path / "h").append({})
    assert str(tmp_path) not in str(caught.value)


def test_the_last_of_ten_thousand_runs_is_read_from_the_end(tmp_path, monkeypatch):
    history = written(tmp_path / "history.jsonl", 10_000)
    blocks = []
    kept = module._entry
    monkeypatch.setattr(module, "_entry", lambda line: blocks.append(line) or kept(line))
    assert history[-1]["n"] == 10_000
    assert len(blocks) == 1
    start = time.monotonic()
    Shelf(tmp_path).publish({"report.html": b"x"}, {}, keep=2)
    assert time.monotonic() - start < 5
    assert len(blocks) < 100
    assert (history[-1]["n"], len(history)) == (10_001, 10_001)


def test_a_long_history_is_cut_down_to_the_newest_and_the_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(prune, "_LONG", 2_000)
    monkeypatch.setattr(prune, "_ENTRIES", 10)
    shelf = Shelf(tmp_path)
    first = shelf.publish({"report.html": b"x"}, {}, keep=2).name
    shelf.pin(first)
    for _ in range(30):
        shelf.publish({"report.html": b"x"}, {}, keep=2)
    assert shelf.history[0]["run"] == first
    assert 11 <= len(shelf.history) < 31
    assert shelf.history[-1]["n"] == 31
    assert shelf.verify() == []
