"""Estimands are potential outcomes of the model; a design that cannot answer says so first."""

from types import SimpleNamespace

import pytest

import confstudy as cs
from confstudy.design.answers import spec
from confstudy.design.declare import Design
from confstudy.design.estimands import (
    ame,
    ate,
    att,
    interaction,
    natural_effect,
    prevalence,
)
from confstudy.design.parts import block_ra, cluster_ra, likert
from confstudy.design.simple import clusters, two_arms, two_shares
from confstudy.design.soundness import doubts, require_answerable
from confstudy.errors import ConfstudyError
from confstudy.models.survey.design import SurveyDesign
from confstudy.simulate.sample.sampling import Sampling, Stage

PLANNED = Design("therapy", seed=1).measure(own=likert("P", items=6, alpha=0.85))
ARMS = ("absolute", "none")
FEW = PLANNED.assign(A=cluster_ra(["none", "conditional", "absolute"], "practice")).vary(n=100)


@pytest.mark.parametrize(
    ("asked", "same"),
    [
        (ate("T", A=ARMS), cs.effect("therapy", "T", contrast={"A": ARMS})),
        (ate("return_intention", arm=ARMS), cs.effect("therapy", "ret", contrast={"A": ARMS})),
        (ame("concealment", "T"), cs.effect("therapy", "N", step="T", unit="one")),
        (att("trust_now", "breach"), cs.effect("therapy", "trust_now", treated="breach")),
        (
            natural_effect("D", through=["T"], A=ARMS),
            cs.effect("therapy", "D", contrast={"A": ARMS}, through=["T"]),
        ),
        (
            interaction("O", by={"E": (1, 0)}, A=ARMS),
            cs.effect("therapy", "O", contrast={"A": ARMS}, by={"E": (1, 0)}),
        ),
    ],
    ids=lambda given: getattr(given, "name", ""),
)
def test_an_estimand_is_the_model_s_own_effect(asked, same):
    assert asked.value(PLANNED) == (same.value, same.mcse)


def test_scales_of_the_design_answer_as_those_of_the_model_do():
    own, model = (ate(name, A=ARMS).value(PLANNED) for name in ("own", "privacy"))
    assert own[0] == pytest.approx(model[0], abs=1e-6)


@pytest.mark.parametrize(
    ("planned", "truth"),
    [
        (two_arms(0.25, 150, seed=1), 0.25),
        (two_shares(0.39, 0.465, 100, seed=1), 0.075),
        (clusters(40, 20, 0.05, effect=0.3, seed=1), 0.3),
    ],
    ids=["arms", "shares", "clusters"],
)
def test_designs_of_a_line_have_the_effect_they_say(planned, truth):
    assert ate("y", arm=("treated", "control")).value(planned)[0] == pytest.approx(truth, abs=2e-6)


def test_the_calibrated_shares_are_met():
    value, mcse = prevalence("concealment").value(PLANNED.vary(**{"P.A[absolute]": 0}))
    assert 0.3 < value < 0.42
    assert 0 < mcse < 0.002


@pytest.mark.parametrize(
    ("planned", "asked", "columns", "words"),
    [
        (PLANNED, ate("ret", A=ARMS), ["return_intention"], "no column shows its cause, 'A'"),
        (PLANNED, ate("ret", A=ARMS), ["arm"], "no column shows its outcome"),
        (PLANNED, ate("ret", A=ARMS), ["arm", "retur"], "Did you mean 'ret'"),
        (PLANNED, ate("ret", A=("absolut", "none")), ["arm", "ret"], "Did you mean 'absolute'"),
        (PLANNED, ate("nothing", A=ARMS), ["arm"], "Names not found"),
        (
            FEW,
            ate("ret", A=ARMS), ["arm", "ret"], "each arm needs two",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_refused_before_it_runs(planned, asked, columns, words):
    with pytest.raises(ConfstudyError, match=words.replace("'", ".")):
        require_answerable(planned, asked, columns)


@pytest.mark.parametrize(
    ("asked", "columns", "words"),
    [
        (ate("ret", A=ARMS), ["arm", "return_intention"], ""),
        (ate("ret", A=ARMS), ["arm", "return_intention", "stigma"], ""),
        (ate("ret", A=ARMS), ["arm", "return_intention", "T"], "itself changes"),
        (ame("T", "P"), ["T", "P"], "not adjusted for: expect bias. Adjusting for"),
        (ame("T", "P"), ["T", "P", "training", "S", "R"], ""),
        (ame("T", "P"), ["T", "privacy", "training", "S", "R"], "measures 'P' with error"),
    ],
)
def test_open_back_doors_are_told(asked, columns, words):
    told = doubts(PLANNED, asked, SimpleNamespace(name="", columns=columns))
    assert bool(told) == bool(words)
    assert words in " ".join(told)


def test_weights_left_out_and_other_units_are_told():
    effect = ate("y", arm=("treated", "control"))
    shares = two_shares(0.3, 0.5, 50, seed=1)
    assert "effect='average'" in doubts(shares, effect, spec("y ~ arm", "logit"))[0]
    assert not doubts(shares, effect, spec("y ~ arm", "logit", effect="average"))
    drawn = shares.sample(Sampling(stages=[Stage(unit="client", take=40)]))
    weighted = spec("y ~ arm", design=SurveyDesign(weights="weight"))
    assert "leave its 'weight' out" in doubts(drawn, effect, spec("y ~ arm"))[0]
    assert not doubts(drawn, effect, weighted)


def test_mediators_with_a_common_cause_that_treatment_changes_are_told():
    answer = SimpleNamespace(name="", columns=("D", "T", "A"))
    (told,) = doubts(PLANNED, natural_effect("D", through=["T"], A=ARMS), answer)
    assert "'A' changes [P], which change a mediator" in told
    assert not doubts(PLANNED, natural_effect("ret", through=["P"], A=ARMS), answer)


def test_arms_that_the_model_has_paths_from_cannot_be_left_out():
    with pytest.raises(ConfstudyError, match=r"no arm .conditional."):
        PLANNED.assign(A=block_ra(["none", "absolute"]))
