"""Whole builds where the machine is against them: no room, no permission, no clock, no peace."""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from confstudy.errors import ReportBusy, UnwritableFile
from confstudy.report import build as module
from confstudy.report import entries, manifest, publish
from confstudy.report.build import build
from confstudy.report.engine.jobs import run_many
from tests.report.conftest import plan_of


@pytest.fixture
def disk(study, tmp_path, monkeypatch):
    """The study on a small disk of its own, with its ledger, where the system lets one be made."""
    place = tmp_path / "disk"
    place.mkdir()
    size = sum(path.stat().st_size + 4096 for path in study.rglob("*")) + 2_000_000
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(place)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small disk can only be made by root on Linux")
    monkeypatch.delenv("CONFSTUDY_LEDGER")
    yield shutil.copytree(study, place / "study", symlinks=True)
    subprocess.run(["umount", "-l", str(place)], check=True)


def built(study, warm):
    return build(plan_of(study), force=True, warm=warm, progress=lambda _: None)


@pytest.mark.validate
@pytest.mark.parametrize("blocks", [0, 2, 12])
def test_a_full_disk_is_a_failure_and_is_forgotten_once_there_is_room(disk, warm, blocks):
    assert built(disk, warm).status == "built"
    before = plan_of(disk).shelf.latest.resolve()
    free = os.statvfs(disk).f_bavail * 4096
    (disk / "other").write_bytes(bytes(free - blocks * 4096))
    failed = built(disk, warm)
    assert (failed.status, "space" in failed.reason) == ("failed", True)
    assert str(disk) not in failed.reason
    assert plan_of(disk).shelf.latest.resolve() == before
    (disk / "other").unlink()
    assert built(disk, warm).status == "built"
    assert plan_of(disk).shelf.verify() == []
    assert not list((disk / ".confstudy").glob("stage-*"))


@pytest.mark.validate
def test_in_a_read_only_study_nothing_is_built_and_the_reason_is_told(disk, warm):
    before = plan_of(disk).shelf.latest.resolve()
    subprocess.run(["mount", "-o", "remount,ro", str(disk.parent)], check=True)
    with pytest.raises(UnwritableFile, match="read-only file system") as told:
        built(disk, warm)
    assert str(disk) not in str(told.value)
    assert (plan_of(disk).shelf.latest.resolve(), plan_of(disk).shelf.verify()) == (before, [])


def at_once(study, tools):
    return build(plan_of(study), force=True, warm=tools.warm, progress=lambda _: None).status


@pytest.mark.validate
def test_of_builders_at_once_one_builds_and_the_others_are_told(study, warm):
    before = len(plan_of(study).shelf.history)
    ended = list(run_many([study] * 3, at_once, 3, warm=warm))
    busy = [one for one in ended if isinstance(one.failed, ReportBusy)]
    assert len(busy) == 2
    assert [one.result for one in ended if one not in busy] == ["built"]
    shelf = plan_of(study).shelf
    assert (len(shelf.history), shelf.verify()) == (before + 1, [])


class SetBack(datetime):
    """A clock that stands at the beginning of 2001."""

    @classmethod
    def now(cls, tz=None):
        return datetime(2001, 1, 1, tzinfo=tz or UTC)


def test_a_clock_set_back_and_ten_thousand_runs_confuse_no_build(study, warm, monkeypatch):
    shelf = plan_of(study).shelf
    first = json.loads(shelf.history.path.read_text())
    lines = (json.dumps({**first, "n": n, "run": f"{n:06d}-gone"}) for n in range(2, 10_001))
    with shelf.history.path.open("a") as stream:
        stream.write("\n".join(lines) + "\n")
    for where in (module, entries, manifest, publish):
        monkeypatch.setattr(where, "datetime", SetBack)
    done = built(study, warm)
    assert (done.status, shelf.latest.resolve().name) == ("built", "010001-20010101T000000Z")
    assert (shelf.history[-1]["n"], shelf.history[-1]["status"]) == (10_001, "built")
    assert (shelf.verify(), plan_of(study).state) == ([], "fresh")
