"""Paths among what clients feel, say and gain, from surveys whose truth is known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.claims import paths
from confstudy.claims.legs import Leg
from confstudy.claims.paths import PATHS, TESTS
from confstudy.errors import AnalysisError
from confstudy.simulate.model.graph import is_valid_adjustment

COLUMNS = [
    "arm", "practice", "training", "setting", "control", "access", "sensitive_topic",
    "disclosure", "topics", "depth", "concealment", "outside", "fit", "homework", "breakthrough",
    "sessions", "dropout", "privacy", "alliance", "stigma", "fear", "control_felt", "warmth",
    "boundaries", "phq_before", "phq_after", "engagement", "resilience", "stigma_after",
    "help_seeking", "knowledge", "limits",
]  # fmt: skip
ABSENT = {
    **{f"variables.M.paths.{cause}": 0.0 for cause in "ON"},
    **{f"variables.engaged.paths.{cause}": 0.0 for cause in "PTO"},
    **{f"variables.{name}.paths.O": 0.0 for name in ("Y", "resilience", "breakthrough", "outside")},
    **{f"variables.T.paths.{cause}": 0.0 for cause in "CWH"},
    **{f"sessions.dropout.paths.{cause}": 0.0 for cause in "TW"},
    "variables.O.paths.E:P": 0.0,
    "variables.O.paths.F": 0.0,
    "variables.P.paths.Q": 0.0,
    "variables.help.paths.S_after": 0.0,
    "variables.S_after.paths.P": 0.0,
}
TURNED = {
    "variables.M.paths.O": -0.4,
    "variables.engaged.paths.P": -0.6,
    "variables.O.paths.E:P": -0.5,
    "variables.T.paths.C": -0.3,
    "variables.outside.paths.O": -0.3,
    "variables.help.paths.S_after": 0.3,
    "variables.T.paths.W": -0.4,
    "variables.T.paths.H": -0.4,
    "sessions.dropout.paths.T": 0.5,
}
REVERSED = ["C04", "C05", "C06", "C08", "C18", "C20", "C21", "C22", "C23"]


def drawn(seed, model="therapy", clients=1200):
    simulation = cs.simulate(
        model, clients=clients, therapists=60, seed=seed, nonresponse="none", columns=COLUMNS
    )
    return simulation, cs.score(simulation.survey)


def outcome(claim, scores):
    return TESTS[claim](claim, cs.claims(claim).sign, scores)


def estimates(seeds, model="therapy"):
    """One row an estimand and survey."""
    surveys = [drawn(seed, model) for seed in range(seeds)]
    tables = [outcome(claim, scores).table for _, scores in surveys for claim in TESTS]
    found = pd.concat(tables)
    truths = surveys[0][0].truth
    truth = (
        0.0 if model != "therapy" else found["key"].map({k: truths[k] for k in set(found["key"])})
    )
    found["off"] = (found["estimate"] - truth) / found["std_error"]
    found["holds"] = (found["conf_low"] <= truth) & (truth <= found["conf_high"])
    return found


@pytest.mark.parametrize("model", ["therapy", "absent"])
def test_estimates_recover_their_truth_in_a_few_surveys(model):
    found = estimates(4, "therapy" if model == "therapy" else cs.model(changes=ABSENT))
    assert set(found["key"]) == {key for claim in TESTS for key in cs.claims(claim).keys}
    assert found.groupby("key")["off"].mean().abs().max() < 4 / np.sqrt(4)
    assert found["holds"].mean() > 0.85


@pytest.mark.validate
@pytest.mark.parametrize("model", ["therapy", "absent"])
def test_every_interval_covers_its_truth_at_the_nominal_rate(model):
    seeds = 200
    found = estimates(seeds, "therapy" if model == "therapy" else cs.model(changes=ABSENT))
    by_key = found.groupby("key")
    assert by_key["off"].mean().abs().max() < 0.4
    # Four Monte Carlo standard errors; a product of two legs that are both zero is covered always.
    least = 0.95 - 4 * np.sqrt(0.95 * 0.05 / seeds)
    assert by_key["holds"].mean().min() > least, by_key["holds"].mean()


def test_effects_that_run_the_other_way_speak_against_the_claim():
    _, scores = drawn(1, cs.model(changes=TURNED), clients=5000)
    verdicts = {claim: outcome(claim, scores).verdict for claim in REVERSED}
    assert verdicts == dict.fromkeys(REVERSED, "against")


def legs():
    asked = [path for claim in PATHS.values() for path in claim.paths]
    return {leg for path in (*asked, paths._FEAR, paths._TALK) for leg in path.legs} | {
        Leg("openness", "privacy", ("stigma", "knowledge", "sensitive_topic"), within=True)
    }


@pytest.mark.parametrize("leg", sorted(legs(), key=str), ids=str)
def test_what_is_held_fixed_is_valid_in_the_models_graph(leg):
    model = cs.model("therapy")
    of = {**model.columns, "openness": "O", "fit": "M", "fit as given": "fit", "setting": "Q"}
    of |= {name: scale.of for name, scale in (model.scales | model.tests).items()}
    same = {name for name, node in model.variables.items() if node.level != "client"}
    given = {of[name] for name in leg.given} | (same if leg.within else set())
    assert is_valid_adjustment(model, of[leg.cause], of[leg.outcome], given)


@pytest.fixture(scope="module")
def one():
    return drawn(3)[1]


@pytest.mark.parametrize("claim", list(TESTS))
def test_a_survey_that_lacks_a_measure_is_refused_in_words(one, claim):
    without = replace(one, frame=one.frame.drop(columns=["privacy", "sensitive_topic", "stigma"]))
    with pytest.raises(AnalysisError, match="Columns the claim needs not found"):
        outcome(claim, without)


@pytest.mark.parametrize("claim", ["C05", "C06", "C08", "C09", "C18", "C23"])
def test_claims_within_therapists_need_therapists(one, claim):
    design = one.codebook.design.model_copy(update={"cluster": ""})
    alone = replace(one, codebook=one.codebook.model_copy(update={"design": design}))
    with pytest.raises(AnalysisError, match="compares clients of the same therapist"):
        outcome(claim, alone)


def test_an_event_that_is_too_rare_is_refused_with_the_number_it_takes(one):
    left = (one["dropout"] == "Yes").to_numpy()
    few = one.where(pd.Series(~left | (np.cumsum(left) <= 5), index=one.frame.index), "Few left")
    with pytest.raises(AnalysisError, match=r"C22 needs 20 clients or more .*400 clients"):
        outcome("C22", few)


def test_talk_outside_is_equivalent_where_openness_has_no_effect():
    _, scores = drawn(1, cs.model(changes={"variables.outside.paths.O": 0.0}), clients=5000)
    assert outcome("C20", scores).verdict == "supported"
    assert cs.claims("C20").smallest == paths._MARGIN


def test_who_answers_at_random_changes_no_estimate_beyond_chance():
    asked = cs.simulate("therapy", clients=2400, seed=4, columns=COLUMNS)
    scores = cs.score(asked.survey)
    for claim in TESTS:
        table = outcome(claim, scores).table
        truth = table["key"].map(lambda key: asked.truth[key])
        assert (np.abs(table["estimate"] - truth) < 4 * table["std_error"]).all(), claim
