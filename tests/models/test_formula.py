"""Rows stay beside their own outcome, whatever the formula does and the data lack."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

import confstudy as cs
from confstudy.errors import DataError

RNG = np.random.default_rng(71)
N = 200


def gappy():
    data = pd.DataFrame(
        {
            "x": np.exp(RNG.normal(size=N)),
            "z": RNG.normal(size=N),
            "g": pd.Categorical(RNG.choice(["a", "b", "c"], N)),
            "clinic": RNG.integers(0, 12, N).astype(float),
        }
    )
    data["y"] = np.exp(0.5 * np.log(data["x"]) + RNG.normal(size=N))
    for name in data:
        data.loc[RNG.choice(N, 15, replace=False), name] = None
    return data.sample(frac=1, random_state=3)


GAPPY = gappy()


@pytest.mark.parametrize(
    ("formula", "variables", "cluster"),
    [
        ("np.log(y) ~ np.log(x)", ["y", "x"], None),
        ("y ~ np.log(x) + z", ["y", "x", "z"], None),
        ("np.log(y) ~ z * g", ["y", "z", "g"], None),
        ("y ~ I(x > 1) + g", ["y", "x", "g"], None),
        ("np.log(y) ~ np.log(x) + g", ["y", "x", "g", "clinic"], "clinic"),
    ],
)
def test_a_fit_to_gappy_data_is_statsmodels_on_the_complete_rows(formula, variables, cluster):
    complete = GAPPY.dropna(subset=variables)
    asked = (
        {"cov_type": "cluster", "cov_kwds": {"groups": complete[cluster]}, "use_t": True}
        if cluster
        else {}
    )
    expected = smf.ols(formula, complete).fit(**asked)
    found = cs.fit(formula, GAPPY, cluster=cluster, cov="CR1" if cluster else None)
    assert found.n == len(complete) < N
    assert found.design.dropped == N - len(complete)
    assert found.design.frame.index.equals(complete.index)
    for part, there in (("estimate", expected.params), ("std_error", expected.bse)):
        np.testing.assert_allclose(np.sort(found.table[part]), np.sort(there), rtol=1e-8)


def test_a_repeated_index_mixes_no_rows():
    twice = pd.concat([GAPPY, GAPPY])
    one = cs.fit("np.log(y) ~ z + g", twice).coefficients
    two = cs.fit("np.log(y) ~ z + g", twice.reset_index(drop=True)).coefficients
    np.testing.assert_array_equal(one, two)


def test_where_keeps_the_respondents_the_mask_names_in_whatever_order(simulation):
    survey = simulation.survey
    mask = survey["concealment"] == "Yes"
    kept = survey.where(mask.sample(frac=1, random_state=1), "Concealed something")
    assert kept.frame.index.equals(survey.frame.index[mask])
    assert (kept["concealment"] == "Yes").all()
    assert kept.reasons.index.equals(kept.frame.index)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda mask: mask.astype("boolean").mask(mask.index == 3),
        lambda mask: mask.astype(object).mask(mask.index == 3),
        lambda mask: mask.iloc[1:],
        lambda mask: mask.astype(float),
    ],
)
def test_where_refuses_a_mask_with_gaps_or_of_other_rows(simulation, spoil):
    mask = simulation.survey["telehealth"] == "Yes"
    with pytest.raises(DataError, match="'where' takes"):
        simulation.survey.where(spoil(mask), "By video")
