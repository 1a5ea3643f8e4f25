"""Published estimates of public-use files, where these are at hand."""

import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.models.survey.design import SurveyDesign
from confstudy.models.survey.estimates import survey_mean


@pytest.fixture(scope="module")
def hints(real):
    return cs.load(real("hints7_privacy_subset.csv.gz"), "hints-7")


def test_hints_logit_to_every_printed_digit(hints):
    fit = cs.fit("SeekCancerInfo ~ BirthSex + Education", hints, "logit", design=True)
    expected = {
        "Intercept": ("-0.9576", "0.2539"),
        "BirthSex[T.Don't know]": ("-0.9062", "0.8549"),
        "BirthSex[T.Male]": ("-0.2826", "0.0848"),
        "Education[T.High school]": ("0.7790", "0.2926"),
        "Education[T.Some college]": ("1.0618", "0.2590"),
        "Education[T.College graduate]": ("1.7123", "0.2661"),
    }
    table = fit.table.set_index("term")
    shown = {t: (f"{r['estimate']:.4f}", f"{r['std_error']:.4f}") for t, r in table.iterrows()}
    assert (shown, fit.n) == (expected, 6662)
    assert (table["df"] == 49).all()


def test_hints_ols_to_every_printed_digit(hints):
    fit = cs.fit("GeneralHealth ~ BirthSex + Education", hints, design=True)
    table = fit.table.set_index("term")
    constant, male = table.loc["Intercept"], table.loc["BirthSex[T.Male]"]
    assert fit.n == 6639
    assert (f"{constant['estimate']:.7f}", f"{constant['std_error']:.8f}") == (
        "3.1479480",
        "0.10652325",
    )
    assert (f"{male['estimate']:.7f}", f"{male['std_error']:.8f}") == ("-0.1192809", "0.04440035")


def test_hints_willingness_to_share_on_trust(hints):
    trust = hints.frame["TrustHCSystem"].astype(object)
    grouped = trust.replace({"Not at all": "Little", "A little": "Little"})
    levels = pd.Categorical(grouped, categories=["Little", "Some", "A lot"])
    frame = hints.frame.assign(trust=levels)
    fit = cs.fit("WillingShareData_HCP2 ~ trust", frame, "logit", design=SurveyDesign.of(hints))
    table = fit.table.set_index("term")[["estimate", "std_error"]]
    assert fit.n == 2618
    assert table.loc["trust[T.A lot]"].tolist() == pytest.approx([1.012407, 0.260512], abs=5e-7)
    assert table.loc["trust[T.Some]"].tolist() == pytest.approx([0.689928, 0.245656], abs=5e-7)


@pytest.fixture(scope="module")
def nsduh(real):
    return pd.read_csv(real("nsduh2023_subset.csv.gz"))


def test_nsduh_share_in_treatment_as_a_domain_and_as_a_file(nsduh):
    design = SurveyDesign("ANALWT2_C", "VESTR_C", "VEREP")
    adult = nsduh["CATAG6"] > 1
    alone = nsduh[adult].reset_index(drop=True)
    for data, where in ((nsduh, adult), (alone, None)):
        found = survey_mean("MHTRTPY", data, design, where=where)
        assert found.n[0] == 45_133
        assert found.estimates[0] == pytest.approx(0.231272, abs=5e-7)
        assert found.std_errors[0] == pytest.approx(0.003152, abs=5e-7)
        assert found.df[0] == 50
    assert np.isfinite(found.deff[0])
