"""The bundled reports, on the synthetic survey and on real ones."""

import json
import shutil
from pathlib import Path

import pytest

import confstudy as cs
from confstudy.errors import AnalysisError
from confstudy.report.build import build
from confstudy.report.config import read_config
from confstudy.report.engine.warm import shared
from confstudy.report.outcomes import study_outcome
from confstudy.report.plan import plans

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    study = tmp_path_factory.mktemp("study")
    for folder in ("notebooks", "data_synthetic"):
        shutil.copytree(ROOT / folder, study / folder)
    (study / "reports").mkdir()
    shutil.copy(ROOT / "reports" / "reports.toml", study / "reports")
    return read_config(study / "reports" / "reports.toml")


def page(config, name, given=None):
    built = build(plans(config, name, given or {}, config.root)[0], warm=shared())
    assert built.status == "built", built.reason
    return (built.path / "report.html").read_text(), built.path


def test_the_outcomes_report_opens_with_what_a_reader_needs(config):
    html, folder = page(config, "outcomes")
    first = html[html.index("<header>") : html.index("</header>")]
    assert "Higher perceived privacy went with lower odds of concealment" in first
    for part in (
        "SYNTHETIC",
        "n = 849",
        "response rate 71",
        "exploratory",
        "disclosure check: pass",
    ):
        assert part in first
    assert first.count("<strong>") == 3
    assert html.index("Path diagram") < html.index("Line with band") < html.index("truth 0.")
    values = json.loads((folder / "values.json").read_text())
    assert values["effect"]["value"] < 0


def test_the_data_quality_report_is_built(config):
    html, _ = page(config, "data_quality")
    assert "849 respondents, 1.0\u202f% of answers missing" in html
    assert html.count("Stacked bars") == 13


def test_osmi_2014_becomes_an_outcomes_report(config, real):
    given = {
        "data": str(real("osmi2014.csv")),
        "codebook": "osmi-2014",
        "outcome": "treatment",
        "exposure": "anonymity",
        "exposed": "Yes",
        "adjust": [],
        "cluster": "",
    }
    html, folder = page(config, "outcomes", given)
    for part in ("REAL", "1.80", "[1.41, 2.30]", "n = 1,259", "response rate not recorded"):
        assert part in html
    for cell in (448, 371, 27, 38, 147, 228):
        assert f'<td class="number">{cell}</td>' in html
    effect = json.loads((folder / "values.json").read_text())["effect"]
    assert effect["value"] == pytest.approx(0.588513, abs=5e-7)


def test_osmi_2014_becomes_a_data_quality_report_without_small_counts(config, real):
    given = {"data": str(real("osmi2014.csv")), "codebook": "osmi-2014"}
    html, _ = page(config, "data_quality", given)
    assert "masked" in html
    assert '<td class="number">49</td>' in html


@pytest.mark.parametrize(
    ("outcome", "exposure", "family", "headline"),
    [
        ("alliance", "privacy", "ols", "Higher perceived privacy went with higher trust"),
        ("return_intention", "arm", "ordered", "Assurance of confidentiality: “absolute” went"),
        ("disclosure", "arm", "logit", "Assurance of confidentiality: “absolute” went"),
        ("disclosure", "telehealth", "logit", "No clear link between meeting by video and"),
    ],
)
def test_every_kind_of_outcome_and_exposure_has_its_words(
    scores, outcome, exposure, family, headline
):
    study = study_outcome(scores, outcome, exposure, cluster="therapist")
    assert study.fit.family.name == family
    assert study.headline.startswith(headline)
    assert len(study.numbers) == 3
    assert all(number.value and number.interval for number in study.numbers)
    assert study.cells.frame[list(study.cells.counts)].to_numpy().sum() == study.fit.n


def test_a_truth_is_known_only_for_simulated_people(scores, real):
    assert study_outcome(scores, "concealment", "privacy").truth["truth"].notna().all()
    survey = cs.load(real("osmi2014.csv"), "osmi-2014")
    assert study_outcome(survey, "treatment", "anonymity").truth is None


def test_an_unknown_variable_is_an_error_with_a_hint(scores):
    with pytest.raises(AnalysisError, match="Did you mean 'privacy'"):
        study_outcome(scores, "concealment", "privcy")
