from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

import confstudy as cs
from confstudy.claims.result import Verdict, verdict_of
from confstudy.claims.working import WORKING
from confstudy.errors import AnalysisError, DeclarationError

CLAIMS = cs.claims()
FIRST = ["C01", "C02", "C03"]
# Claims about practices, of which the shared survey has twelve.
MORE = ["C15", "C16"]
COLUMNS = [
    "estimand", "estimate", "std_error", "statistic", "df",
    "p_value", "conf_low", "conf_high", "unit", "key",
]  # fmt: skip


def test_all_33_claims_are_there():
    expected = [f"C{number:02d}" for number in range(1, 31)]
    expected[24:25] = ["C25a", "C25b", "C25c", "C25d"]
    assert CLAIMS.table["id"].tolist() == expected
    assert len(CLAIMS) == 33


def test_every_claim_says_all_it_has_to():
    optional = ["keys", "smallest", "why"]
    assert CLAIMS.table.drop(columns=optional).map(bool).all(axis=None)
    assert set(" ".join(CLAIMS.table["essays"]).split()) == set("ABCDE")


def test_a_claim_is_marked_works_if_and_only_if_it_can_be_tested():
    works = CLAIMS.table.loc[CLAIMS.table["status"] == "works", "id"]
    assert works.tolist() == list(WORKING)


def test_every_working_claim_has_its_truth_in_the_model(simulation):
    structure = simulation.structure
    asked = structure.estimands | structure.components | structure.beliefs
    assert {query.claim for query in asked.values()} >= set(WORKING)


def test_a_claim_is_found_whatever_its_case_and_an_unknown_one_is_not():
    assert cs.claims("c25A").id == "C25a"
    with pytest.raises(DeclarationError, match="Claims not found in the registry"):
        cs.claims("C99")


def test_a_planned_claim_says_so_when_tested(scores):
    planned = cs.claims("C07").model_copy(update={"status": "planned"})
    with pytest.raises(
        AnalysisError, match=r"C07 is planned, not built yet\. Claims that work: C01"
    ):
        planned.test(scores)


def test_keys_are_estimands_of_the_model_that_are_asked_for_the_claim(simulation):
    structure = simulation.structure
    asked = structure.estimands | structure.components | structure.beliefs
    for claim in CLAIMS.claims:
        assert claim.keys, claim.id
        assert {asked[key].claim for key in claim.keys} == {claim.id}


def test_a_survey_without_the_measures_is_refused(real):
    survey = cs.load(real("osmi2014.csv"), "osmi-2014")
    with pytest.raises(AnalysisError, match=r"Columns the claim needs not found.*\[arm, privacy\]"):
        cs.claims("C01").test(survey)


@pytest.mark.parametrize("claim", MORE)
def test_claims_about_practices_refuse_a_dozen_of_them(scores, claim):
    with pytest.raises(AnalysisError):
        cs.claims(claim).test(scores)


@pytest.mark.parametrize("claim", [claim for claim in WORKING if claim not in MORE])
def test_a_result_has_estimates_verdict_assumptions_and_limits(scores, claim):
    result = cs.claims(claim).test(scores)
    assert result.verdict in get_args(Verdict)
    assert result.assumes
    assert result.does_not_show
    assert result.table.columns[:10].isin(COLUMNS).all()
    assert set(cs.claims(claim).keys) >= set(result.table["key"]) - {""}
    assert result.table["key"].iloc[0] == cs.claims(claim).keys[0]
    assert repr(result).startswith(f"{claim}: {result.verdict} (n = ")


def without_clusters(scores):
    design = scores.codebook.design.model_copy(update={"cluster": ""})
    return replace(scores, codebook=scores.codebook.model_copy(update={"design": design}))


def in_one_arm(scores):
    return scores.where(scores["arm"] == "absolute", "Absolute assurance")


def with_one_topic(scores):
    return scores.where(scores["sensitive_topic"] == "No", "No sensitive topic")


@pytest.mark.parametrize(
    ("claim", "spoil", "expected"),
    [
        ("C01", in_one_arm, "C01 compares arms, and everybody was in the same"),
        ("C02", without_clusters, "C02 compares clients of the same therapist: .* no cluster"),
        ("C03", in_one_arm, r"all of them are the same in \[arm\]"),
        ("C03", with_one_topic, r"all of them are the same in \[sensitive_topic\]"),
    ],
)
def test_a_survey_that_cannot_bear_on_a_claim_is_refused_in_words(scores, claim, spoil, expected):
    with pytest.raises(AnalysisError, match=expected):
        cs.claims(claim).test(spoil(scores))


@pytest.mark.parametrize("claim", ["C01", "C03"])
def test_claims_that_need_no_clusters_do_without(scores, claim):
    with_them = cs.claims(claim).test(scores).table
    without = cs.claims(claim).test(without_clusters(scores)).table
    np.testing.assert_allclose(without["estimate"], with_them["estimate"], rtol=1e-9)
    assert (without["df"] > with_them["df"]).all()


@pytest.mark.parametrize("claim", ["C01", "C03"])
def test_an_arm_that_nobody_was_in_is_not_compared(scores, claim):
    two = scores.where(scores["arm"] != "conditional", "None or absolute")
    assert np.isfinite(cs.claims(claim).test(two).table["estimate"]).all()


@pytest.mark.parametrize("claim", FIRST)
def test_the_first_claims_are_supported_by_the_bundled_model(scores, claim):
    assert cs.claims(claim).test(scores).verdict == "supported"


@pytest.mark.parametrize("claim", FIRST)
def test_an_unscored_survey_is_scored_first(simulation, scores, claim):
    unscored = cs.claims(claim).test(simulation.survey).table["estimate"]
    np.testing.assert_array_equal(unscored, cs.claims(claim).test(scores).table["estimate"])


@pytest.mark.parametrize(
    ("sign", "low", "high", "expected"),
    [
        ("positive", 0.1, 0.3, "supported"),
        ("positive", -0.3, -0.1, "against"),
        ("positive", -0.1, 0.1, "inconclusive"),
        ("negative", -0.3, -0.1, "supported"),
        ("negative", 0.1, 0.3, "against"),
        ("two-sided", -0.3, -0.1, "supported"),
        ("two-sided", -0.1, 0.3, "inconclusive"),
    ],
)
def test_verdicts_follow_the_interval_and_the_hypothesised_sign(sign, low, high, expected):
    assert verdict_of(sign, low, high) == expected
