"""Every way a build can fail: it is called failed, and the last good report is untouched.

A line is a cell of a notebook that has released something before and would release more.
"""

import re
import shutil
from tempfile import gettempdir

import pytest

from confstudy.errors import ReportError
from confstudy.release.ledger.folder import ledger_folder
from confstudy.report import build as module
from confstudy.report.build import build
from confstudy.report.writers import pdf
from tests.report.conftest import plan_of, write_notebook

PICTURE = "data:image/png;base64,iVBORw0KGgo="
THREAD = """\
import threading
def late():
    raise ValueError('CANARY')
started = threading.Thread(target=late)
started.start()
started.join()"""
TAMPER = """\
from IPython.display import display
bundle = report.strip().bundle
bundle['text/html'] += '<p>CANARY</p>'
display(bundle, raw=True)"""
CELLS = {
    "an exception": ("raise ValueError('CANARY')", "raised ValueError"),
    "sys.exit(0)": ("import sys; sys.exit(0)", "raised SystemExit"),
    "quit()": ("quit()", "ended the kernel by exit or quit"),
    "an exit without a word": ("import os; os._exit(0)", "the kernel died"),
    "a killed kernel": ("import os; os.kill(os.getpid(), 9)", "the kernel died"),
    "a thread": (THREAD, "a thread raised ValueError"),
    "a failing command": ("!false", "ended with status 1"),
    "a failing script": ("%%bash\necho CANARY\nexit 5", "ended with status 5"),
    "a warning": ("import warnings; warnings.warn('CANARY')", r"warned \(UserWarning\)"),
    "a print": ("print('CANARY')", "was not released"),
    "a value shown": ("report.survey.frame.head()", "was not released"),
    "words changed after release": (TAMPER, "the ledger does not know"),
    "a table of few": (
        "import pandas as pd; report.table(pd.DataFrame({'a': [1]}), 'x', n=5)",
        "DisclosureRefused",
    ),
    "a picture in a text": (f"report.text('![x]({PICTURE})')", "picture|DisclosureRefused"),
    "data that no parameter names": (
        "other = cs.load('../data_synthetic/therapy.parquet').frame.iloc[1:]\n"
        "other.to_parquet('other.parquet')\n"
        "import shutil\n"
        "shutil.copy('../data_synthetic/therapy.codebook.yaml', 'other.codebook.yaml')\n"
        "cs.Report(cs.load('other.parquet')).strip()",
        "another file|raised",
    ),
}


#: What may change beside the ledger.
CACHES = dict.fromkeys(("holder", "lock", "stat-cache.json", "stat-cache.lock"))


def raising(failed):
    def act(*_, **__):
        raise failed

    return act


def settings(text):
    def act(study, _):
        path = study / "reports" / "reports.toml"
        path.write_text(path.read_text().replace("timeout = 60\n", text))

    return act


def broken(where, name, failed):
    return lambda _, patch: patch.setattr(where, name, raising(failed))


SLEEP = "import time; time.sleep(60)"
GROW = "import numpy as np; kept = [np.ones(2**23) for _ in range(20)]; " + SLEEP
PDF = '[defaults]\nformats = ["html", "pdf"]\n'
FINE = "report.text('Words.')"
AROUND = {
    "a cell's time": (SLEEP, "a cell took longer than 4 seconds", settings("timeout = 4\n")),
    "the time of all cells": (
        SLEEP,
        "took longer than 3 seconds in all",
        settings("[defaults]\ntotal_timeout = 3\n"),
    ),
    "memory": (GROW, "used more than 1 GiB", settings('[defaults]\nmemory = "1GiB"\n')),
    "a renderer that refuses": (
        FINE,
        "a figure is damaged",
        lambda study, patch: (
            settings(PDF)(study, patch),
            patch.setattr(pdf, "render_pdf", raising(ReportError("a figure is damaged."))),
        ),
    ),
    "a fault of a renderer": (
        FINE,
        "unexpected KeyError. This is a fault of confstudy",
        broken(module, "render_html", KeyError("CANARY")),
    ),
}
FAILURES = {**{name: (*line, lambda *_: None) for name, line in CELLS.items()}, **AROUND}
#: What the normal suite has time for; the run alone of most others is in test_success.
QUICK = ("an exception", "quit()", "a killed kernel", "a thread", "a fault of a renderer")


@pytest.fixture(scope="module")
def good(_built_study, tmp_path_factory, warm):
    """A study with a ledger of its own, from which something has been released."""
    study = shutil.copytree(_built_study, tmp_path_factory.mktemp("good") / "s", symlinks=True)
    write_notebook(study, "report.strip()", "report.title('A finding')")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CONFSTUDY_LEDGER", raising=False)
        assert build(plan_of(study), warm=warm, progress=lambda _: None).status == "built"
    return study


@pytest.fixture
def study(good, tmp_path, monkeypatch):
    monkeypatch.delenv("CONFSTUDY_LEDGER")
    return shutil.copytree(good, tmp_path / "study", symlinks=True)


@pytest.fixture
def own_temporary(tmp_path, monkeypatch):
    place = tmp_path / "tmp"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    assert gettempdir() == str(place)
    return place


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize(
    "name",
    [n if n in QUICK else pytest.param(n, marks=pytest.mark.validate) for n in FAILURES],
)
def test_a_build_that_fails_touches_nothing_good(study, warm, own_temporary, monkeypatch, name):
    cell, expected, prepare = FAILURES[name]
    shelf, ledger = plan_of(study).shelf, ledger_folder(study)
    run, page, released = shelf.latest.resolve(), contents(shelf.latest), contents(ledger)
    write_notebook(study, "report.strip()", cell, "report.title('never')")
    prepare(study, monkeypatch)

    built = build(plan_of(study), warm=warm, progress=lambda _: None)

    assert built.status == "failed"
    assert re.search(expected, built.reason), built.reason
    assert (shelf.latest.resolve(), contents(shelf.latest), shelf.verify()) == (run, page, [])
    (failed,) = (shelf.folder / "failed").iterdir()
    assert (failed / "error.txt").read_text() == f"{built.reason}\n"
    assert sorted(contents(failed)) == ["error.txt", "manifest.json"]
    entry = shelf.history[-1]
    assert (entry["status"], entry["run"], entry["reason"]) == ("failed", failed.name, built.reason)
    assert released.keys() >= {"ledger.jsonl", "head", "key"}
    assert {**contents(ledger), **CACHES} == {**released, **CACHES}
    assert not (shelf.folder / "stage").exists()
    assert list(own_temporary.iterdir()) == []
    told = [path for path in study.rglob("*") if path.is_file() and path.parent.name != "notebooks"]
    assert not [path for path in told if b"CANARY" in path.read_bytes()]
