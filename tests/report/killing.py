"""Builders that are killed: forked from one warm process, told apart only by when they end.

Called as ``python killing.py random FOLDER KILLS SEED``, ``python killing.py steps FOLDER CHANGE…``
or ``python killing.py together FOLDER``; prints what was found as JSON.
"""

import json
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

from confstudy.report.entries import problems
from confstudy.report.manifest import faults, runs_in, strangers
from confstudy.report.publish import Shelf

CHANGES = {
    "publish": lambda shelf: publish_once(shelf, 5),
    "hold": lambda shelf: shelf.hold({"report.html": b"held"}, {}, ["It is surprising."]),
    "accept": lambda shelf: shelf.accept(),
    "refuse": lambda shelf: shelf.refuse("no"),
    "fail": lambda shelf: shelf.fail("It failed.", b"{}", keep=1),
    "prune": lambda shelf: shelf.prune(1),
}
STEPS = ("open", "os.", "shutil.", "tempfile.")


def publish_once(shelf, number):
    size = 1 + number % 7 * 40_000
    files = {"report.html": f"{number}".encode() * size, "values.json": b"{}"}
    shelf.publish(files, {"title": f"build {number}"}, keep=3)


def publish_for_ever(shelf, start):
    number = start
    while True:
        number += 1
        publish_once(shelf, number)


def forked(work):
    child = os.fork()
    if child:
        return child
    try:
        work()
        os._exit(0)
    except BaseException:
        os._exit(9)


def visible(shelf):
    """What a reader would find wrong right after the kill, before anything heals."""
    found = [] if shelf.latest else ["latest is not valid"]
    for kind in ("runs", "held", "failed"):
        for run in runs_in(shelf.folder / kind):
            found += [*faults(run), *strangers(run)]
    known = {"runs", "held", "failed", "latest", "history.jsonl", "stage", "pins"}
    found += [p.name for p in shelf.folder.iterdir() if p.name not in known and p.name[0] != "."]
    numbers = [entry["n"] for entry in shelf.history]
    return found + ([] if numbers == sorted(set(numbers)) else ["the history is out of order"])


def healed(shelf):
    shelf.heal()
    left = [path.name for path in (shelf.folder / "stage").glob("*")]
    return problems(shelf.folder) + left


def at_random(folder, kills, seed):
    rng, shelf, wrong, interrupted = random.Random(seed), Shelf(folder), [], 0
    publish_once(shelf, 0)
    took = time.monotonic()
    publish_once(shelf, 3)
    took = time.monotonic() - took
    for kill in range(kills):
        child = forked(lambda start=kill * 100: publish_for_ever(shelf, start))
        time.sleep(rng.uniform(0, 2.5 * took))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        wrong += [(kill, what) for what in visible(shelf)]
        interrupted += (folder / "stage").exists()
        if rng.random() < 0.5:
            wrong += [(kill, what) for what in healed(shelf)]
    wrong += [("end", what) for what in healed(shelf)]
    publish_once(shelf, 1)
    return {"kills": kills, "interrupted": interrupted, "wrong": wrong + visible(shelf)}


def at_every_step(folder, names):
    """Kill before the first, second, … touch of the file system, until a change gets through."""
    counted, wrong = {}, []
    for name in names:
        before = prepared(folder / name, name)
        for step in range(1, 1000):
            shelf = Shelf(folder / f"{name}-{step}")
            shutil.copytree(before.folder, shelf.folder, symlinks=True)
            child = forked(lambda s=shelf, c=CHANGES[name], k=step: (_die_at(k), c(s)))
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            wrong += [(name, step, what) for what in [*visible(shelf), *healed(shelf)]]
            shutil.rmtree(shelf.folder)
            if code != -signal.SIGKILL:
                wrong += [] if code == 0 else [(name, step, f"ended with {code}")]
                break
            counted[name] = step
    return {"steps": counted, "wrong": wrong}


def together(folder):
    """Three builders publish at the same time."""
    shelf = Shelf(folder)
    publish_once(shelf, 0)
    work = [lambda k=k: [publish_once(shelf, n) for n in range(k, k + 8)] for k in (0, 8, 16)]
    children = [forked(each) for each in work]
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    return {"codes": codes, "builds": len(shelf.history), "wrong": visible(shelf) + healed(shelf)}


def prepared(folder, name):
    shelf = Shelf(folder)
    for number in range(3):
        publish_once(shelf, number)
    if name in ("accept", "refuse"):
        shelf.hold({"report.html": b"held"}, {}, ["It is surprising."])
    if name == "fail":
        shelf.fail("It failed before.")
    return shelf


def _die_at(step):
    left = [step]

    def hook(event, arguments):
        if event.startswith(STEPS):
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


if __name__ == "__main__":
    mode, place = sys.argv[1], Path(sys.argv[2])
    if mode == "random":
        result = at_random(place, int(sys.argv[3]), int(sys.argv[4]))
    else:
        result = together(place) if mode == "together" else at_every_step(place, sys.argv[3:])
    sys.stdout.write(json.dumps(result))
