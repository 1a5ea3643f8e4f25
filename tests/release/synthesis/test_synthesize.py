import os
import re
import subprocess
import sys
import traceback
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.errors import AnalysisError, DataError, DisclosureRefused, UnwritableFile
from confstudy.release.decision import Decision
from confstudy.release.synthesis.columns import column_of
from confstudy.release.synthesis.commands import synthesize_file
from confstudy.release.synthesis.synthesize import synthesize
from confstudy.release.synthesis.synthetic import joint
from confstudy.release.synthesis.uniques import keys_of, replicated
from confstudy.survey.recode import MISSING_REASONS
from confstudy.survey.save import as_declared

PLAIN = {"attacks": 0, "formulas": ["told ~ age + trust", "trust ~ age + trained"]}


@pytest.fixture(scope="module")
def source(toy):
    return toy(600)


@pytest.fixture(scope="module")
def made(source):
    return synthesize(source, seed=1, **PLAIN)


def reason(survey, name, word):
    return (survey.reasons[name] == MISSING_REASONS.index(word) + 1).to_numpy()


def test_the_result_is_a_survey_of_its_kind_and_says_so(made, source):
    survey = made.survey
    assert survey.synthetic
    assert not source.synthetic
    assert "SYNTHETIC" in repr(survey)
    assert "synthesized from first.csv + second.csv" in survey.provenance.recipe
    assert list(survey.frame) == list(source.frame)
    assert survey.n == 600
    assert survey.codebook.variables == source.codebook.variables
    assert "gate: k = " in survey.provenance.gate


def test_routing_waves_and_reasons_are_kept(made, source):
    survey, frame = made.survey, made.survey.frame
    assert (reason(survey, "who", "not_asked") == (frame["told"] == "No")).all()
    assert (reason(survey, "late", "not_asked") == (frame["wave"] == "first")).all()
    for name, word in (("age", "refused"), ("who", "dont_know")):
        real = reason(source, name, word).mean()
        assert reason(survey, name, word).mean() == pytest.approx(real, abs=0.05)
    assert frame.loc[:, list(survey.reasons)].isna().equals(survey.reasons > 0)


def test_clusters_are_new_and_what_they_share_is_shared(made, source):
    frame = made.survey.frame
    assert set(frame["clinic"]).isdisjoint(source.frame["clinic"])
    assert frame.groupby("clinic", observed=True)["trained"].nunique().max() == 1
    assert frame["clinic"].nunique() == source.frame["clinic"].nunique()


def test_scales_keep_their_reliability_and_intraclass_correlation(made, source):
    alphas, shares = [], []
    for survey in (source, made.survey):
        scores = cs.score(survey)
        alphas.append(scores.reliability["trust"].alpha)
        means = scores.frame.groupby("clinic", observed=True)["trust"].transform("mean")
        shares.append(means.var() / scores.frame["trust"].var())
    assert alphas[1] == pytest.approx(alphas[0], abs=0.05)
    assert shares[1] == pytest.approx(shares[0], abs=0.12)


def test_no_row_repeats_a_unique_respondent(made, source):
    columns = [column_of(source, name) for name in source.frame]
    keys = keys_of(source.codebook, columns, ["clinic"])
    drawn = {name: column_of(made.survey, name).numbers for name in made.survey.frame}
    assert not replicated(keys, drawn).any()
    assert replicated(keys, {one.name: one.numbers for one in columns}).any()
    assert made.risk.replicated == 0


def test_unmistakable_respondents_never_appear(toy):
    plant = {"age": "1987", "who": "zzcanary", "told": "Yes", "clinic": "zzclinic", "weight": "77"}
    survey = toy(400, plant=plant)
    assert (survey.frame["age"] == 1987).any()
    for seed in range(4):
        made = synthesize(survey, seed=seed, **PLAIN)
        assert made.survey.frame["age"].max() <= 79
        assert made.survey.frame["weight"].max() <= 1.5
        cells = made.survey.frame.astype(str).to_csv() + repr(made) + repr(made.table)
        assert not any(word in cells for word in ("zzc", "1987", "real0"))


@pytest.mark.parametrize("n", [300, 900])
def test_weights_stand_for_as_many_people_whatever_n_is(source, n):
    made = synthesize(source, n=n, seed=1, **PLAIN)
    assert made.survey.n == n
    total = source.frame["weight"].sum()
    assert made.survey.frame["weight"].sum() == pytest.approx(total, rel=0.05)


def test_what_was_saved_loads_back_with_its_report(made, tmp_path):
    files = made.save(tmp_path / "open.parquet", accept=True)
    assert [file.name for file in files] == [
        "open.parquet", "open.codebook.yaml", "open.report.yaml",
    ]  # fmt: skip
    again = cs.load(files[0])
    assert again.synthetic
    pd.testing.assert_frame_equal(again.frame, made.survey.frame)
    assert "pMSE" in files[2].read_text()
    assert "accepted: by whoever saved it" in files[2].read_text()
    with pytest.raises(UnwritableFile, match="exist already"):
        made.save(files[0], accept=True)


def test_what_fails_is_not_saved(made, tmp_path):
    risky = type(made.risk)(made.risk.attacks, replicated=1)
    refused = replace(made, risk=risky, decision=risky.decision(0.05))
    with pytest.raises(DisclosureRefused, match="larger leaf"):
        refused.save(tmp_path / "open.parquet", accept=True)
    assert not list(tmp_path.iterdir())


def test_what_is_to_be_judged_is_saved_only_when_accepted(made, tmp_path):
    assert made.decision.status == "review"
    with pytest.raises(DisclosureRefused, match=r"the risk was not measured.*accept=True"):
        made.save(tmp_path / "open.parquet")
    assert not list(tmp_path.iterdir())


def test_a_coefficient_that_misses_its_target_is_for_a_person_to_judge(made):
    table = made.utility.coefficients.assign(difference=[0.01, -0.031, 0.03, np.nan])
    found = replace(made.utility, coefficients=table).decision()
    assert found.status == "review"
    assert "1 of 3 coefficients are more than 0.03" in found.reason
    assert made.utility.decision().status == "pass"
    assert replace(made.utility, left_out=("x ~ y",)).decision().status == "review"
    graver = joint([Decision("review", "a", "x"), found, Decision("pass", "b", "y")])
    assert graver == Decision("review", "a, synthetic utility", f"x; {found.reason}")


def test_the_report_reads_from_top_to_bottom(made):
    text = repr(made)
    assert text.startswith("Synthetic 'toy': 600 respondents, 12 variables, gate: k = ")
    assert "decision: review" in text
    assert "replicated uniques: 0" in text
    assert set(made.table["part"]) == {"utility", "risk"}
    assert len(made.utility.coefficients) == 4


def test_a_seed_gives_the_same_bytes_in_another_process(toy, tmp_path):
    real = cs.save(toy(200), tmp_path / "real.csv")[0]
    program = (
        "import sys, confstudy as cs\n"
        "from confstudy.release.synthesis.synthesize import synthesize\n"
        "made = synthesize(cs.load(sys.argv[1]), seed=5, attacks=0)\n"
        "made.save(sys.argv[2], accept=True)\n"
    )
    files = []
    for name, threads in (("one", "1"), ("two", "2")):
        path = tmp_path / name / "s.parquet"
        environment = {**os.environ, "PYTHONHASHSEED": threads, "OPENBLAS_NUM_THREADS": threads}
        command = [sys.executable, "-c", program, str(real), str(path)]
        subprocess.run(command, check=True, env=environment)
        files.append([file.read_bytes() for file in sorted(path.parent.iterdir())])
    assert files[0] == files[1]
    assert len(files[0]) == 3


def test_too_few_respondents_are_refused_without_a_value(toy):
    survey = toy(400, plant={"age": "1987"})
    few = survey.where(pd.Series(np.arange(400) < 30), "zzfew")
    with pytest.raises(DisclosureRefused, match="fewer than 100 respondents") as caught:
        synthesize(few, seed=1)
    told = "".join(traceback.format_exception(caught.value))
    assert "1987" not in told
    assert "30 resp" not in told


@pytest.mark.parametrize(
    ("options", "error", "expected"),
    [
        ({"seed": 1, "leaf": 5}, AnalysisError, "'leaf' is 10 or more"),
        ({"seed": 1.5}, AnalysisError, "whole number"),
        ({"seed": 1, "n": 5}, AnalysisError, "'n' is 100 or more"),
        ({"seed": 1, "limit": 5}, AnalysisError, "between 0 and 1"),
        ({"seed": 1, "order": ["agee"]}, DataError, "Did you mean 'age'"),
    ],
)
def test_what_cannot_be_asked_is_said(source, options, error, expected):
    with pytest.raises(error, match=expected):
        synthesize(source, **options)
    with pytest.raises(DataError, match=r"cs\.load"):
        synthesize(source.frame, seed=1)


def test_scores_are_taken_and_scored_again(source):
    made = synthesize(cs.score(source), seed=1, **PLAIN)
    assert "trust" not in made.survey.frame
    assert made.survey.frame.equals(synthesize(as_declared(source), seed=1, **PLAIN).survey.frame)


def test_without_scikit_learn_the_extra_is_named(source, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.tree", None)
    with pytest.raises(AnalysisError, match=r"pip install 'confstudy\[synthesis\]'"):
        synthesize(source, seed=1)


@pytest.fixture
def asked(source, monkeypatch):
    """The command's options, with the risk left unmeasured."""
    monkeypatch.setattr("confstudy.release.synthesis.commands.load", lambda *_: source)
    monkeypatch.setattr("confstudy.release.synthesis.commands.synthesize", unmeasured)
    return {"seed": 1, "codebook": None}


def unmeasured(survey, **options):
    return synthesize(survey, **(options | PLAIN))


def test_the_command_writes_what_is_accepted_and_says_why(asked, tmp_path):
    said, out = [], tmp_path / "open.parquet"
    with pytest.raises(DisclosureRefused, match="--accept"):
        synthesize_file("real.csv", out=out, say=said.append, **asked)
    assert "decision: review (the risk was not measured" in said[0]
    assert not list(tmp_path.iterdir())
    assert synthesize_file("real.csv", out=out, say=said.append, accept=True, **asked) == 0
    assert said[-2] == "accepted: the risk was not measured: use attacks=500"
    assert said[-1] == "written: open.parquet, open.codebook.yaml, open.report.yaml"
    with pytest.raises(UnwritableFile, match=r"open\.parquet exists already"):
        synthesize_file("real.csv", out=out, say=said.append, accept=True, **asked)


def test_an_interrupted_command_shows_where_it_was_and_leaves_nothing(
    asked, tmp_path, monkeypatch, capsys
):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setattr("confstudy.release.synthesis.synthesize.utility_of", stopped)
    with pytest.raises(KeyboardInterrupt):
        synthesize_file("real.csv", out=tmp_path / "open.parquet", say=print, **asked)
    shown = capsys.readouterr().err
    assert re.search(r"models of 12 columns.*drawing.*utility, about \d+ s left", shown)
    assert shown.endswith("interrupted: nothing was written\n")
    assert not list(tmp_path.iterdir())
