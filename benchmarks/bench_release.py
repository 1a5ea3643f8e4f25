"""What releasing costs of building a report: less than a tenth.

Run: .venv/bin/python benchmarks/bench_release.py [BUILDS]

Every report is built BUILDS times (2) one after the other, so that the later ones are compared with
what the earlier ones released. Times are CPU seconds of the kernel and the builder together, and do
not depend on what else the machine does. Releasing is: every release in the kernel, the survey and
the index of its records, the gate, the commit.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat

from confstudy.report import build as builder
from confstudy.report.config import read_config
from confstudy.report.gate import Gate
from confstudy.report.plan import plans

ROOT = Path(__file__).parent.parent
MOST = 0.10
#: The first cell of the notebook: adds up, inside the kernel, the time of every release.
WATCH = """\
import time
from confstudy.release import front
from confstudy.report import page
spent = [0.0]
def watched(leave):
    def timed(*given, **options):
        start = time.process_time()
        try:
            return leave(*given, **options)
        finally:
            spent[0] += time.process_time() - start
            open({path!r}, "w").write(f"{{spent[0]}} {{time.process_time()}}")
    return timed
front.leave, page.leave = watched(front.leave), watched(page.leave)"""


@contextmanager
def watched(owner: Any, name: str, spent: dict[str, float]) -> Iterator[None]:
    """Add up what a function costs the thread that it runs in."""
    plain: Callable[..., Any] = getattr(owner, name)

    def timed(*given: Any, **options: Any) -> Any:
        start = time.thread_time()
        try:
            return plain(*given, **options)
        finally:
            spent[name] = spent.get(name, 0.0) + time.thread_time() - start

    setattr(owner, name, timed)
    try:
        yield
    finally:
        setattr(owner, name, plain)


def measured(report: str, study: Path, path: Path) -> float:
    """Build a report of a study; print and return the share that releasing takes."""
    spent = dict[str, float]()
    planned = plans(read_config(study / "reports" / "reports.toml"), report, {}, study)[0]
    with ExitStack() as stack:
        for owner, name in ((Gate, "require"), (Gate, "commit"), (builder, "survey_of")):
            stack.enter_context(watched(owner, name, spent))
        start = time.process_time()
        built = builder.build(planned, force=True)
        whole = time.process_time() - start
    if built.status != "built":
        sys.exit(f"{report}: {built.reason}")
    spent["leave"], kernel = map(float, path.read_text().split())
    share = sum(spent.values()) / (whole + kernel)
    parts = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in sorted(spent.items()))
    print(f"{report:13s} {whole + kernel:5.1f} s, of which releasing {share:5.1%} ({parts})")
    return share


def prepared(study: Path, report: str, path: Path) -> None:
    """Let a report's notebook add up what it releases."""
    notebook = study / "notebooks" / "reports" / f"{report}.ipynb"
    content = nbformat.read(notebook, as_version=4)
    content.cells.insert(1, nbformat.v4.new_code_cell(WATCH.format(path=str(path))))
    nbformat.write(content, notebook)


def main() -> int:
    """Measure the bundled reports; 1 where releasing takes too much."""
    os.environ.pop("CONFSTUDY_LEDGER", None)
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    shares = []
    with TemporaryDirectory() as folder:
        study, path = Path(folder), Path(folder) / "spent"
        for name in ("notebooks", "data_synthetic"):
            shutil.copytree(ROOT / name, study / name)
        (study / "reports").mkdir()
        shutil.copy(ROOT / "reports" / "reports.toml", study / "reports")
        for report in ("outcomes", "data_quality"):
            prepared(study, report, path)
            shares += [measured(report, study, path) for _ in range(times)]
    return int(max(shares) > MOST)


if __name__ == "__main__":
    sys.exit(main())
