"""Schedulers tried for real: processes at the same moment, and cron itself."""

import json
import os
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from confstudy.report.schedule.commands import schedule_files
from confstudy.report.schedule.when import Schedule

ASK = """\
import json, sys, time, uuid
from datetime import UTC, datetime
from pathlib import Path
from confstudy.report.schedule.run_due import Scheduled, exit_code, run_due
from confstudy.report.schedule.when import Schedule

text, *given = sys.argv[1:]
now = datetime.fromisoformat(given[0]) if given else datetime.now(UTC)

def history(folder):
    path = folder / "history.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

def build(plan):
    time.sleep(0.3)
    (plan.folder / uuid.uuid4().hex).with_suffix(".built").touch()
    with (plan.folder / "history.jsonl").open("a") as stream:
        print(json.dumps({"status": "built", "at": now.isoformat()}), file=stream)
    return "built"

schedule = Schedule.parse(text)
folders = [Path("reports") / name for name in ("one", "two")]
plans = [Scheduled(f.name, schedule, f, lambda f=f: history(f)) for f in folders]
sys.exit(exit_code(run_due(plans, build, now, print)))
"""


def builds(study):
    return [len(list((study / "reports" / name).glob("*.built"))) for name in ("one", "two")]


@pytest.fixture
def study(tmp_path):
    folder = tmp_path / "50 % R&D's Größe"
    (folder / "reports").mkdir(parents=True)
    (folder / "ask.py").write_text(ASK)
    return folder


#: What the clock says, how many schedulers ask at once, and the builds of each report since.
LOOP = [
    ("2026-11-16T05:00:00", 3, 1),
    ("2026-11-16T05:00:30", 2, 1),
    ("2026-11-17T04:59:59", 1, 1),
    ("2026-11-17T05:00:00", 3, 2),
    ("2026-11-21T12:00:00", 3, 3),
    ("2026-11-21T11:00:00", 2, 3),
    ("2026-11-22T04:00:00", 1, 3),
    ("2026-11-22T05:15:00", 2, 4),
]


def test_ticks_missed_and_doubled_make_one_build_each(study):
    for moment, number, expected in LOOP:
        command = [sys.executable, "ask.py", "daily 06:00 Europe/Amsterdam", f"{moment}+00:00"]
        asked = [
            subprocess.Popen(command, cwd=study, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            for _ in range(number)
        ]
        said = [process.communicate(timeout=60)[0].decode() for process in asked]
        assert [process.returncode for process in asked] == [0] * number, said
        assert builds(study) == [expected, expected], (moment, said)


PATHS = f"{os.environ.get('PATH', '')}:/usr/sbin"
CRON = shutil.which("cron", path=PATHS)
#: cron sees only our crontab, and the machine's cron and spool see nothing of it.
ALONE = """\
set -e
mount -t tmpfs none /var/spool
mount -t tmpfs none /run
if [ -d /etc/cron.d ]; then mount -t tmpfs none /etc/cron.d; fi
if [ -f /etc/crontab ]; then mount --bind /dev/null /etc/crontab; fi
mkdir -p /var/spool/cron/crontabs
cp "$1" /var/spool/cron/crontabs/root
chmod 600 /var/spool/cron/crontabs/root
exec "$2" -f
"""


@pytest.mark.validate
@pytest.mark.skipif(not CRON, reason="cron is not installed")
@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root may start cron")
@pytest.mark.skipif(not shutil.which("unshare"), reason="cron needs a namespace of its own")
def test_two_crons_with_the_printed_line_make_one_build_a_tick(study):
    python = study / "py %&"
    python.write_text(
        f"#!/bin/sh\necho \"$*\" >> asked\nexec '{sys.executable}' ask.py '* * * * * UTC'\n"
    )
    python.chmod(0o755)
    schedules = [Schedule.parse("* * * * *")]
    ((_, text),) = schedule_files(
        "cron", schedules, str(study), str(python), datetime.now(UTC)
    ).items()
    (study / "crontab").write_text(text)
    alone = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", ALONE, "sh"]
    crons = [subprocess.Popen([*alone, study / "crontab", CRON]) for _ in range(2)]
    try:
        until = time.monotonic() + 150
        while min(builds(study)) < 2 and time.monotonic() < until:
            if any(cron.poll() is not None for cron in crons):
                pytest.skip("cron may not run here")
            time.sleep(0.5)
        time.sleep(3)
    finally:
        for cron in crons:
            cron.kill()
            cron.wait()
    assert (study / "asked").read_text().splitlines() == ["-m confstudy report run-due"] * 4
    for name in ("one", "two"):
        lines = (study / "reports" / name / "history.jsonl").read_text().splitlines()
        minutes = [json.loads(line)["at"][:16] for line in lines]
        assert len(minutes) == len(set(minutes)) == 2
    assert builds(study) == [2, 2]
