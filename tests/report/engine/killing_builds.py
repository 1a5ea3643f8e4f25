"""Whole builds that are killed: forked from one process that has everything imported.

Called as ``python -m tests.report.engine.killing_builds STUDY KILLS SEED``, with a report ``one``
that has been built once; prints what was found as JSON.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path
from tempfile import gettempdir

from confstudy.files import write_text
from confstudy.release.ledger.folder import ledger_folder
from confstudy.release.ledger.ledger import Ledger
from confstudy.report.build import build
from confstudy.report.engine.warm import Warm
from tests.report.conftest import plan_of
from tests.report.killing import forked, healed, visible

#: Of every five builds, one fails, and one has new words only.
FAILING, RETOLD = 0, 3
TOML = """\
schema = 1
[defaults]
keep = 3
timeout = 60
formats = ["html"]
[report.one]
notebook = "notebooks/one.ipynb"
title = "{title}"
params = {{ n = {n} }}
"""


def build_once(study, number, warm):
    retold = number % 5 == RETOLD
    text = TOML.format(n=number - retold, title=f"Build {number}")
    write_text(study / "reports" / "reports.toml", text)
    return build(plan_of(study), warm=warm, progress=lambda _: None)


def build_for_ever(study, number, warm):
    while True:
        built = build_once(study, number, warm)
        if (built.status == "failed") != (number % 5 == FAILING):
            write_text(study / "wrong", f"{number}: {built.status}, {built.reason}")
        number += 1


def timed(study, warm):
    """Seconds of a build, once the process that forks is ready."""
    for number in (1, 2):
        start = time.monotonic()
        own = warm._branch(())
        child = forked(lambda n=number, own=own: build_once(study, n, own))
        own.close()
        if os.waitpid(child, 0)[1]:
            raise SystemExit("the report cannot be built")
    return time.monotonic() - start


def killed(study, number, warm, seconds):
    own = warm._branch(())
    child = forked(lambda: build_for_ever(study, number, own))
    own.close()
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def seen(study, shelf):
    """What is wrong right after a kill, before anything heals."""
    found = [*visible(shelf), *map(str, Ledger(ledger_folder(study)).verify())]
    told = study / "wrong"
    return [*found, told.read_text()] if told.exists() else found


def at_random(study, kills, seed):
    rng, shelf, wrong, under_way = random.Random(seed), plan_of(study).shelf, [], 0
    with Warm.started() as warm:
        took = timed(study, warm)
        for kill in range(kills):
            killed(study, rng.randrange(10**6), warm, rng.uniform(0, 1.3 * took))
            wrong += [(kill, what) for what in seen(study, shelf)]
            under_way += (shelf.folder / ".lock.holder").exists()
            if rng.random() < 0.3:
                wrong += [(kill, what) for what in healed(shelf)]
        last = build_once(study, 7, warm)
    wrong += [("end", what) for what in [*seen(study, shelf), *healed(shelf)]]
    left = [p.name for p in Path(gettempdir()).iterdir() if p.name.startswith("confstudy-")]
    left += [p.name for p in ledger_folder(study).glob("stage-*")]
    builds = [entry["status"] for entry in shelf.history]
    return {
        "kills": kills,
        "builds": {status: builds.count(status) for status in set(builds)},
        "interrupted": under_way,
        "seconds": took,
        "last": [last.status, plan_of(study).state],
        "wrong": wrong,
        "left": left,
    }


if __name__ == "__main__":
    result = at_random(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    sys.stdout.write(json.dumps(result))
