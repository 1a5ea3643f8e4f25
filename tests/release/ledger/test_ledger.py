import json
import os
import stat
from pathlib import Path

import numpy as np
import pytest

from confstudy.errors import AnalysisError, DisclosureRefused, LedgerDamaged, UnwritableFile
from confstudy.release.ledger.commands import show, verify
from confstudy.release.ledger.disk import held
from confstudy.release.ledger.entry import Output, Respondents
from confstudy.release.ledger.folder import ledger_folder
from confstudy.release.ledger.ledger import Ledger, current


def write(ledger, frame, *outputs):
    with ledger.writing() as book:
        numbers = book.number(frame)
        for output in outputs:
            book.add(output)
    return numbers


def test_what_is_written_is_read_again(ledger, people, output):
    write(ledger, people(), output())
    found = ledger.outputs[0]
    assert ledger.verify() == []
    assert vars(found) | {"cells": ()} == vars(output()) | {"cells": ()}
    cells = [(c.label, c.quantity, c.of, c.shown, c.exact, c.n) for c in found.cells]
    assert cells == [
        ("arm=a", "count", ("arm",), True, True, 20),
        ("all", "count", ("arm",), True, False, 20),
        ("arm=b", "count", ("arm",), False, True, 2),
    ]
    assert [cell.numbers.tolist() for cell in found.cells] == [[*range(20)], [*range(20)], [1, 2]]
    assert [type(entry) for entry in ledger.entries] == [Respondents, Output]
    line = json.loads((ledger.folder / "ledger.jsonl").read_text().splitlines()[1])
    assert len(line["sets"]) == 2, "equal sets are stored once"


def test_only_released_outputs_are_known_by_their_digest(ledger, people, output):
    refused = output("B", status="fail", digest="b" * 64)
    write(ledger, people(), output(digest="a" * 64), refused, output("C", digest=""))
    assert [ledger.has(digest) for digest in ("a" * 64, "b" * 64, "c" * 64, "")] == [
        True,
        False,
        False,
        False,
    ]


def test_an_error_inside_the_block_writes_nothing(ledger, people, output):
    def refused():
        with ledger.writing() as book:
            book.number(people())
            book.add(output())
            assert [found.output for found in book.history] == ["Table 1"]
            raise DisclosureRefused("held back")

    with pytest.raises(DisclosureRefused):
        refused()
    assert ledger.entries == ()
    assert ledger.verify() == []
    write(ledger, people(), output())
    assert len(ledger.entries) == 2


def test_the_folder_is_for_its_owner_and_stays_out_of_the_repository(ledger, people):
    write(ledger, people())
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in ledger.folder.iterdir()}
    assert stat.S_IMODE(ledger.folder.stat().st_mode) == 0o700
    assert {modes[name] for name in ("key", "head", "ledger.jsonl")} == {0o600}
    assert (ledger.folder / ".gitignore").read_text() == "*\n"


def test_the_key_is_made_once_and_can_be_read_while_writing(ledger, people):
    key = ledger.key
    with ledger.writing() as book:
        book.number(people())
        assert ledger.key == key
    assert Ledger(ledger.folder).key == key
    assert len(key) == 32
    assert Ledger(ledger.folder.parent / "other").key != key


@pytest.mark.parametrize("made", ["reports/reports.toml", ".confstudy/x", "none"])
def test_the_folder_is_that_of_the_study(made, tmp_path, monkeypatch):
    monkeypatch.delenv("CONFSTUDY_LEDGER", raising=False)
    inner = tmp_path / "study" / "notebooks" / "deep"
    inner.mkdir(parents=True)
    if made != "none":
        marker = tmp_path / "study" / made
        marker.parent.mkdir()
        marker.write_text("")
    monkeypatch.chdir(inner)
    above = inner if made == "none" else tmp_path / "study"
    assert ledger_folder() == above / ".confstudy"
    monkeypatch.setenv("CONFSTUDY_LEDGER", "elsewhere")
    monkeypatch.setenv("CONFSTUDY_STAGE", "stage.jsonl")
    assert current().folder == inner / "elsewhere"
    assert current().stage == inner / "stage.jsonl"


def test_nobody_waits_for_ever_for_another_writer(ledger, people):
    with held(ledger.folder, 1), pytest.raises(UnwritableFile, match=r"by process \d+, since"):
        write(Ledger(ledger.folder, timeout=0.05), people())


def test_staged_entries_move_when_they_are_committed(ledger, people, output, tmp_path):
    write(ledger, people(), output("Old"))
    stage = tmp_path / "stage.jsonl"
    staged = Ledger(ledger.folder, stage=stage)
    write(staged, people(), output("New"))
    write(staged, people(), output("Newer"))
    assert [found.output for found in staged.outputs] == ["Old", "New", "Newer"]
    assert [found.output for found in ledger.outputs] == ["Old"]
    assert staged.has(output("New").digest)
    assert not ledger.has(output("New").digest)
    moved = ledger.commit(stage)
    assert [entry.output for entry in moved] == ["New", "Newer"]
    assert [found.output for found in ledger.outputs] == ["Old", "New", "Newer"]
    assert ledger.verify() == []
    assert not stage.exists()
    assert ledger.commit(stage) == ()


def test_staged_respondents_get_the_numbers_others_left(ledger, people, output, tmp_path):
    write(ledger, people(30))
    stage = tmp_path / "stage.jsonl"
    staged = Ledger(ledger.folder, stage=stage)
    mine = people(40, seed=1)
    at_first = write(staged, mine, output("Mine", numbers=[29, 30, 39, 69]))
    assert at_first.tolist() == list(range(30, 70))
    others = people(20, seed=2)
    both = mine.iloc[:5]
    assert write(ledger, others, output("Theirs")).tolist() == list(range(30, 50))
    assert write(ledger, both).tolist() == list(range(50, 55))
    seen = write(staged, mine, output("Again"))
    assert seen.tolist() == list(range(50, 90))
    ledger.commit(stage)
    assert ledger.verify() == []
    cells = {found.output: found.cells[0].numbers.tolist() for found in ledger.outputs}
    assert cells["Mine"] == [29, 50, 59, 89]
    assert write(ledger, mine).tolist() == list(range(50, 90))
    assert write(ledger, others).tolist() == list(range(30, 50))
    assert len(ledger.entries) == 7


def test_a_commit_can_be_refused_and_then_leaves_all_as_it_was(ledger, people, output, tmp_path):
    write(ledger, people(), output("Old"))
    stage = tmp_path / "stage.jsonl"
    write(Ledger(ledger.folder, stage=stage), people(), output("New"))
    before = (ledger.folder / "ledger.jsonl").read_bytes()

    def check(new, old):
        assert [[found.output for found in outputs] for outputs in (new, old)] == [["New"], ["Old"]]
        raise DisclosureRefused("differs by a few")

    with pytest.raises(DisclosureRefused):
        ledger.commit(stage, check)
    assert (ledger.folder / "ledger.jsonl").read_bytes() == before
    assert stage.exists()
    ledger.discard(stage)
    ledger.discard(stage)
    assert not stage.exists()


def test_a_stage_that_was_moved_before_a_crash_is_not_moved_twice(ledger, people, output, tmp_path):
    stage = tmp_path / "stage.jsonl"
    write(Ledger(ledger.folder, stage=stage), people(), output())
    left = stage.read_bytes()
    ledger.commit(stage)
    stage.write_bytes(left)
    assert ledger.commit(stage) == ()
    assert len(ledger.entries) == 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:-9],
        lambda text: text[:0],
        lambda text: text[: text.rindex(b"\n", 0, -1) + 1],
        lambda text: text + b"{",
        lambda text: text.replace(b"T", b"t"),
    ],
    ids=["half", "empty", "cut", "more", "changed"],
)
def test_a_damaged_stage_is_found(damage, ledger, people, output, tmp_path):
    stage = tmp_path / "stage.jsonl"
    write(Ledger(ledger.folder, stage=stage), people(), output())
    stage.write_bytes(damage(stage.read_bytes()))
    with pytest.raises(LedgerDamaged, match=r"'stage\.jsonl' are not as they were written"):
        ledger.commit(stage)
    assert ledger.entries == ()


def test_a_stage_of_another_ledger_is_refused(ledger, people, output, tmp_path):
    write(ledger, people())
    stage = tmp_path / "stage.jsonl"
    write(Ledger(ledger.folder, stage=stage), people(), output())
    with pytest.raises(LedgerDamaged, match="belong to another ledger"):
        Ledger(tmp_path / "other").commit(stage)


def test_the_command_shows_outputs_but_nobody_behind_them(ledger, people, output):
    said = []
    show(ledger.folder, said.append)
    assert said == ["nothing was released yet"]
    small = output("Small", numbers=[3])
    write(ledger, people(), output(), small, output("B", study="two", status="review"))
    show(ledger.folder, said.append, last=1)
    assert said[-2:] == [
        "2026-01-31T12:00:00+00:00  two  B  review (threshold)  3 cells, smallest n 10+",
        "1 of 3 outputs",
    ]
    show(ledger.folder, said.append, study="study")
    assert said[-1] == "2 of 2 outputs"
    assert said[-2].endswith("smallest n under 10")
    with pytest.raises(AnalysisError, match="Did you mean 'study'"):
        show(ledger.folder, said.append, study="stdy")


def test_the_command_says_what_is_damaged_and_what_to_do(ledger, people, output):
    said = []
    write(ledger, people(), output())
    assert verify(ledger.folder, said.append) == 0
    assert said == ["whole: 2 entries, 1 outputs"]
    path = ledger.folder / "ledger.jsonl"
    path.write_bytes(path.read_bytes().replace(b"Table 1", b"Table 2"))
    assert verify(ledger.folder, said.append) == 1
    assert said[1].startswith("line 2: the line was changed")
    assert said[1].endswith("put 'ledger.jsonl', 'head' and 'key' back together from a copy")


def test_what_is_printed_of_a_ledger_holds_nobody(ledger, people, output):
    numbers = write(ledger, people(), output())
    texts = [repr(ledger), *map(repr, ledger.entries), *map(repr, ledger.outputs[0].cells)]
    assert texts == [
        "Ledger(in folder '.confstudy')",
        *map(repr, ledger.entries),
        "Remembered(arm=a: count)",
        "Remembered(all: count)",
        "Remembered(arm=b: count)",
    ]
    assert "array" not in "".join(texts)
    assert str(np.asarray(numbers)) not in "".join(texts)
    assert str(Path.cwd()) not in "".join(texts)
    assert os.sep not in repr(ledger)
