import numpy as np
import pytest
from scipy import stats

from confstudy.claims.evidence import evidence_for, results
from confstudy.claims.registry import claims
from confstudy.claims.reproduced import reproduced
from confstudy.errors import DeclarationError
from confstudy.models.meta.pool import meta


def stances(claim):
    table = evidence_for(claim).table
    return dict(zip(table["id"], table["stance"], strict=True))


def test_every_result_bears_on_a_claim_and_says_why_it_stands_alone():
    known = {entry.id for entry in claims().claims}
    for one in results():
        assert set(one.claims) <= known, one.id
        assert bool(one.group) != bool(one.apart), one.id
        assert one.effect or one.found or set(one.claims.values()) == {"context"}, one.id


@pytest.mark.parametrize(
    ("claim", "result", "expected"),
    [
        ("C09", "kelly2009_symptoms", "no effect"),
        ("C11", "nowell1993_limits", "against"),
        ("C11", "lothenkline2003", "against"),
        ("C07", "lothenkline2003", "for"),
        ("C07", "ford1997_disclose", "unclear"),
        ("C07", "couper2008_risk", "no effect"),
        ("C07", "levy2018_ssi", "context"),
        ("C21", "clement2015", "for"),
    ],
)
def test_evidence_against_stands_beside_evidence_for(claim, result, expected):
    assert stances(claim)[result] == expected


def test_the_words_show_both_sides_and_what_was_not_read():
    words = repr(evidence_for("c11"))
    assert words.index("Against the claim") < words.index("No effect found")
    assert "Nowell & Spruill 1993" in words
    assert next(line for line in words.splitlines() if "UNVERIFIED" in line).count("Ford") == 1


@pytest.mark.parametrize(
    ("claim", "result", "metric", "estimate", "d"),
    [
        ("C07", "ford1997_disclose", "log OR", np.log(178 * 107 / (205 * 68)), 0.17207),
        ("C03", "yang2020", "log OR", -0.462, -0.462 * np.sqrt(3) / np.pi),
        ("C05", "fluckiger2018", "z", np.arctanh(0.278), 0.57882),
        ("C21", "clement2015", "d", -0.27, -0.27),
        ("C07", "levy2018_mturk", "log odds", np.log(1630 / 381), np.nan),
    ],
)
def test_effects_have_a_metric_and_d(claim, result, metric, estimate, d):
    row = evidence_for(claim).table.set_index("id").loc[result]
    assert row["metric"] == metric
    assert row["estimate"] == pytest.approx(estimate, rel=1e-12)
    assert row["d"] == pytest.approx(d, rel=1e-4, nan_ok=True)


def test_limits_that_are_printed_come_back():
    for result, low, high in (("walker2017_2011", 0.56, 0.94), ("yang2020", 0.52, 0.76)):
        row = evidence_for("C03").table.set_index("id").loc[result]
        assert np.exp(row["conf_low"]) == pytest.approx(low, abs=0.01)
        assert np.exp(row["conf_high"]) == pytest.approx(high, abs=0.01)


def test_comparable_results_are_pooled_by_reml_with_knapp_hartung():
    found = evidence_for("C03")
    errors = [np.log(0.94 / 0.56), np.log(0.76 / 0.48)]
    errors = np.array(errors) / (2 * stats.norm.ppf(0.975))
    expected = meta(np.log([0.73, 0.61]), std_errors=errors).predict().iloc[0]
    row = found.pooled.set_index("group").loc["withholding by quality of care"]
    assert row["k"] == 2
    for name in ("estimate", "conf_low", "conf_high", "pred_low", "pred_high"):
        assert row[name] == pytest.approx(expected[name], rel=1e-12)
    assert found.pools["withholding by quality of care"].df == 1


@pytest.mark.parametrize(
    ("claim", "result", "why"),
    [
        ("C03", "yang2020", "cycles contain"),
        ("C03", "thrall2000_substance", "shares its respondents with thrall2000_sex"),
        ("C08", "fear2012_cmd", "shares its respondents with fear2012_ptsd"),
        ("C08", "fear2012_ptsd", "nothing from other respondents"),
        ("C21", "ford1997_unconditional", "UNVERIFIED"),
    ],
)
def test_what_is_not_pooled_says_why(claim, result, why):
    assert why in evidence_for(claim).left_out.set_index("id").loc[result, "left_out"]


def test_nothing_unverified_and_no_sample_twice_is_pooled():
    for entry in claims().claims:
        found = evidence_for(entry.id)
        pooled = found.table[found.table["pooled"]]
        assert pooled["verified"].all()
        assert not pooled["source"].duplicated().any()
        assert len(pooled) == found.pooled["k"].sum()
        assert (found.table["pooled"] == (found.table["left_out"] == "")).all()


def test_a_claim_without_published_results_says_so():
    found = evidence_for("C14")
    assert found.table.empty
    assert found.pooled.empty
    assert "No published result" in repr(found)
    with pytest.raises(DeclarationError, match="Did you mean 'C21'"):
        evidence_for("C211")


EXPECTED = {
    ("ford1997_disclose", "P of willingness to disclose"): (0.0926, "disagrees"),
    ("ford1997_return", "P of willingness to return"): (0.00154, "disagrees"),
    ("ford1999", "Share who went without"): (0.18776, "disagrees"),
    ("fear2012_cmd", "P of common mental disorder"): (0.1424, "within rounding"),
    ("thrall2000_pelvic", "Odds ratio from its limits"): (3.399, "within rounding"),
    ("walker2017_2014", "Odds ratio from its limits"): (0.6040, "within rounding"),
    ("ajayi2023", "Odds ratio from its limits"): (0.9247, "within rounding"),
    ("yang2020", "P of time squared"): (0.05106, "within rounding"),
    ("yang2020", "Odds ratio of relationship by time"): (0.9418, "within rounding"),
}


def test_printed_numbers_come_back_but_for_those_that_are_explained():
    table = reproduced().set_index(["id", "what"])
    other = table.drop(index=list(EXPECTED))
    assert len(other) == 23
    assert (other["agreement"] == "all digits").all()
    for key, (value, agreement) in EXPECTED.items():
        row = table.loc[key]
        assert row["recomputed"] == pytest.approx(value, rel=2e-3), key
        assert row["agreement"] == agreement, key
        assert row["note"], key


def test_digits_are_those_that_agree():
    digits = reproduced().set_index(["id", "what"])["digits"]
    assert digits["yang2020", "Its lower limit"] == 3
    assert digits["lothenkline2003", "P of the change"] == 1
    assert digits["ford1999", "Share who went without"] == 2
    assert digits["ford1997_disclose", "P of willingness to disclose"] == 0


def test_p_values_are_those_of_scipy():
    table = reproduced().set_index(["id", "what"])["recomputed"]
    cells = [[178, 205], [68, 107]]
    chi2 = stats.chi2_contingency(cells, correction=False).pvalue
    assert table["ford1997_disclose", "P of willingness to disclose"] == pytest.approx(chi2)
