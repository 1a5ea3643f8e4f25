"""Hashes that are kept, notes of a kernel, and words for what changed."""

import json
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest

from confstudy.errors import ParameterError, ReportError
from confstudy.files import sha256_of
from confstudy.report import statcache
from confstudy.report.reads import key_of, settled
from confstudy.report.source import cells_of, parameters_in, read_cells
from confstudy.report.statcache import ABSENT, StatCache
from confstudy.report.why import Cause, needs_kernel, why

PAST = 1_700_000_000


@pytest.fixture
def old_file(tmp_path, monkeypatch):
    """A file that has not changed for long; the entry's own time cannot be set back."""
    path = tmp_path / "data.csv"
    path.write_text("a,b\n1,2\n")
    os.utime(path, (PAST, PAST))
    monkeypatch.setattr(statcache, "_SETTLED", -60_000_000_000)
    return path


@pytest.fixture
def reading(monkeypatch):
    """The names of files that were read for their hash."""
    read = []

    def noted(path):
        read.append(path.name)
        return sha256_of(path)

    monkeypatch.setattr(statcache, "sha256_of", noted)
    return read


def test_a_file_that_is_the_same_is_read_once(old_file, reading, tmp_path):
    cache = StatCache(tmp_path / ".confstudy")
    hashes = {cache.sha256(old_file), cache.sha256(old_file)}
    cache.save()
    hashes.add(StatCache(tmp_path / ".confstudy").sha256(old_file))
    assert (hashes, reading) == ({sha256_of(old_file)}, ["data.csv"])


def rewrite(path):
    path.write_text("a,b\n3,4\n")


def rewrite_with_the_old_time(path):
    rewrite(path)
    os.utime(path, (PAST, PAST))


def swap(path):
    beside = path.with_suffix(".new")
    rewrite_with_the_old_time(beside)
    beside.replace(path)


@pytest.mark.parametrize("change", [rewrite, rewrite_with_the_old_time, swap])
def test_a_change_of_the_same_size_is_seen(old_file, tmp_path, change):
    cache = StatCache(tmp_path / ".confstudy")
    before = cache.sha256(old_file)
    cache.save()
    change(old_file)
    assert StatCache(tmp_path / ".confstudy").sha256(old_file) == sha256_of(old_file) != before


def test_a_young_change_is_not_trusted_to_the_clock(tmp_path, monkeypatch):
    path = tmp_path / "data.csv"
    path.write_text("1")
    state = statcache.state_of(path)
    monkeypatch.setattr(statcache, "state_of", lambda _: state)
    cache = StatCache(tmp_path / ".confstudy")
    before = cache.sha256(path)
    path.write_text("2")
    assert cache.sha256(path) == sha256_of(path) != before
    cache.save()
    path.write_text("3")
    assert StatCache(tmp_path / ".confstudy").sha256(path) == sha256_of(path)


def test_a_touched_file_keeps_its_hash_and_a_missing_one_is_absent(old_file, tmp_path):
    cache = StatCache(tmp_path / ".confstudy")
    before = cache.sha256(old_file)
    old_file.touch()
    assert cache.sha256(old_file) == before
    old_file.unlink()
    assert cache.sha256(old_file) == ABSENT


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"schema": 1, "files": {"a": [1, 2]}}'])
def test_a_damaged_cache_is_begun_anew(old_file, tmp_path, text):
    folder = tmp_path / ".confstudy"
    folder.mkdir()
    (folder / "stat-cache.json").write_text(text)
    cache = StatCache(folder)
    assert cache.sha256(old_file) == sha256_of(old_file)
    cache.save()
    assert json.loads((folder / "stat-cache.json").read_text())["files"]


def _hash_them(folder: Path, names: list[str]) -> None:
    for name in names:
        cache = StatCache(folder / ".confstudy")
        cache.sha256(folder / name)
        cache.save()


def test_two_writers_lose_nothing_of_each_other(tmp_path):
    names = [f"{number}.csv" for number in range(20)]
    for name in names:
        (tmp_path / name).write_text(name)
    start = multiprocessing.get_context("spawn").Process
    writers = [start(target=_hash_them, args=(tmp_path, names[half::2])) for half in (0, 1)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert {Path(path).name for path in StatCache(tmp_path / ".confstudy").paths()} == set(names)


def test_the_cache_holds_nothing_of_what_files_say_and_is_the_owner_s(old_file, tmp_path):
    old_file.write_text("CANARY")
    cache = StatCache(tmp_path / ".confstudy")
    cache.sha256(old_file)
    cache.save()
    assert "CANARY" not in (tmp_path / ".confstudy" / "stat-cache.json").read_text()
    assert (tmp_path / ".confstudy").stat().st_mode & 0o077 == 0
    assert (tmp_path / ".confstudy" / ".gitignore").read_text() == "*\n"


def test_a_cache_that_cannot_be_written_costs_only_time(old_file, tmp_path):
    (tmp_path / ".confstudy").write_text("a file where a folder should be")
    cache = StatCache(tmp_path / ".confstudy")
    assert cache.sha256(old_file) == sha256_of(old_file)
    cache.save()


SCRIPT = """
import os, sqlite3, sys
from confstudy.report import watch
watch.start(sys.argv[1])
open("inside.csv").close()
open("made.csv", "w").close()
open("made.csv").close()
os.close(os.open("raw.bin", os.O_RDONLY))
sqlite3.connect("base.db").close()
sqlite3.connect(":memory:").close()
open("../elsewhere.csv").close()
open("../notes.md").close()
open(".hidden/x.csv").close()
open("../.config.json").close()
try:
    open("later.csv")
except FileNotFoundError:
    pass
sys.path.insert(0, ".")
import helper
import numpy
from confstudy.codebook.read import read_codebook
read_codebook("therapy")
watch.seen("shown.parquet")
"""


@pytest.fixture
def noted(tmp_path):
    """A study whose script was watched, and its notes."""
    study = tmp_path / "study"
    (study / ".hidden").mkdir(parents=True)
    for name in ("inside.csv", "raw.bin", "base.db", ".hidden/x.csv", "shown.parquet"):
        (study / name).touch()
    for name in ("elsewhere.csv", "notes.md", ".config.json"):
        (tmp_path / name).touch()
    (study / "helper.py").write_text("with open('deep.csv') as stream:\n    pass\n")
    (study / "deep.csv").touch()
    command = [sys.executable, "-c", SCRIPT, str(study / ".notes")]
    subprocess.run(command, cwd=study, check=True, timeout=120)
    return study, study / ".notes"


def test_what_a_process_reads_and_imports_is_noted_without_paths_of_the_machine(noted):
    study, notes = noted
    found = settled(notes, study, StatCache(study / ".confstudy"))
    elsewhere = key_of(study.parent / "elsewhere.csv", study)
    assert found["reads"] == sorted(
        ["inside.csv", "raw.bin", "base.db", "deep.csv", "later.csv", "shown.parquet", elsewhere]
    )
    assert found["modules"] == ["helper.py"]
    assert {"codebook/read.py", "codebook/bundled/therapy.yaml"} <= set(found["package"])
    assert "models/fit.py" not in found["package"]
    assert "numpy" in found["libraries"]
    assert not {"pandas", "ipykernel", "confstudy"} & set(found["libraries"])
    assert found["changed"] == []
    assert str(study.parent) not in json.dumps(found)


def test_what_changed_while_it_ran_is_named(noted):
    study, notes = noted
    (study / "inside.csv").write_text("new")
    (study / "later.csv").touch()
    (study / "helper.py").write_text("")
    found = settled(notes, study, StatCache(study / ".confstudy"))
    assert found["changed"] == ["helper.py", "inside.csv", "later.csv"]


def test_without_notes_nothing_is_known(tmp_path):
    assert settled(tmp_path / "gone", tmp_path, StatCache(tmp_path)) == {}


def cell(kind="code", source="", tags=()):
    return {"cell_type": kind, "source": source, "metadata": {"tags": list(tags)}}


def test_cells_are_read_from_json_as_lines_or_text(tmp_path):
    content = {"cells": [cell(source=["a = 1\n", "b = 2"]), cell(source="a = 1\nb = 2")]}
    one, two = cells_of(content)
    assert one == two
    (tmp_path / "n.ipynb").write_text("{}")
    with pytest.raises(ReportError, match=r"'n\.ipynb' is not a notebook"):
        read_cells(tmp_path / "n.ipynb")
    (tmp_path / "n.ipynb").write_text('{"worksheets": []}')
    with pytest.raises(ReportError, match="format before 4"):
        read_cells(tmp_path / "n.ipynb")


def test_a_notebook_declares_its_parameters_in_one_tagged_cell():
    tagged = cell(source="n: int = 3", tags=["parameters"])
    assert parameters_in(cells_of({"cells": [tagged]}), "n.ipynb")["n"].default == 3
    with pytest.raises(ParameterError, match="needs one cell tagged 'parameters'; it has 2"):
        parameters_in(cells_of({"cells": [tagged, tagged]}), "n.ipynb")


@pytest.mark.parametrize(
    ("part", "before", "now", "expected"),
    [
        ("notebook", "abc", "abd", ["code cell 3 changed"]),
        ("notebook", "abc", "axbc", ["code cell 2 added"]),
        ("notebook", "abc", "ac", ["code cell 2 removed"]),
        (
            "notebook",
            "abc",
            "bxyc",
            [f"code cell {what}" for what in ("1 removed", "2 added", "3 added")],
        ),
        ("text", "ab", "aB", ["text cell 2 changed"]),
    ],
)
def test_cells_are_named_by_their_place(part, before, now, expected):
    def numbered(text):
        return {part: {str(place): letter for place, letter in enumerate(text, start=1)}}

    assert [cause.words for cause in why(numbered(before), numbered(now))] == expected


@pytest.mark.parametrize(
    ("part", "before", "now", "expected"),
    [
        ("parameters", {"n": "1"}, {"n": "2"}, "parameter n: 1 → 2"),
        ("parameters", {"a": '"x"'}, {"a": '["x"]'}, 'parameter a: x → ["x"]'),
        ("parameters", {}, {"n": "2"}, "parameter n added"),
        ("data", {"a.csv": "1"}, {"a.csv": "2"}, "a.csv changed"),
        ("data", {"a.csv": "1"}, {"a.csv": "absent"}, "a.csv is gone"),
        ("data", {"a.csv": "absent"}, {"a.csv": "1"}, "a.csv appeared"),
        ("data", {}, {"a.csv": "1"}, "a.csv now belongs to it"),
        ("data", {"a.csv": "1"}, {}, "a.csv no longer belongs to it"),
        ("data", {"a": "changed while the report ran"}, {"a": "1"}, "a changed while the report"),
        ("reads", {"elsewhere/a.csv#1f": "1"}, {"elsewhere/a.csv#1f": "unknown"},
         "elsewhere/a.csv is not known on this machine (read, not declared)"),
        ("versions", {"numpy": "2.3.1"}, {"numpy": "2.3.2"}, "numpy 2.3.1 → 2.3.2"),
        ("package", {"a": "1", "b": "1"}, {"a": "2", "b": "2"}, "confstudy changed: a, b"),
        ("page", {"title": "A"}, {"title": "B"}, "title: A → B"),
        ("page", {"writer": "A"}, {"writer": "B"}, "writer changed"),
    ],
)  # fmt: skip
def test_every_change_has_words(part, before, now, expected):
    (cause,) = why({part: before}, {part: now})
    assert cause.part == part
    assert cause.words.startswith(expected)
    assert why({part: now}, {part: now}) == []


def test_what_was_unsettled_is_never_fresh():
    part = {"data": {"a.csv": "changed while the report ran"}}
    assert why(part, part) == [Cause("data", "a.csv changed while the report ran")]


def test_the_fingerprint_of_an_earlier_confstudy_is_stale():
    (cause,) = why({"notebook": "abc"}, {"notebook": {"1": "abc"}})
    assert cause.words == "it was built by an earlier confstudy"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [(["text"], False), (["text", "page"], False), (["text", "data"], True), ([], False)],
)
def test_only_text_and_page_are_made_anew_without_a_kernel(parts, expected):
    assert needs_kernel([Cause(part, "") for part in parts]) is expected
