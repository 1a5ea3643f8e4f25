"""Twelve small statistical reports: papermill's command line and its API, and `report build`.

Every way runs in a process of its own, once for its caches and once for the clock. CPU is that of
all processes together, the start of the warm one included.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

ROOT = Path(__file__).parents[1]
OUTCOMES = ("concealment", "disclosure", "return_intention", "alliance")
EXPOSURES = ("privacy", "telehealth", "arm")
CELLS = (
    "data: str = ''\noutcome: str = ''\nexposure: str = ''",
    "import confstudy as cs\nscores = cs.score(cs.load(data))\nreport = cs.Report(scores)",
    "from confstudy.report.outcomes import study_outcome\n"
    "fit = study_outcome(scores, outcome, exposure, cluster='therapist').fit",
    "report.model(fit, 'The model')",
    "report.figure(cs.plot.coefficients(fit, codebook=scores.codebook))",
    "report.figure(cs.plot.flow(scores, fit))",
    "report.provenance()",
)
REPORTS = [{"outcome": o, "exposure": e} for o in OUTCOMES for e in EXPOSURES]
WAYS = ("papermill -p … (command line)", "papermill.execute_notebook", "build -j 1", "build -j 2")


def notebook(folder: Path) -> Path:
    """Write the notebook that all ways run."""
    import nbformat

    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    made.cells[0].metadata["tags"] = ["parameters"]
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "", "language": "python"}
    path = folder / "report.ipynb"
    nbformat.write(made, path)
    return path


def command_line(path: Path, reports: list[dict[str, str]]) -> None:
    for given in reports:
        named = [word for pair in given.items() for word in ("-p", *pair)]
        command = [sys.executable, "-m", "papermill", "-k", "python3", str(path), *named]
        subprocess.run([*command, str(path.parent / "out.ipynb")], check=True, capture_output=True)


def api(path: Path, reports: list[dict[str, str]]) -> None:
    import papermill

    for given in reports:
        out = path.parent / "out.ipynb"
        papermill.execute_notebook(path, out, given, kernel_name="python3", progress_bar=False)


def warm(path: Path, reports: list[dict[str, str]], workers: int) -> None:
    """As ``confstudy report build -j`` does: with the gate, the page and what is published."""
    from confstudy.report.commands import build_all

    study = path.parent / f"study-{workers}"
    (study / "reports").mkdir(parents=True, exist_ok=True)
    shutil.copy(path, study)
    entries = ['schema = 1\n[defaults]\nwarnings = { "*" = "show" }\n']
    for number, given in enumerate(reports):
        values = ", ".join(f'{name} = "{value}"' for name, value in given.items())
        entries.append(f"[report.r{number}]\nnotebook = 'report.ipynb'\ntitle = 'One'\n")
        entries.append(f"params = {{ {values} }}\n")
    (study / "reports" / "reports.toml").write_text("".join(entries))
    os.chdir(study)
    if build_all([], [], [], force=True, say=str, workers=workers):
        raise SystemExit("a report failed")


def run(way: int, path: Path, count: int) -> None:
    """One way, in this process."""
    reports = [{"data": str(ROOT / "data_synthetic/therapy.parquet"), **r} for r in REPORTS[:count]]
    (command_line, api)[way](path, reports) if way < 2 else warm(path, reports, way - 1)


def main() -> None:
    """Print seconds a report, CPU and wall, and how much less that is than the first way."""
    with TemporaryDirectory() as folder:
        path = notebook(Path(folder))
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": f"{folder}/cache"}
        environment |= {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), str(ROOT)])}
        released = {"CONFSTUDY_LEDGER": folder, "CONFSTUDY_STAGE": f"{folder}/stage"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        first = None
        print(f"{len(REPORTS)} reports on {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        for way, name in enumerate(WAYS):
            code = "import bench_reports, pathlib; bench_reports.run({}, pathlib.Path({!r}), {})"
            for count in (2, len(REPORTS)):
                before, start = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
                command = [sys.executable, "-c", code.format(way, str(path), count)]
                quiet = {"stderr": subprocess.DEVNULL}
                own = environment | released if way < 2 else environment
                subprocess.run(command, env=own, check=True, **quiet)
                took, after = perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            first = first or (cpu, took)
            told = f"{first[0] / cpu:.1f}× less CPU, {first[1] / took:.1f}× faster"
            print(f"{name}: CPU {cpu / count:.2f} s, wall {took / count:.2f} s a report; {told}")


if __name__ == "__main__":
    main()
