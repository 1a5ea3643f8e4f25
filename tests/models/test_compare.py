import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.errors import AnalysisError
from confstudy.models.compare import marginal_means, pairwise
from confstudy.models.multiplicity import adjust

RNG = np.random.default_rng(51)
N = 300
DATA = pd.DataFrame(
    {
        "arm": pd.Categorical(RNG.choice(["none", "some", "all"], N), ["none", "some", "all"]),
        "sex": RNG.choice(["f", "m"], N, p=[0.8, 0.2]),
        "x": RNG.normal(size=N),
    }
)
DATA["y"] = DATA["x"] + (DATA["arm"] == "all") + (DATA["sex"] == "m") + RNG.normal(size=N)
DATA["yes"] = (DATA["y"] > 0.5).astype(int)


def test_marginal_means_balance_the_other_categories():
    found = marginal_means(cs.fit("y ~ arm * sex", DATA), "arm")
    cells = DATA.pivot_table("y", "arm", "sex", observed=True)
    np.testing.assert_allclose(found["estimate"], cells.mean(axis=1), rtol=1e-10)
    assert found["value"].tolist() == ["none", "some", "all"]


def test_marginal_means_leave_out_the_offset():
    data = DATA.assign(o=DATA["x"] + 3)
    found = marginal_means(cs.fit("y ~ arm", data, offset="o"), "arm")
    means = (data["y"] - data["o"]).groupby(data["arm"], observed=True).mean()
    np.testing.assert_allclose(found["estimate"], means, rtol=1e-10)


def test_marginal_means_of_a_logit_are_log_odds():
    found = marginal_means(cs.fit("yes ~ arm", DATA, "logit"), "arm")
    share = DATA.groupby("arm", observed=True)["yes"].mean()
    np.testing.assert_allclose(found["estimate"], np.log(share / (1 - share)), rtol=1e-7)


def test_every_pair_is_compared_and_adjusted():
    fit = cs.fit("y ~ arm + x", DATA)
    found = pairwise(fit, "arm", "holm")
    assert found["contrast"].tolist() == ["none - some", "none - all", "some - all"]
    change = cs.contrast(fit, "arm", ("all", "some")).iloc[0]
    assert found["estimate"][2] == pytest.approx(change["estimate"])
    np.testing.assert_allclose(found["p_adjusted"], adjust(found["p_value"], "holm"))


def test_tukey_of_two_levels_is_the_plain_test():
    found = pairwise(cs.fit("y ~ sex + x", DATA), "sex")
    assert found["p_adjusted"][0] == pytest.approx(found["p_value"][0], rel=1e-5)


@pytest.mark.parametrize("call", [marginal_means, pairwise])
def test_a_number_has_no_levels_to_compare(call):
    with pytest.raises(AnalysisError, match="no categorical variable"):
        call(cs.fit("y ~ arm + x", DATA), "x")


def test_a_model_of_two_parts_has_no_single_linear_predictor():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"x": np.repeat(["a", "b"], 200), "y": rng.poisson(1.5, 400)})
    frame["x"] = frame["x"].astype("category")
    frame.loc[rng.random(400) < 0.3, "y"] = 0
    with pytest.raises(AnalysisError, match=r"use cs\.effects"):
        marginal_means(cs.fit("y ~ x", frame, "zip"), "x")
