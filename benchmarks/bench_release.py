"""What releasing costs of building a report: less than a tenth.

Run: .venv/bin/python benchmarks/bench_release.py
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat

from confstudy.report.build import build, plan
from confstudy.report.config import read_config
from confstudy.report.gate import Gate

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
        start = time.perf_counter()
        try:
            return leave(*given, **options)
        finally:
            spent[0] += time.perf_counter() - start
            open({path!r}, "w").write(str(spent[0]))
    return timed
front.leave, page.leave = watched(front.leave), watched(page.leave)"""


@contextmanager
def watched(owner: type, name: str, spent: dict[str, float]) -> Iterator[None]:
    """Add up what a method costs."""
    plain: Callable[..., Any] = getattr(owner, name)

    def timed(*given: Any, **options: Any) -> Any:
        start = time.perf_counter()
        try:
            return plain(*given, **options)
        finally:
            spent[name] = spent.get(name, 0.0) + time.perf_counter() - start

    setattr(owner, name, timed)
    try:
        yield
    finally:
        setattr(owner, name, plain)


def measured(report: str, study: Path) -> float:
    """Build a report of a study of its own; print and return the share that releasing takes."""
    path, spent = study / "spent", dict[str, float]()
    notebook = study / "notebooks" / "reports" / f"{report}.ipynb"
    content = nbformat.read(notebook, as_version=4)
    content.cells.insert(1, nbformat.v4.new_code_cell(WATCH.format(path=str(path))))
    nbformat.write(content, notebook)
    config = read_config(study / "reports" / "reports.toml")
    planned = plan(config, report, {}, study)
    with watched(Gate, "require", spent), watched(Gate, "commit", spent):
        start = time.perf_counter()
        built = build(planned, config, force=True)
        whole = time.perf_counter() - start
    if built.status != "built":
        sys.exit(f"{report}: {built.reason}")
    spent["leave"] = float(path.read_text())
    share = sum(spent.values()) / whole
    parts = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in sorted(spent.items()))
    print(f"{report:13s} {whole:5.1f} s, of which releasing {share:5.1%} ({parts})")
    return share


def main() -> int:
    """Measure the bundled reports; 1 where releasing takes too much."""
    os.environ.pop("CONFSTUDY_LEDGER", None)
    with TemporaryDirectory() as folder:
        study = Path(folder)
        for name in ("notebooks", "data_synthetic"):
            shutil.copytree(ROOT / name, study / name)
        (study / "reports").mkdir()
        shutil.copy(ROOT / "reports" / "reports.toml", study / "reports")
        shares = [measured(report, study) for report in ("outcomes", "data_quality")]
    return int(max(shares) > MOST)


if __name__ == "__main__":
    sys.exit(main())
