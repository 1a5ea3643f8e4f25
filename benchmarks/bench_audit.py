"""Auditing a notebook, beside reading its JSON and a scan of the text for addresses and rows."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1]))

from confstudy.release.audit.audit import audit
from tests.release.audit.benign import BENIGN, released
from tests.release.audit.leaks import LEAKS
from tests.release.audit.leaks_people import study

SCAN = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+\.\w+|<tr>|^\s*\d+\s+\S+\s+\S+", re.M)


def best(work: Callable[[], object], times: int = 3) -> float:
    """Seconds of the fastest of several runs."""
    seconds = []
    for _ in range(times):
        start = perf_counter()
        work()
        seconds.append(perf_counter() - start)
    return min(seconds)


def main() -> None:
    """Print milliseconds a notebook, and what each way finds."""
    leaky = [build(seed) for build in LEAKS.values() for seed in range(3)]
    clean = [BENIGN[name](0) for name in BENIGN]
    known = set().union(*(released(made) for made in clean))
    files = [json.dumps(made) for made in [*leaky, *clean]]
    survey, count = study().survey, len(files)

    def scanned(survey: object) -> list[bool]:
        made = (json.loads(text) for text in files)
        return [not audit(one, survey=survey, released=known) for one in made]

    ways: dict[str, Callable[[], list[bool]]] = {
        "reading the JSON": lambda: [bool(json.loads(text)) for text in files],
        "a scan of the text": lambda: [bool(SCAN.search(text)) for text in files],
        "audit": lambda: scanned(None),
        "audit, given the survey": lambda: scanned(survey),
    }
    size = sum(map(len, files)) / count / 1000
    print(f"{count} notebooks of {size:.0f} kB on average, {len(leaky)} of them leaky")
    for name, work in ways.items():
        found = work()
        right, wrong = sum(found[: len(leaky)]), sum(found[len(leaky) :])
        told = "" if name.startswith("reading") else f", finds {right}, false alarms {wrong}"
        print(f"{name}: {best(work) / count * 1000:.2f} ms{told}")


if __name__ == "__main__":
    main()
