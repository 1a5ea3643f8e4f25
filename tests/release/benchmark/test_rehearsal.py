"""All bundled reports, a busy one and many careless ones on data with planted respondents."""

import shutil
import tomllib

import pytest

from tests.release.benchmark.busy import BUSY
from tests.release.benchmark.careless import REFUSED, SILENT, source
from tests.release.benchmark.planted import ROOT, build, plant, told, write_notebook
from tests.release.benchmark.unpack import opened

pytestmark = pytest.mark.validate

BUNDLED = tomllib.loads((ROOT / "reports" / "reports.toml").read_text())["report"]
FILES = ("report.html", "report.pdf", "report.docx", "report.ipynb", "values.json", "manifest.json")
#: Other questions to the bundled outcomes report, those of the planted answers too.
ASKED = {
    "by_arm": {"outcome": "alliance", "exposure": "arm", "adjust": ["fear"]},
    "of_income": {"outcome": "income", "exposure": "privacy"},
    "by_income": {"outcome": "alliance", "exposure": "income"},
    "by_pet": {"exposure": "pet"},
}


def entry(name, notebook, formats=("html",), **settings):
    lines = [f"[report.{name}]", f'notebook = "{notebook}"', f'title = "{name}"']
    lines += [f"{key} = {value}" for key, value in ({"formats": list(formats)} | settings).items()]
    return "\n".join(lines) + "\n"


def inline(given):
    return "{ " + ", ".join(f"{name} = {value!r}" for name, value in given.items()) + " }"


def study_of(folder, *entries):
    plant(folder)
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    (folder / "reports").mkdir()
    (folder / "reports" / "reports.toml").write_text("schema = 1\n" + "\n".join(entries))
    return folder


def careless(study, leaks):
    for name, leak in leaks.items():
        write_notebook(study, name, source(leak))


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory):
    every = ("html", "pdf", "docx")
    outcomes = BUNDLED["outcomes"]["notebook"]
    study = study_of(
        tmp_path_factory.mktemp("rehearsal"),
        *(entry(name, given["notebook"], every) for name, given in BUNDLED.items()),
        *(entry(name, outcomes, every, params=inline(given)) for name, given in ASKED.items()),
        entry("busy", "notebooks/busy.ipynb", every, warnings='{ FitWarning = "show" }'),
        *(entry(name, f"notebooks/{name}.ipynb") for name in REFUSED | SILENT),
    )
    write_notebook(study, "busy", BUSY)
    careless(study, REFUSED | SILENT)
    return study, build(study)


def published(study, name):
    return study / "reports" / name / "default" / "latest"


def test_nothing_of_a_planted_respondent_stands_in_anything_written(rehearsed):
    assert told(*rehearsed) == {}


@pytest.mark.parametrize("name", [*BUNDLED, "busy", "by_arm"])
def test_reports_are_published_in_every_format(rehearsed, name):
    study, done = rehearsed
    assert published(study, name).is_dir(), done.stdout.decode()
    assert {path.name for path in published(study, name).iterdir()} >= set(FILES)


def test_what_is_searched_in_each_format_are_its_words(rehearsed):
    for name in FILES[:4]:
        content = (published(rehearsed[0], "outcomes") / name).read_bytes()
        once = [content, *opened(content)]
        assert any(b"erceived privacy" in part for part in once), name


@pytest.mark.parametrize("name", [*REFUSED, "of_income", "by_income", "by_pet"])
def test_a_careless_report_is_not_published(rehearsed, name):
    assert not published(rehearsed[0], name).exists()
