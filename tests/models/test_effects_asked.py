"""Whom effects are averaged over, how uncertain they are, and what is refused."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

import confstudy as cs
from confstudy.errors import AnalysisError
from confstudy.models.effects.effects import effects
from confstudy.models.gee import gee
from confstudy.models.missing.pooling import pooled
from confstudy.models.mixed.fit import mixed
from confstudy.models.multiplicity import adjust

RNG = np.random.default_rng(81)
N = 600
DATA = pd.DataFrame(
    {
        "x": RNG.normal(size=N),
        "z": RNG.normal(size=N),
        "arm": pd.Categorical(RNG.choice(["none", "some", "all"], N), ["none", "some", "all"]),
        "d": RNG.integers(0, 2, N),
        "w": RNG.uniform(0.5, 3, N),
        "g": RNG.integers(0, 60, N),
    }
)
DATA["y"] = DATA["x"] + (DATA["arm"] == "all") + 0.5 * DATA["z"] + RNG.normal(size=N)
DATA["hit"] = (DATA["y"] + RNG.logistic(size=N) > 0.5).astype(int)
DATA["count"] = RNG.poisson(np.exp(0.3 + 0.4 * DATA["x"] - 0.2 * DATA["z"]))
DATA["many"] = np.where(RNG.random(N) < expit(-0.5 + DATA["z"]), 0, DATA["count"])


def only(found):
    assert len(found.table) == 1
    return found.table.iloc[0]


def test_every_pair_is_compared_and_adjusted_within_its_group():
    fit = cs.fit("hit ~ arm * d", DATA, "logit")
    found = effects(fit, "arm", levels="pairwise", by="d").table
    assert found["contrast"].unique().tolist() == ["some - none", "all - none", "all - some"]
    for _, part in found.groupby("group"):
        expected = adjust(part["p_value"].to_numpy(), "holm")
        np.testing.assert_allclose(part["p_adjusted"], expected)
    cells = DATA.pivot_table("hit", "d", "arm", observed=True)
    expected = (cells["all"] - cells["some"]).to_numpy()
    np.testing.assert_allclose(
        found.loc[found["contrast"] == "all - some", "estimate"], expected, rtol=1e-8
    )


def test_small_groups_are_pooled_and_a_few_respondents_refused():
    data = DATA.assign(s=["CANARY"] * 4 + ["b"] * 12 + ["a"] * (N - 16))
    fit = cs.fit("hit ~ x + s", data, "logit")
    found = effects(fit, "x", by="s")
    assert found.table["group"].tolist() == ["a", "small groups pooled"]
    assert found.table["n"].tolist() == [N - 16, 16]
    assert "CANARY" not in repr(found)
    assert "fewer than 10" in repr(found)
    with pytest.raises(AnalysisError, match="10 are the least"):
        effects(fit, "x", newdata=data[-9:])
    with pytest.raises(AnalysisError, match="no two groups"):
        effects(fit, "x", by="x")


def test_other_respondents_are_averaged_over_with_the_model_s_levels():
    fit = cs.fit("hit ~ x + arm", DATA, "logit")
    some = DATA[DATA["x"] > 0].astype({"arm": str}).assign(region=lambda d: d["x"] > 1)
    chance = expit(fit.design.matrix @ fit.coefficients)
    found = effects(fit, kind="prediction", newdata=some, by="region").table
    expected = pd.Series(chance)[DATA["x"] > 0].groupby(some["region"]).mean()
    np.testing.assert_allclose(found["estimate"], expected, rtol=1e-10)
    with pytest.raises(AnalysisError, match="has not seen"):
        effects(fit, "x", newdata=some.assign(arm="CANARY"))


def test_an_offset_stays_as_it_is():
    fit = cs.fit("count ~ x", DATA, "poisson", offset="log(w)")
    mean = DATA["w"] * np.exp(fit.coefficients[0] + fit.coefficients[1] * DATA["x"])
    row = only(effects(fit, "x"))
    assert row["estimate"] == pytest.approx((mean * fit.coefficients[1]).mean(), rel=1e-9)
    with pytest.raises(AnalysisError, match="own respondents"):
        effects(fit, "x", newdata=DATA)


def test_the_bootstrap_is_seeded_near_the_delta_method_and_draws_clusters():
    fit = cs.fit("hit ~ x + arm", DATA, "logit")
    found, again = (effects(fit, "x", bootstrap=400, seed=3) for _ in range(2))
    pd.testing.assert_frame_equal(found.table, again.table)
    assert found.table["std_error"][0] == pytest.approx(
        effects(fit, "x").table["std_error"][0], rel=0.2
    )
    assert (found.draws, found.failures) == (400, 0)
    clustered = cs.fit("hit ~ x + arm", DATA, "logit", cluster="g")
    with pytest.raises(AnalysisError, match="name their column"):
        effects(clustered, "x", bootstrap=400)
    drawn = effects(clustered, "x", bootstrap=400, cluster="g", seed=3)
    assert "bootstrap of g" in repr(drawn)
    assert drawn.table["std_error"][0] == pytest.approx(
        effects(clustered, "x").table["std_error"][0], rel=0.2
    )


def test_bootstrap_samples_that_cannot_be_fitted_are_counted_and_told():
    rng = np.random.default_rng(5)
    data = pd.DataFrame(
        {"x": rng.normal(size=60), "y": [1] * 3 + [0] * 57, "d": [1] * 20 + [0] * 40}
    )
    data.loc[59, "y"] = 1
    fit = cs.fit("y ~ d", data, "logit")
    found = effects(fit, "d", bootstrap=200, seed=1)
    assert found.failures > 10
    assert f"{found.failures} of them failed" in repr(found)
    assert found.table["note"].str.contains("failed").all()


def test_mixed_models_and_estimating_equations_have_effects():
    linear = mixed("y ~ x + arm", DATA, "1 | g")
    row, term = only(effects(linear, "x")), linear.table.set_index("term").loc["x"]
    for name in ("estimate", "std_error", "df", "p_value"):
        assert row[name] == pytest.approx(term[name], rel=1e-8)
    typical = mixed("hit ~ x", DATA, "1 | g", "logit", nodes=5)
    chance = expit(typical.design.matrix @ typical.coefficients)
    expected = (chance * (1 - chance)).mean() * typical.coefficients[1]
    assert only(effects(typical, "x"))["estimate"] == pytest.approx(expected, rel=1e-9)
    assert "random effects are 0" in repr(effects(typical, "x"))
    marginal = gee("hit ~ x", DATA, "g", "logit")
    assert "random effects" not in repr(effects(marginal, "x"))
    ratio = effects(marginal, "x", kind="contrast", scale="link")
    assert only(ratio)["estimate"] == pytest.approx(marginal.coefficients[1], rel=1e-10)
    with pytest.raises(AnalysisError, match="refits the model"):
        effects(marginal, "x", bootstrap=200)


def test_anything_with_coefficients_a_design_and_a_prediction_has_effects():
    fit = cs.fit("hit ~ x * arm", DATA, "logit")
    alike = SimpleNamespace(
        coefficients=fit.coefficients, covariance=fit.covariance, df=7.0, design=fit.design,
        predict=lambda beta, matrix: expit(matrix @ beta)[:, None],
    )  # fmt: skip
    found, expected = effects(alike).table, effects(fit).table
    for name in ("contrast", "estimate", "std_error"):
        assert found[name].equals(expected[name])
    assert (found["df"] == 7).all()


def test_fits_to_imputed_data_are_pooled_by_rubin_s_rules():
    fits = [
        cs.fit("hit ~ x + z", DATA.assign(x=DATA["x"] + 0.3 * RNG.normal(size=N)), "logit")
        for _ in range(5)
    ]
    each = pd.concat([effects(fit, "x").table for fit in fits])
    found = effects(pooled(fits), "x")
    row = only(found)
    assert row["estimate"] == pytest.approx(each["estimate"].mean(), rel=1e-10)
    total = (each["std_error"] ** 2).mean() + 1.2 * each["estimate"].var()
    assert row["std_error"] == pytest.approx(np.sqrt(total), rel=1e-9)
    assert np.isfinite(row["df"])
    assert "Rubin" in repr(found)


def test_a_prediction_that_cannot_move_has_no_error():
    fit = cs.fit("many ~ z | x", DATA, "hurdle_poisson")
    found = effects(fit, "z", kind="contrast", comparison="ratio").table
    row = found.set_index("level").loc["zero"]
    assert (row["estimate"], row["std_error"]) == (1, 0)


def test_a_few_respondents_have_the_effects_their_coefficients_tell():
    few = pd.DataFrame({"x": [1, 2, 3, 4, 5, 6.0], "y": [1, 2, 3, 5, 4, 2.0]})
    fit = cs.fit("y ~ x", few)
    assert only(effects(fit))["p_value"] == pytest.approx(fit.table["p_value"][1], rel=1e-8)


def test_ratios_to_nothing_are_named_and_hold_no_numbers():
    fit = cs.fit("y ~ x", DATA)
    found = effects(fit, "x", levels=(1, -5), comparison="ratio")
    assert found.table[["estimate", "p_value", "conf_low"]].isna().all(axis=None)
    assert found.table["note"][0].startswith("not defined")
    assert "TAKE CARE" in repr(found)


FIT = cs.fit("hit ~ x + arm + d", DATA, "logit")
LINEAR = cs.fit("y ~ I(x > 0.123) + arm", DATA)


@pytest.mark.parametrize(
    ("fit", "variable", "options", "expected"),
    [
        (FIT, "arn", {}, "Did you mean 'arm'"),
        (FIT, "hit", {}, "Predictors not found"),
        (FIT, "arm", {"kind": "slope"}, "has levels, not a slope"),
        (FIT, "arm", {"levels": ("all", "typo")}, r"Levels: \[all, none, some\]"),
        (FIT, "x", {"kind": "slop"}, "Did you mean 'slope'"),
        (FIT, "x", {"kind": "slope", "comparison": "ratio"}, "use kind='contrast'"),
        (FIT, "x", {"levels": "pairwise"}, "give two values"),
        (FIT, "x", {"at": {"q": 1}}, "'q' in 'at' is no predictor"),
        (FIT, "x", {"by": "nowhere"}, "newdata"),
        (FIT, "x", {"weights": [1.0]}, "1 weights for 600"),
        (FIT, "x", {"cumulative": True}, "ordered outcomes"),
        (FIT, "x", {"bootstrap": 5}, "too few"),
        (FIT, "x", {"level": 95}, "between 0 and 1"),
        (FIT, "d", {"scale": "link", "comparison": "ratio"}, "Ratios are of predictions"),
        (LINEAR, "arm", {"comparison": "odds_ratio"}, "Odds are of chances"),
        (LINEAR, "x", {}, "not change smoothly"),
        (object(), "x", {}, "as cs.fit makes it"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_says_why(fit, variable, options, expected):
    with pytest.raises(AnalysisError, match=expected):
        effects(fit, variable, **options)


def test_a_fit_that_cannot_be_believed_has_no_effects():
    data = pd.DataFrame({"x": np.arange(40.0), "y": np.arange(40) > 19})
    with pytest.warns(UserWarning, match="separation"):
        fit = cs.fit("y ~ x", data, "logit")
    with pytest.raises(AnalysisError, match="has no effects: separation"):
        effects(fit, "x")


def test_rows_order_and_scale_do_not_matter():
    fit = cs.fit("hit ~ x + arm", DATA, "logit")
    shuffled = cs.fit("hit ~ x + arm", DATA.sample(frac=1, random_state=1), "logit")
    scaled = cs.fit("hit ~ x + arm", DATA.assign(x=1000 * DATA["x"]), "logit")
    base = effects(fit, "x").table
    for other, factor in ((shuffled, 1), (scaled, 1000)):
        found = effects(other, "x").table
        for name in ("estimate", "std_error"):
            np.testing.assert_allclose(factor * found[name], base[name], rtol=1e-7)


def covered(draws, n, seed):
    """How often intervals hold the population's slope and risk difference; (draws, 2)."""
    rng = np.random.default_rng(seed)
    big = rng.normal(size=400_000)
    chances = [expit(-0.3 + 0.8 * big + 0.6 * d) for d in (0, 1)]
    truth = {
        "x": np.mean([0.8 * (p * (1 - p)).mean() for p in chances]),
        "d": (chances[1] - chances[0]).mean(),
    }
    held = []
    for _ in range(draws):
        data = pd.DataFrame({"x": rng.normal(size=n), "d": rng.integers(0, 2, n)})
        data["y"] = (rng.random(n) < expit(-0.3 + 0.8 * data["x"] + 0.6 * data["d"])).astype(int)
        table = effects(cs.fit("y ~ x + d", data, "logit")).table.set_index("term")
        held.append(
            [table.loc[k, "conf_low"] <= v <= table.loc[k, "conf_high"] for k, v in truth.items()]
        )
    return np.mean(held, axis=0)


@pytest.mark.parametrize(
    ("draws", "n", "seed"), [(150, 300, 1), pytest.param(2000, 500, 2, marks=pytest.mark.validate)]
)
def test_intervals_hold_the_population_s_effects(draws, n, seed):
    share = covered(draws, n, seed)
    assert (abs(share - 0.95) < 4 * np.sqrt(0.95 * 0.05 / draws)).all()


@pytest.mark.validate
def test_no_effect_is_found_as_rarely_as_promised_by_delta_and_bootstrap():
    rng = np.random.default_rng(9)
    delta_found, drawn_found = [], []
    for draw in range(1500):
        data = pd.DataFrame({"x": rng.normal(size=300), "arm": rng.choice(["a", "b"], 300)})
        data["y"] = (rng.random(300) < expit(0.5 * data["x"] - 0.2)).astype(int)
        fit = cs.fit("y ~ x + arm", data, "logit")
        delta_found.append(effects(fit, "arm").table["p_value"][0] < 0.05)
        if draw < 300:
            row = only(effects(fit, "arm", bootstrap=400, seed=draw))
            drawn_found.append(not row["conf_low"] <= 0 <= row["conf_high"])
    for found in (delta_found, drawn_found):
        assert abs(np.mean(found) - 0.05) < 4 * np.sqrt(0.05 * 0.95 / len(found))
