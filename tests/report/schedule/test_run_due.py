import json
from datetime import UTC, datetime, timedelta

import pytest
from filelock import FileLock

from confstudy.errors import ConfigError, ReportBusy
from confstudy.report.schedule.run_due import Ran, Scheduled, exit_code, run_due
from confstudy.report.schedule.when import Schedule

START = datetime(2026, 11, 16, 6, tzinfo=UTC)
DAY = timedelta(days=1)


class Study:
    """Two reports whose builds are written down, with a status or an error to come."""

    def __init__(self, folder, **outcomes):
        self.builds, self.said, self.outcomes = [], [], outcomes
        self.histories = {name: [] for name in ("one", "two")}
        daily = Schedule.parse("daily 06:00")
        self.plans = [
            Scheduled(name, daily, folder / name, lambda name=name: self.histories[name])
            for name in self.histories
        ]

    def run(self, now):
        def build(plan):
            outcome = self.outcomes.get(plan.name, "built")
            self.builds.append((plan.name, now))
            if isinstance(outcome, Exception):
                raise outcome
            if outcome != "fresh":
                entry = {"status": outcome, "at": now.isoformat()}
                self.histories[plan.name].append(entry)
            return outcome

        return run_due(self.plans, build, now, self.said.append)


def test_each_due_report_is_built_once_a_tick_however_often_it_is_asked(tmp_path):
    study = Study(tmp_path)
    for minutes in (0, 0, 15, 30, 24 * 60 - 1):
        study.run(START + timedelta(minutes=minutes))
    assert study.builds == [("one", START), ("two", START)]
    study.run(START + 4 * DAY)
    study.run(START + 4 * DAY + timedelta(hours=1))
    assert len(study.builds) == 4
    assert study.said[-2:] == [
        "two: due since 2026-11-20 06:00 UTC, 3 ticks missed before, building …",
        "two: built",
    ]


OUTCOMES = {
    "fresh": ("fresh", "fresh", "", 0),
    "failed": ("failed", "failed", "", 3),
    "held": ("held", "held", "", 5),
    "an error of ours": (ConfigError("no notebook"), "failed", "no notebook", 3),
    "a fault": (KeyError("CANARY"), "failed", "unexpected KeyError; its message may hold", 3),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_whatever_comes_of_one_it_waits_for_the_next_tick_and_the_others_go_on(tmp_path, name):
    outcome, status, why, code = OUTCOMES[name]
    study = Study(tmp_path, one=outcome)
    first, second = study.run(START)
    assert (first.name, first.status, second) == ("one", status, Ran("two", "built"))
    assert first.why.startswith(why)
    assert exit_code([first, second]) == code
    assert "CANARY" not in "".join(
        [*study.said, *(p.read_text() for p in tmp_path.rglob("*.json"))]
    )
    assert study.run(START + timedelta(hours=3)) == []
    assert [done.name for done in study.run(START + DAY)] == ["one", "two"]


def test_a_build_by_hand_counts_more_than_the_mark(tmp_path):
    study = Study(tmp_path, one="fresh")
    study.run(START + 9 * DAY)
    mark = json.loads((tmp_path / "one" / ".schedule.json").read_text())
    assert mark == {"entries": 0, "status": "fresh", "at": "2026-11-25T06:00:00+00:00"}
    study.histories["one"].append({"status": "built", "at": START.isoformat()})
    study.histories["two"][0]["at"] = START.isoformat()
    assert [done.name for done in study.run(START + DAY)] == ["one", "two"]


@pytest.mark.parametrize("damaged", ["", "{", "[]", "null", "{}"])
def test_a_damaged_mark_is_no_mark(tmp_path, damaged):
    study = Study(tmp_path, one="fresh")
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / ".schedule.json").write_text(damaged)
    assert len(study.run(START)) == 2


def test_a_report_that_is_being_built_is_left_to_its_builder(tmp_path):
    study = Study(tmp_path, two=ReportBusy("'two' is being built by another process."))
    (tmp_path / "one").mkdir()
    with FileLock(tmp_path / "one" / ".schedule.lock"):
        ran = study.run(START)
    assert [done.status for done in ran] == ["busy", "busy"]
    assert exit_code(ran) == 0
    study.outcomes = {}
    assert [done.status for done in study.run(START)] == ["built", "built"]


def test_who_gets_the_lock_second_finds_the_first_one_s_build(tmp_path):
    seen = iter([[], [{"status": "built", "at": START.isoformat()}]])
    plan = Scheduled("one", Schedule.parse("daily 06:00"), tmp_path, lambda: next(seen))
    assert run_due([plan], lambda plan: plan.name, START, pytest.fail) == []


def test_a_folder_that_cannot_be_written_is_a_failure_of_that_report(tmp_path):
    (tmp_path / "one").write_text("a file where a folder should be")
    one, two = Study(tmp_path).run(START)
    assert (one.status, two.status) == ("failed", "built")
    assert one.why.startswith("its folder cannot be written: ")
