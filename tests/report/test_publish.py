import errno
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from confstudy.errors import ReportBusy, ReportError, UnwritableFile
from confstudy.files import sha256_of
from confstudy.report import publish
from confstudy.report.locks import writing
from confstudy.report.manifest import run_name
from confstudy.report.publish import Shelf

FILES = {"report.html": b"<p>One</p>", "values.json": b"{}"}
KILLING = Path(__file__).with_name("killing.py")


@pytest.fixture
def shelf(tmp_path) -> Shelf:
    """A folder with one published run."""
    shelf = Shelf(tmp_path / "default")
    shelf.publish(FILES, {"title": "One"}, keep=3)
    return shelf


@pytest.fixture
def disk(tmp_path):
    """A disk of 600 kB of the test's own, where the system lets one be made."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=600k", "none", str(place)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small disk can only be made by root on Linux")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def killed(*arguments):
    if not hasattr(os, "fork"):
        pytest.skip("there is no fork on this system")
    command = [sys.executable, str(KILLING), *map(str, arguments)]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def names(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def test_a_run_has_its_files_and_a_manifest_with_their_hashes(shelf):
    manifest = json.loads((shelf.latest / "manifest.json").read_text())
    assert names(shelf.latest) == ["manifest.json", "report.html", "values.json"]
    assert manifest["files"] == {name: sha256_of(shelf.latest / name) for name in FILES}
    assert (shelf.latest.resolve().name, shelf.verify()) == (manifest["run"], [])
    assert names(shelf.folder) == [".writing.lock", "history.jsonl", "latest", "runs"]


DAMAGE = {
    "a changed page": lambda run: (run / "report.html").write_text("other"),
    "half a page": lambda run: (run / "report.html").write_bytes(b"<p>"),
    "no page": lambda run: (run / "report.html").unlink(),
    "half a manifest": lambda run: os.truncate(run / "manifest.json", 40),
    "no manifest": lambda run: (run / "manifest.json").unlink(),
    "a changed title": lambda run: (run / "manifest.json").write_text(
        (run / "manifest.json").read_text().replace('"Two"', '"Too"')
    ),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_run_is_no_latest_and_heals_to_the_one_before(shelf, what):
    first = shelf.manifest["run"]
    second = shelf.publish(FILES, {"title": "Two"}, keep=3)
    DAMAGE[what](second)
    assert (shelf.latest, shelf.manifest) == (None, {})
    assert any(second.name in problem for problem in shelf.verify())
    assert shelf.heal() == [f"'latest' points to {first}, the newest complete run"]
    assert shelf.manifest["run"] == first


def test_a_file_that_was_never_published_is_told(shelf):
    (shelf.latest / "answers.csv").write_text("1,2")
    assert [p.partition(": ")[2] for p in shelf.verify()] == ["'answers.csv' was not published"]


@pytest.mark.parametrize("name", ["../report.html", "a/b.html", ".hidden", "manifest.json", ""])
def test_a_file_stays_inside_its_run(shelf, name):
    before = names(shelf.folder / "runs")
    with pytest.raises(ReportError, match="is no name for a file"):
        shelf.publish({name: b"x"}, {}, keep=3)
    assert names(shelf.folder / "runs") == before
    assert not (shelf.folder / "stage").exists()


def test_a_failure_keeps_the_reason_and_the_partial_notebook(shelf):
    before = shelf.manifest
    kept = shelf.fail("cell [3] raised ValueError", b"{}")
    assert names(kept) == ["error.txt", "manifest.json", "partial.ipynb"]
    assert (shelf.manifest, shelf.verify()) == (before, [])
    assert shelf.history[-1] | {"at": ""} == {
        "n": 2, "run": kept.name, "status": "failed", "at": "",
        "reason": "cell [3] raised ValueError",
    }  # fmt: skip


def test_old_runs_go_but_never_a_pinned_one_or_the_latest(shelf):
    first = shelf.manifest["run"]
    shelf.pin(first)
    for number in range(4):
        shelf.publish(FILES, {"title": str(number)}, keep=2)
    runs = names(shelf.folder / "runs")
    assert (len(runs), runs[0]) == (3, first)
    assert shelf.prune(1) == [runs[1]]
    shelf.unpin(first)
    assert shelf.prune(0) == [first]
    assert names(shelf.folder / "runs") == [shelf.manifest["run"]] == [runs[2]]


def test_prune_says_only_what_went(shelf):
    shelf.publish(FILES, {}, keep=3)
    assert shelf.prune(5) == shelf.prune(2) == []


def test_what_cannot_be_pinned_is_told_with_the_nearest(shelf):
    run = shelf.manifest["run"]
    with pytest.raises(ReportError, match=f"Did you mean '{run}'"):
        shelf.pin(run[:-1] + "z")
    with pytest.raises(ReportError, match="Pinned runs not found"):
        shelf.unpin(run)


def test_a_clock_that_is_set_back_confuses_neither_names_nor_order(shelf, monkeypatch):
    years = iter([2031, 2029, 2030])

    def name(number):
        return run_name(number, datetime(next(years), 1, 1, tzinfo=UTC))

    monkeypatch.setattr(publish, "run_name", name)
    for title in "abc":
        shelf.publish(FILES, {"title": title}, keep=2)
    assert shelf.manifest["title"] == "c"
    assert [entry["n"] for entry in shelf.history] == [1, 2, 3, 4]
    kept = [run[:11] for run in names(shelf.folder / "runs")]
    assert kept == ["000003-2029", "000004-2030"]


@pytest.mark.parametrize("refusal", [OSError(errno.ENOSYS, "no"), OSError(errno.EPERM, "no")])
def test_without_links_latest_is_a_copy_with_its_manifest_last(tmp_path, monkeypatch, refusal):
    def none(*_, **__):
        raise refusal

    monkeypatch.setattr(Path, "symlink_to", none)
    shelf = Shelf(tmp_path)
    shelf.publish({**FILES, "report.pdf": b"%PDF"}, {"title": "One"}, keep=3)
    assert not (tmp_path / "latest").is_symlink()
    assert names(shelf.latest)[-2:] == ["report.pdf", "values.json"]
    (tmp_path / "latest" / "report.html").write_text("half way to the next run")
    assert shelf.latest is None
    second = shelf.publish(FILES, {"title": "Two"}, keep=3)
    assert names(shelf.latest) == names(second)
    assert (shelf.manifest["title"], shelf.verify()) == ("Two", [])


def test_a_killed_builder_leaves_latest_complete_and_the_next_heals(tmp_path):
    found = killed("random", tmp_path / "default", 40, 2026)
    assert found["wrong"] == []
    assert found["interrupted"] > 5


@pytest.mark.validate
def test_a_thousand_killed_builders_leave_latest_complete(tmp_path):
    found = killed("random", tmp_path / "default", 1000, 7)
    assert found["wrong"] == []
    assert found["interrupted"] > 200


def test_killed_at_any_touch_of_the_disk_nothing_half_is_seen(tmp_path):
    found = killed("steps", tmp_path, "refuse")
    assert (found["wrong"], found["steps"]["refuse"] > 20) == ([], True)


@pytest.mark.validate
def test_killed_at_any_touch_of_the_disk_every_change_heals(tmp_path):
    found = killed("steps", tmp_path, "publish", "hold", "accept", "fail", "prune")
    assert found["wrong"] == []
    assert all(steps > 20 for steps in found["steps"].values())


def test_builders_at_the_same_time_wait_for_each_other(tmp_path):
    found = killed("together", tmp_path / "default")
    assert found == {"codes": [0, 0, 0], "builds": 25, "wrong": []}


def test_who_waits_too_long_is_told(shelf, monkeypatch):
    monkeypatch.setattr(publish, "writing", lambda folder: writing(folder, wait=0.05))
    with writing(shelf.folder), pytest.raises(ReportBusy, match="is being written by another"):
        shelf.publish(FILES, {}, keep=3)


def test_a_report_that_has_no_room_is_refused_before_it_is_written(disk):
    shelf = Shelf(disk / "default")
    shelf.publish(FILES, {"title": "One"}, keep=3)
    with pytest.raises(UnwritableFile, match=r"needs 0\.7 MB and the disk has 0\.\d MB free"):
        shelf.publish({"report.html": bytes(600_000)}, {}, keep=3)
    assert (shelf.manifest["title"], shelf.verify()) == ("One", [])


def test_a_disk_that_fills_up_at_any_moment_leaves_latest_complete(disk, monkeypatch):
    monkeypatch.setattr(publish, "require_space", lambda *_: None)
    shelf, refused = Shelf(disk / "default"), []
    shelf.publish(FILES, {}, keep=1)
    for blocks in range(40):
        free = os.statvfs(disk).f_bavail * 4096
        (disk / "other").write_bytes(bytes(max(0, free - blocks * 4096)))
        try:
            shelf.publish({"report.html": bytes(60_000)}, {}, keep=1)
        except UnwritableFile as problem:
            refused.append(str(problem))
        assert shelf.latest
        shelf.fail("It failed.")
        (disk / "other").unlink()
        shelf.heal()
        assert shelf.verify() == []
    assert 5 < len(refused) < 40
    assert all("no space left" in reason for reason in refused)


LIMITED = """\
import resource, sys
from pathlib import Path
from confstudy.errors import UnwritableFile
from confstudy.report.publish import Shelf
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    Shelf(Path(sys.argv[1])).publish({"report.html": bytes(60_000)}, {}, keep=3)
except UnwritableFile as problem:
    print(problem)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no limit of that kind")
def test_a_file_that_the_system_cuts_short_is_never_published(shelf):
    command = [sys.executable, "-c", LIMITED, str(shelf.folder)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.startswith("The report cannot be written: file too large. Make space;")
    assert (shelf.manifest["title"], shelf.verify()) == ("One", [])
    assert not (shelf.folder / "stage").exists()


def test_in_a_read_only_folder_nothing_changes_and_the_reason_is_told(disk):
    shelf = Shelf(disk / "default")
    shelf.publish(FILES, {"title": "One"}, keep=3)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with pytest.raises(UnwritableFile, match="read-only file system") as caught:
        shelf.publish(FILES, {}, keep=3)
    assert str(disk) not in str(caught.value)
    assert shelf.fail("It failed.") is None
    assert (shelf.manifest["title"], shelf.verify()) == ("One", [])
