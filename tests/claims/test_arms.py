"""Claims on what is assigned at random: the truth is recovered, and a sign is not assumed."""

import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.claims.arms import TESTS as ARMS
from confstudy.claims.beliefs import TESTS as BELIEFS
from confstudy.claims.vignettes import TESTS as VIGNETTES
from confstudy.claims.vignettes import components
from confstudy.errors import AnalysisError

TESTS = ARMS | VIGNETTES | BELIEFS
CANDOUR = [
    f"candour_{case}_{part}"
    for case in (1, 2, 3)
    for part in ("policy", "privilege", "topic", "rating")
]
JUDGEMENT = [
    f"judgement_{case}_{part}"
    for case in (1, 2, 3)
    for part in ("risk", "severity", "age", "requester", "consent", "rating")
]
COURT = ["practice", "privilege", "waiver", "subpoena", "court_disclosure"]
REPORTS = ["report_self", "report_others", "report_abuse", "surprised"]
ASKED = {
    "C07": ["arm", "concealment", "topics_kept_back"],
    "C10": CANDOUR,
    "C11": ["consent", "timing", "limits", "alliance", "told_risk"],
    "C12": ["timing", "consent", "limits", "alliance", "trust_now", *REPORTS],
    "C17": [*CANDOUR, *COURT],
    "C19": ["access", "control", "rights", "arm", "alliance", "control_felt", "engagement"],
    "C27": ["practice", "training", "arm", "boundaries", "privacy", "audit"],
    "C28": ["rights", "access", "control", "arm", "knowledge", "privacy", "control_felt"],
    "C29": ["knowledge"],
    "C30": JUDGEMENT,
}
POLICY = "vignettes.candour.vignettes.attributes.policy.therapist decides"
PRIVILEGE = "vignettes.candour.vignettes.attributes.privilege.not protected"
TOGETHER = "vignettes.candour.vignettes.together.privilege[not protected]:topic[breaking the law]"
HARM = "vignettes.judgement.vignettes.attributes.risk.a child is harmed"
REPORT = "sessions.events.report_self.effects.T:timing[first]"
# What a claim's first estimand is made of: no effect, and the other way round.
NUMBERS = {
    "C07": ({"variables.N.paths.O": 0.0}, {"variables.N.paths.O": 1.2}),
    "C10": ({POLICY: 0.0}, {POLICY: 0.8}),
    "C11": ({"variables.U.paths.consent[full]": 0.0}, {"variables.U.paths.consent[full]": -0.6}),
    "C12": ({REPORT: 0.0}, {REPORT: -2.0}),
    "C17": ({PRIVILEGE: 0.0, TOGETHER: 0.0}, {PRIVILEGE: 0.5, TOGETHER: 0.0}),
    "C19": (
        {"variables.T.paths.access[portal]": -0.03},
        {"variables.T.paths.access[portal]": -0.8},
    ),
    "C27": (
        {"variables.W.paths.training[training]": 0.0},
        {"variables.W.paths.training[training]": -2.5},
    ),
    "C28": (
        {"variables.R.paths.rights[informed]": 0.0},
        {"variables.R.paths.rights[informed]": -0.8},
    ),
    "C30": ({HARM: 0.0}, {HARM: -1.0}),
}


def drawn(claim, seed, model="therapy", clients=1200, **how):
    return cs.simulate(model, clients=clients, seed=seed, columns=ASKED[claim], **how)


def outcome(claim, survey):
    entry = cs.claims(claim)
    return TESTS[claim](claim, entry.sign, cs.score(survey))


def recovered(claim, seeds):
    """Each estimand's truth, and its rows over the surveys."""
    tables = []
    for seed in range(seeds):
        simulation = drawn(claim, seed, nonresponse="none")
        tables.append(outcome(claim, simulation.survey).table)
    rows = pd.concat(tables)
    return {key: (simulation.truth[key], found) for key, found in rows.groupby("key") if key}


@pytest.mark.parametrize("claim", list(TESTS))
def test_estimates_come_near_the_truth(claim):
    for key, (truth, found) in recovered(claim, 4).items():
        error = found["std_error"].mean() / np.sqrt(len(found))
        assert abs(found["estimate"].mean() - truth) < 4 * error, key


@pytest.mark.validate
@pytest.mark.parametrize("claim", list(TESTS))
def test_intervals_cover_the_truth_at_the_nominal_rate(claim):
    for key, (truth, found) in recovered(claim, 200).items():
        covered = ((found["conf_low"] <= truth) & (truth <= found["conf_high"])).mean()
        error = found["estimate"].std() / np.sqrt(len(found))
        assert abs(found["estimate"].mean() - truth) < 4 * error, key
        assert abs(covered - 0.95) < 3 * np.sqrt(0.95 * 0.05 / len(found)), key


@pytest.mark.validate
@pytest.mark.parametrize("claim", list(NUMBERS))
def test_where_there_is_no_effect_one_in_twenty_finds_one(claim):
    model = cs.model("therapy", changes=NUMBERS[claim][0])
    tables = [
        outcome(claim, drawn(claim, seed, model, nonresponse="none").survey).table.iloc[0]
        for seed in range(200)
    ]
    found = np.mean([table["p_value"] < 0.05 for table in tables])
    assert found < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)


@pytest.mark.parametrize("claim", list(NUMBERS))
def test_the_other_way_round_is_found_as_well(claim):
    model = cs.model("therapy", changes=NUMBERS[claim][1])
    survey = drawn(claim, 1, model, clients=2400, nonresponse="none").survey
    found = outcome(claim, survey)
    sign = cs.claims(claim).sign
    assert found.verdict == ("supported" if sign == "two-sided" else "against")


def test_a_misconception_that_hardly_anybody_holds_speaks_against_the_claim():
    place = "tests.knowledge.test.misconceptions.bars_clients.prevalence"
    model = cs.model("therapy", changes={place: 0.001})
    found = outcome("C29", drawn("C29", 1, model).survey)
    assert found.verdict == "against"


@pytest.mark.parametrize("claim", list(TESTS))
def test_six_hundred_clients_give_a_result(claim):
    survey = drawn(claim, 1, clients=600).survey
    table = outcome(claim, survey).table
    assert np.isfinite(table[["estimate", "conf_low", "conf_high"]]).all(axis=None)


def test_an_arm_everybody_was_in_is_refused():
    survey = drawn("C19", 1, do={"access": "portal"}).survey
    with pytest.raises(AnalysisError, match=r"compares groups of 'access'.*the same"):
        outcome("C19", survey)


def test_too_few_reports_are_refused_with_a_number_that_would_do():
    survey = drawn("C12", 3, clients=400).survey
    with pytest.raises(AnalysisError, match=r"C12 .* too few.*1,000 respondents"):
        outcome("C12", survey)


def test_what_law_does_in_court_is_left_out_where_few_were_summoned():
    few = cs.model("therapy", changes={"sessions.events.subpoena.hazard.intercept": -9.0})
    assert len(outcome("C17", drawn("C17", 1, few).survey).table) == 1
    assert len(outcome("C17", drawn("C17", 1).survey).table) > 1


def test_components_leave_out_cases_that_can_have_only_one_of_the_levels():
    cases = pd.DataFrame(
        [(age, who, 10 * (age == "nine") + 3 * (who == "partner") + bump)
         for age, who in [("adult", "nobody"), ("adult", "partner"), ("nine", "nobody")]
         for bump in (0, 1)],
        columns=["age", "who", "rating"],
    )  # fmt: skip
    cases = cases.assign(
        age=pd.Categorical(cases["age"], ["adult", "nine"]),
        who=pd.Categorical(cases["who"], ["nobody", "partner"]),
        respondent=range(len(cases)),
    )
    found = components(cases, ("age", "who"))
    assert found["estimate"].tolist() == pytest.approx([10, 3])
