"""The truth table of incremental builds: each thing changed alone, and what is said of it."""

import json
import os
import shutil
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pandas as pd
import pytest
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

from confstudy.report import fingerprint as module
from confstudy.report.config import read_config
from confstudy.report.fingerprint import changed_parts, fingerprint, undeclared
from confstudy.report.reads import key_of, settled
from confstudy.report.source import parameters_in, read_cells
from confstudy.report.statcache import StatCache
from confstudy.report.variants import variants
from confstudy.report.why import needs_kernel, why

ROOT = Path(__file__).parents[2]
TOML = """\
schema = 1
[report.r]
notebook = "notebooks/r.ipynb"
title = "On {exposure}"
data = ["data/declared.csv"]
params = { exposure = "privacy", n = 5 }
formats = ["html"]
"""
CODE = (
    "import confstudy as cs\nimport pandas as pd\nimport helper",
    "survey = cs.load(data)",
    "declared = open('../data/declared.csv').read()",
    "extra = open('../data/extra.csv').read()",
    "direct = pd.read_parquet('../data/direct.parquet')",
    "del survey",
)
PARAMETERS = """\
exposure: str = "trust"  # what acts
n: int = 1_000
data: str = "../data/therapy.parquet"
"""


class Watched(AsyncKernelManager):
    """A kernel that notes what it reads."""

    @property
    def kernel_spec(self):
        start = [sys.executable, "-P", "-m", "confstudy.report.watch"]
        return KernelSpec(argv=[*start, "-f", "{connection_file}"], display_name="Python")


def markdown(source):
    return nbformat.v4.new_markdown_cell(source)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A study whose report has run once in a kernel, with its manifest."""
    study = tmp_path_factory.mktemp("incremental")
    for folder in ("reports", "notebooks", "data"):
        (study / folder).mkdir()
    for name in ("therapy.parquet", "therapy.codebook.yaml"):
        shutil.copy(ROOT / "data_synthetic" / name, study / "data")
    for name in ("declared.csv", "extra.csv", "unrelated.csv"):
        (study / "data" / name).write_text("a\n1\n")
    pd.DataFrame({"a": [1]}).to_parquet(study / "data" / "direct.parquet")
    (study / "notebooks" / "helper.py").write_text("LIMIT = 3\n")
    (study / "notebooks" / "unused.py").write_text("LIMIT = 3\n")
    (study / "reports" / "reports.toml").write_text(TOML)
    opening = nbformat.v4.new_code_cell(PARAMETERS)
    opening.metadata["tags"] = ["parameters"]
    code = [nbformat.v4.new_code_cell(text) for text in CODE]
    notebook = nbformat.v4.new_notebook(cells=[markdown("# R"), opening, *code, markdown("End")])
    nbformat.write(notebook, study / "notebooks" / "r.ipynb")
    notes = study / ".notes.json"
    client = NotebookClient(
        notebook,
        kernel_manager_class=Watched,
        resources={"metadata": {"path": study / "notebooks"}},
    )
    client.execute(env={**os.environ, "CONFSTUDY_WATCH": str(notes)}, cwd=str(study / "notebooks"))
    watched = settled(notes, study, StatCache(study / ".confstudy"))
    manifest = {"watched": watched}
    return study, json.loads(json.dumps({**manifest, "fingerprint": parts_of(study, manifest)}))


def parts_of(study, manifest, cache=None):
    config = read_config(study / "reports" / "reports.toml")
    path = config.notebook("r")
    (one,) = variants(config, "r", parameters_in(read_cells(path), path.name), {}, study)
    page = {"title": one.title, "formats": ", ".join(config.settings("r").formats)}
    return fingerprint(path, one.shown, one.data, manifest, root=study, page=page, cache=cache)


@pytest.fixture
def study(built, tmp_path):
    return Path(shutil.copytree(built[0], tmp_path / "study"))


def causes(study, manifest):
    return why(manifest["fingerprint"], parts_of(study, manifest))


def edit(name, old, new):
    def change(study, _):
        text = (study / name).read_text()
        assert old in text
        (study / name).write_text(text.replace(old, new))

    return change


def notebook_with(act):
    def change(study, _):
        path = study / "notebooks" / "r.ipynb"
        notebook = nbformat.read(path, as_version=4)
        act(notebook)
        nbformat.write(notebook, path)

    return change


def sources(place, text):
    return notebook_with(lambda notebook: notebook.cells[place].update(source=text))


def tagged(place):
    return notebook_with(lambda notebook: notebook.cells[place].metadata.update(tags=["hide"]))


def insert(place, cell):
    return notebook_with(lambda notebook: notebook.cells.insert(place, cell))


def move(notebook):
    notebook.cells.insert(3, notebook.cells.pop())


def delete(name):
    return lambda study, _: (study / name).unlink()


def rewritten(name):
    return lambda study, _: pd.DataFrame({"a": [2]}).to_parquet(study / name)


def version(name, is_now):
    def change(_, monkeypatch):
        real = module.version
        monkeypatch.setattr(module, "version", lambda n: is_now if n == name else real(n))

    return change


def package(name):
    def change(study, monkeypatch):
        ignored = shutil.ignore_patterns("__pycache__")
        copied = shutil.copytree(module.PACKAGE, study.parent / "confstudy", ignore=ignored)
        (copied / name).write_text((copied / name).read_text() + "\n")
        monkeypatch.setattr(module, "PACKAGE", copied)

    return change


def other_python(_, monkeypatch):
    monkeypatch.setattr(module, "sys", SimpleNamespace(version="3.99.0 (other)"))


PANDAS, MISTUNE = pd.__version__, metadata.version("mistune")
PYTHON = sys.version.split()[0]
STALE = {
    "code": (sources(3, "survey = cs.load(data)  # it"), "notebook", "code cell 3 changed"),
    "a tag of code": (tagged(4), "notebook", "code cell 4 changed"),
    "code added": (insert(7, nbformat.v4.new_code_cell("1")), "notebook", "code cell 7 added"),
    "code removed": (notebook_with(lambda n: n.cells.pop(7)), "notebook", "code cell 7 removed"),
    "text": (sources(0, "# The report"), "text", "text cell 1 changed"),
    "a tag of text": (tagged(0), "text", "text cell 1 changed"),
    "text added": (insert(1, markdown("More")), "text", "text cell 2 added"),
    "text moved": (notebook_with(move), "text", "text and code cells stand in another order"),
    "a parameter": (
        edit("reports/reports.toml", "n = 5", "n = 6"), "parameters", "parameter n: 5 → 6",
    ),
    "declared data": (
        edit("data/declared.csv", "1", "2"), "data", "data/declared.csv changed",
    ),
    "data of a parameter": (
        rewritten("data/therapy.parquet"), "data", "data/therapy.parquet changed",
    ),
    "its codebook": (
        edit("data/therapy.codebook.yaml", "simulated", "Simulated"),
        "data", "data/therapy.codebook.yaml changed",
    ),
    "data read": (
        edit("data/extra.csv", "1", "2"), "reads",
        "data/extra.csv changed (read, not declared)",
    ),
    "data read and gone": (
        delete("data/extra.csv"), "reads", "data/extra.csv is gone (read, not declared)",
    ),
    "data read in C": (
        rewritten("data/direct.parquet"), "reads",
        "data/direct.parquet changed (read, not declared)",
    ),
    "a module": (edit("notebooks/helper.py", "3", "4"), "modules", "notebooks/helper.py changed"),
    "a library": (version("pandas", "9.9"), "versions", f"pandas {PANDAS} → 9.9"),
    "a library gone": (version("pandas", "absent"), "versions", f"pandas {PANDAS} → absent"),
    "Python": (other_python, "versions", f"python {PYTHON} → 3.99.0"),
    "the package": (
        package("survey/load.py"), "package", "confstudy changed: survey/load.py",
    ),
    "a resource": (package("report/templates/style.css"), "page", "template changed"),
    "the writer": (package("report/render.py"), "page", "writer changed"),
    "a library of the writer": (version("mistune", "9.9"), "page", f"mistune: {MISTUNE} → 9.9"),
    "the title": (
        edit("reports/reports.toml", "On {exp", "Of {exp"), "page",
        "title: On privacy → Of privacy",
    ),
    "a format": (
        edit("reports/reports.toml", '["html"]', '["html", "docx"]'), "page",
        "formats: html → html, docx",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STALE)
def test_one_thing_changed_is_the_one_thing_named(built, study, monkeypatch, name):
    module._version.cache_clear()
    change, part, words = STALE[name]
    change(study, monkeypatch)
    found = causes(study, built[1])
    assert (found[0].part, found[0].words) == (part, words)
    assert {cause.part for cause in found} == {part}
    assert len(found) == 1 or name == "a format"
    assert needs_kernel(found) == (part not in ("text", "page"))
    assert changed_parts(built[1]["fingerprint"], parts_of(study, built[1])) == [part]
    module._version.cache_clear()


def touched(study, _):
    time.sleep(0.01)
    for path in study.rglob("*"):
        path.touch()


def saved_again(notebook):
    notebook.metadata["kernelspec"] = {"name": "other", "display_name": "Other"}
    for place, cell in enumerate(notebook.cells):
        cell.id = f"other-{place}"
        cell.metadata["collapsed"] = True
        if cell.cell_type == "code":
            cell.execution_count = place
            cell.outputs = [nbformat.v4.new_output("stream", text="1")]


def indented(study, _):
    path = study / "notebooks" / "r.ipynb"
    content = json.loads(path.read_text())
    for cell in content["cells"]:
        cell["source"] = "".join(cell["source"])
    path.write_text(json.dumps(content, indent=4, sort_keys=True))


REORDERED = """\
# A comment.
schema = 1
[defaults]
formats = ["html"]
[report.r]
params = { n = 5, exposure = "privacy" }
data = [ "data/declared.csv" ]
title = "On {exposure}"
notebook = "notebooks/r.ipynb"
"""
FRESH = {
    "nothing": lambda *_: None,
    "touched files": touched,
    "a notebook saved with outputs, ids and metadata": notebook_with(saved_again),
    "a notebook written in another style": indented,
    "keys in another order": edit("reports/reports.toml", TOML, REORDERED),
    "a comment on a parameter": sources(1, PARAMETERS.replace("what acts", "the exposure")),
    "a default that is not used": sources(1, PARAMETERS.replace("trust", "stigma")),
    "a library that is not imported": version("papermill", "9.9"),
    "a library of the kernel": version("ipykernel", "9.9"),
    "a writer of another format": version("typst", "9.9"),
    "a part of the package that is not imported": package("simulate/stream.py"),
    "the command line": package("cli/reports.py"),
    "other data": edit("data/unrelated.csv", "1", "2"),
    "a module that is not imported": edit("notebooks/unused.py", "3", "4"),
    "another report": edit("reports/reports.toml", "[report.r]", '[report.q]\nnotebook = "q"\n'
                           'title = "Q"\n[report.r]'),
    "how long it may take": edit("reports/reports.toml", "[report.r]",
                                 '[defaults]\ntimeout = "1h"\nkeep = 3\n[report.r]'),
    "caches and the ledger": lambda study, _: (study / ".confstudy" / "ledger.jsonl").touch(),
}  # fmt: skip


@pytest.mark.parametrize("name", FRESH)
def test_what_does_not_matter_leaves_it_fresh(built, study, monkeypatch, name):
    module._version.cache_clear()
    FRESH[name](study, monkeypatch)
    assert causes(study, built[1]) == []
    module._version.cache_clear()


def test_what_is_read_and_not_declared_is_told(built):
    told = undeclared(built[1]["fingerprint"])
    assert [words.split("'")[1] for words in told] == ["data/direct.parquet", "data/extra.csv"]
    assert all("add it to the report's data in reports.toml" in words for words in told)


def test_declaring_what_was_read_settles_it(built, study):
    names = '["data/declared.csv", "data/extra.csv", "data/direct.parquet"]'
    edit("reports/reports.toml", '["data/declared.csv"]', names)(study, None)
    assert undeclared(parts_of(study, built[1])) == []


def test_a_file_outside_the_study_is_followed_on_this_machine_only(built, study, tmp_path):
    outside = tmp_path / "outside.csv"
    outside.write_text("1")
    cache = StatCache(study / ".confstudy")
    cache.sha256(outside)
    watched = {**built[1]["watched"], "reads": [key_of(outside, study)]}
    before = {"fingerprint": parts_of(study, {"watched": watched}, cache), "watched": watched}
    assert str(tmp_path) not in json.dumps(before)

    def said(cache):
        return [c.words for c in why(before["fingerprint"], parts_of(study, before, cache))]

    assert said(cache) == []
    outside.write_text("2")
    told = "elsewhere/outside.csv"
    assert said(cache) == [f"{told} changed (read, not declared)"]
    nobody = StatCache(tmp_path / "empty")
    assert said(nobody) == [f"{told} is not known on this machine (read, not declared)"]


def test_a_manifest_s_fingerprint_names_no_folder_of_the_machine(built):
    text = json.dumps(built[1])
    assert str(built[0]) not in text
    assert "../" not in text


def test_status_imports_neither_nbformat_nor_pandas(built):
    script = (
        "import sys\nfrom confstudy.report import config, fingerprint, source, variants, why\n"
        "heavy = {'nbformat', 'papermill', 'pandas', 'numpy', 'jinja2', 'IPython', 'yaml'}\n"
        "sys.exit(bool(heavy & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", script], timeout=60).returncode == 0
