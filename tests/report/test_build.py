import json
import re
import shutil
from pathlib import Path
from tempfile import gettempdir

import nbformat
import pytest
from filelock import FileLock

from confstudy.errors import ParameterError, ReportBusy, UnwritableFile
from confstudy.files import sha256_of
from confstudy.report.build import build
from confstudy.report.config import read_config
from confstudy.report.index import write_index
from confstudy.report.plan import plans


def config_of(study):
    return read_config(study / "reports" / "reports.toml")


def published(study):
    return study / "reports" / "one" / "default" / "latest"


def test_a_good_build_publishes_page_notebook_values_and_manifest(study, build_one):
    built = build_one('report.title("A finding")', 'report.record("n", 837, (1, 2))')
    assert built.status == "built"
    folder = published(study)
    assert (folder / "report.html").read_text().startswith("<!doctype html>")
    values = json.loads((folder / "values.json").read_text())
    assert values["n"] == {"name": "n", "value": 837.0, "conf_low": 1.0, "conf_high": 2.0}
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["title"] == "A finding"
    for name, expected in manifest["files"].items():
        assert sha256_of(folder / name) == expected
    assert [path.name for path in (study / "notebooks").iterdir()] == ["one.ipynb"]


FAILURES = {
    "an exception": ("1 / 0", "raised ZeroDivisionError"),
    "an error of ours": ("cs.fit('a ~ b', report.survey)", "raised AnalysisError: Columns not"),
    "exit in a cell": ("import sys; sys.exit(0)", "did not run to its end|raised SystemExit"),
    "a killed kernel": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "kernel died"),
    "a frame shown": ("report.survey.frame.head()", "not released"),
    "a print": ("print('CANARY')", "not released"),
    "a warning": ("import warnings; warnings.warn('CANARY')", "not released"),
    "a table of unknown counts": ("report.table(report.survey.frame, 'x')", "DisclosureRefused"),
    "records as a table": ("report.table(report.survey.frame.head(), 'x', n=500)", "records"),
    "a table of few": (
        "import pandas as pd; report.table(pd.DataFrame({'a': [1]}), 'x', n=5)",
        "threshold",
    ),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failed_build_leaves_the_last_good_report(study, build_one, name):
    before = {path.name: path.read_bytes() for path in published(study).iterdir()}
    cell, expected = FAILURES[name]
    built = build_one(cell, "report.title('never')")
    assert built.status == "failed"
    assert re.search(expected, built.reason)
    assert "CANARY" not in built.reason
    assert {path.name: path.read_bytes() for path in published(study).iterdir()} == before
    (failed,) = (study / "reports" / "one" / "default" / "failed").iterdir()
    assert (failed / "error.txt").read_text().strip() == built.reason


def test_an_exception_s_message_may_hold_data_and_is_not_kept(study, build_one):
    built = build_one("raise ValueError(f'CANARY {report.survey.frame.iloc[0].tolist()}')")
    assert "CANARY" not in built.reason
    everything = "".join(p.read_text() for p in study.rglob("error.txt"))
    assert "CANARY" not in everything


OWN = "class DataError(Exception): pass\nraise DataError('CANARY')"
OURS = "from confstudy.errors import DataError\nraise DataError('CANARY')"
THROUGH_US = """\
from pathlib import Path
from confstudy.errors import DataError
from confstudy.files import write_with
def write(path):
    raise DataError('CANARY')
write_with(Path('x'), write)"""
CAUGHT = """\
from confstudy.errors import DataError
try:
    cs.load('gone.csv', 'therapy')
except DataError:
    raise DataError('CANARY') from None"""


@pytest.mark.parametrize("cell", [OWN, OURS, THROUGH_US, CAUGHT])
def test_only_messages_that_confstudy_itself_worded_are_kept(build_one, cell):
    built = build_one(cell)
    assert built.status == "failed"
    assert "raised DataError. Its message may hold data and is not shown" in built.reason
    assert "CANARY" not in built.reason


def test_a_message_of_confstudy_is_kept_in_the_report_s_failure(build_one):
    built = build_one("cs.claims('C07').test(report.survey, log=report.survey.frame)")
    assert "raised AnalysisError: C07 is not about events of sessions" in built.reason


def test_a_cell_that_takes_too_long_fails(study, build_one):
    text = (study / "reports" / "reports.toml").read_text().replace("60", "2")
    (study / "reports" / "reports.toml").write_text(text)
    assert "took longer than 2 seconds" in build_one("import time; time.sleep(30)").reason


def test_a_fresh_report_is_not_built_again(study, build_one):
    assert build_one().status == "fresh"
    history = (study / "reports" / "one" / "default" / "history.jsonl").read_text()
    assert len(history.splitlines()) == 1


CHANGES = {
    "notebook": ("notebooks/one.ipynb", "A finding", "Another"),
    "data": ("data_synthetic/therapy.codebook.yaml", "(simulated survey)", "(changed)"),
    "page": ("reports/reports.toml", 'title = "One"', 'title = "The first"'),
}


@pytest.mark.parametrize("part", CHANGES)
def test_what_changed_makes_it_stale_and_is_named(study, part):
    name, old, new = CHANGES[part]
    text = (study / name).read_text()
    assert old in text
    (study / name).write_text(text.replace(old, new))
    found = plans(config_of(study), "one", {}, study)[0]
    assert (found.state, [cause.part for cause in found.causes]) == ("stale", [part])


def test_outputs_and_counts_in_a_notebook_do_not_make_it_stale(study):
    path = study / "notebooks" / "one.ipynb"
    path.write_text(path.read_text().replace('"execution_count": null', '"execution_count": 7'))
    assert plans(config_of(study), "one", {}, study)[0].state == "fresh"


def test_old_runs_are_pruned_but_never_the_latest(study, build_one):
    for _ in range(2):
        build_one(force=True)
    runs = sorted(path.name for path in (study / "reports" / "one" / "default" / "runs").iterdir())
    assert len(runs) == 2
    assert published(study).resolve().name == runs[-1]


def test_parameters_given_by_hand_have_a_page_of_their_own(study):
    given = {"data": "data_synthetic/therapy.parquet"}
    variant = plans(config_of(study), "one", given, study)[0]
    assert variant.shelf.folder.name.startswith("data=therapy.parquet-")
    assert variant.state == "never built"


def test_files_of_one_name_in_two_folders_have_two_pages(study):
    shutil.copytree(study / "data_synthetic", study / "wave2")
    one, two, again = (
        plans(config_of(study), "one", {"data": f"{folder}/therapy.parquet"}, study)[
            0
        ].shelf.folder.name
        for folder in ("data_synthetic", "wave2", "wave2/../wave2")
    )
    assert one != two == again
    assert one.rsplit("-", 1)[0] == two.rsplit("-", 1)[0] == "data=therapy.parquet"


def test_the_same_file_named_from_elsewhere_has_the_same_page(study):
    here = plans(config_of(study), "one", {"data": "data_synthetic/therapy.parquet"}, study)[0]
    beside = study / "data_synthetic"
    inside = plans(config_of(study), "one", {"data": "therapy.parquet"}, beside)[0]
    absolute = {"data": str(study / "data_synthetic" / "therapy.parquet")}
    assert here.shelf == inside.shelf == plans(config_of(study), "one", absolute, study)[0].shelf


def test_a_folder_that_cannot_be_made_is_told_and_blames_nobody(study):
    shutil.rmtree(study / "reports" / "one")
    (study / "reports" / "one").write_text("a file where a folder should be")
    config = config_of(study)
    with pytest.raises(UnwritableFile, match="cannot be written: not a directory"):
        build(plans(config, "one", {}, study)[0])


def test_a_date_is_a_parameter_like_any_other(study):
    path = study / "notebooks" / "one.ipynb"
    notebook = nbformat.read(path, as_version=4)
    declared = 'from datetime import date\nsince: date = "2024-01-31"  # first day\n'
    notebook.cells[0].source = declared + notebook.cells[0].source
    nbformat.write(notebook, path)
    config = config_of(study)
    built = build(plans(config, "one", {"since": "2025-02-28"}, study)[0])
    assert built.status == "built", built.reason
    assert "since = '2025-02-28'" in (built.path / "report.ipynb").read_text()
    assert json.loads((built.path / "manifest.json").read_text())["parameters"]["since"] == (
        "2025-02-28"
    )


def test_no_path_of_the_machine_is_published(study):
    for path in published(study).iterdir():
        assert str(Path.home()) not in path.read_text()
        assert gettempdir() not in path.read_text()
        assert "../" not in path.read_text()


def test_a_missing_data_file_is_told_before_any_kernel_starts(study):
    with pytest.raises(ParameterError, match=r"no file 'gone\.parquet' there"):
        plans(config_of(study), "one", {"data": "gone.parquet"}, study)[0]


def test_two_builders_do_not_meet(study, build_one):
    lock = study / "reports" / "one" / "default" / ".lock"
    with FileLock(lock), pytest.raises(ReportBusy, match="is being built by another process"):
        build_one(force=True)


def test_the_index_links_what_is_published_and_says_what_failed(study, build_one):
    build_one("1 / 0")
    html = write_index(config_of(study)).read_text()
    assert 'href="one/default/latest/report.html"' in html
    assert "A finding" in html
    assert "The latest build failed on" in html


def test_the_page_needs_nothing_from_outside_and_runs_no_script(study, build_one):
    build_one("report.figure(cs.plot.flow(report.survey))", "report.provenance()")
    html = (published(study) / "report.html").read_text()
    assert "default-src 'none'" in html
    assert "<script" not in html
    assert not re.findall(r'(?:src|href)="(?!data:|#)[^"]*"', html)
    for image in re.findall(r"<img[^>]*>", html):
        assert re.search(r'alt="[^"]{20,}"', image)


def test_markdown_of_a_notebook_cannot_bring_html_in(study, build_one):
    build_one("report.text('<script>alert(1)</script>')")
    assert "<script" not in (published(study) / "report.html").read_text()


def test_a_scale_that_looks_reversed_is_said_on_the_page_and_stops_no_build(study, build_one):
    turned = (
        "book = report.survey.codebook\n"
        "scale = book.scales['privacy'].model_copy(update={'reverse': ()})\n"
        "book = book.model_copy(update={'scales': {**book.scales, 'privacy': scale}})\n"
        "names = list(book.kept)\n"
        "import dataclasses\n"
        "survey = cs.simulate('therapy', clients=1200, seed=1).survey\n"
        "other = cs.Report(cs.score(dataclasses.replace(survey, codebook=book)))\n"
        "other.strip()"
    )
    built = build_one("report.title('Scales')", turned)
    assert built.status == "built", built.reason
    html = (published(study) / "report.html").read_text()
    assert '<ul class="warnings"><li>Scale &#x27;privacy&#x27;' in html
