from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from scipy.stats import norm

import confstudy as cs
from confstudy.errors import AnalysisError
from confstudy.models.effects.effects import effects
from confstudy.models.gee import gee
from confstudy.models.missing.pooling import pooled
from confstudy.models.mixed.fit import mixed
from confstudy.models.multiplicity import adjust
from confstudy.models.survey.design import SurveyDesign

RNG = np.random.default_rng(81)
N = 600
DATA = pd.DataFrame(
    {
        "x": RNG.normal(size=N),
        "z": RNG.normal(size=N),
        "pos": RNG.lognormal(0, 1.2, N),
        "arm": pd.Categorical(RNG.choice(["none", "some", "all"], N), ["none", "some", "all"]),
        "d": RNG.integers(0, 2, N),
        "w": RNG.uniform(0.5, 3, N),
        "g": RNG.integers(0, 60, N),
    }
)
DATA["y"] = DATA["x"] + (DATA["arm"] == "all") + 0.5 * DATA["z"] + RNG.normal(size=N)
DATA["hit"] = (DATA["y"] + RNG.logistic(size=N) > 0.5).astype(int)
DATA["count"] = RNG.poisson(np.exp(0.3 + 0.4 * DATA["x"] - 0.2 * DATA["z"]))
DATA["rank"] = pd.cut(DATA["y"], [-99, -0.5, 0.8, 99], labels=["low", "middle", "high"])
DATA["many"] = np.where(RNG.random(N) < expit(-0.5 + DATA["z"]), 0, DATA["count"])


def only(found, **picked):
    table = found.table
    for name, value in picked.items():
        table = table[table[name] == value]
    assert len(table) == 1
    return table.iloc[0]


def delta(function, fit):
    """The standard error of a function, by Richardson's extrapolation of central differences."""
    centre = np.asarray(fit.coefficients)

    def slope(place, step):
        unit = np.zeros_like(centre)
        unit[place] = step
        return (function(centre + unit) - function(centre - unit)) / (2 * step)

    gradient = np.array([(4 * slope(k, 1e-3) - slope(k, 2e-3)) / 3 for k in range(len(centre))])
    return np.sqrt(gradient @ fit.covariance @ gradient)


def test_the_slope_of_a_logit_is_the_mean_of_p_q_b():
    fit = cs.fit("hit ~ x + z", DATA, "logit")

    def slope(beta):
        chance = expit(fit.design.matrix @ beta)
        return (chance * (1 - chance)).mean() * beta[1]

    row = only(effects(fit, "x"))
    assert row["estimate"] == pytest.approx(slope(fit.coefficients), rel=1e-10)
    assert row["std_error"] == pytest.approx(delta(slope, fit), rel=1e-8)
    assert row["conf_high"] == pytest.approx(
        row["estimate"] + norm.ppf(0.975) * row["std_error"], rel=1e-12
    )


def test_the_slope_through_a_square_and_an_interaction_has_its_closed_form():
    fit = cs.fit("hit ~ x + I(x**2) + x:z + z", DATA, "probit")
    x, z = DATA["x"].to_numpy(), DATA["z"].to_numpy()
    places = [fit.terms.index(term) for term in ("x", "I(x ** 2)", "x:z")]

    def slope(beta):
        one, square, both = beta[places]
        inner = one + 2 * square * x + both * z
        return (norm.pdf(fit.design.matrix @ beta) * inner).mean()

    row = only(effects(fit, "x"))
    assert row["estimate"] == pytest.approx(slope(fit.coefficients), rel=1e-9)
    assert row["std_error"] == pytest.approx(delta(slope, fit), rel=1e-8)


@pytest.mark.parametrize(
    ("term", "by_x"),
    [("log(pos)", lambda v: 1 / v), ("exp(-pos)", lambda v: -np.exp(-v))],
)
def test_the_slope_through_a_transform_is_by_the_chain_rule(term, by_x):
    fit = cs.fit(f"y ~ {term}", DATA)
    inner = by_x(DATA["pos"]).mean()
    row = only(effects(fit, "pos"))
    assert row["estimate"] == pytest.approx(fit.coefficients[1] * inner, rel=1e-8)
    assert row["std_error"] == pytest.approx(np.sqrt(fit.covariance[1, 1]) * abs(inner), rel=1e-8)


def test_the_slope_of_a_spline_of_a_parabola_is_the_parabola_s():
    data = DATA.assign(y=DATA["z"] ** 2 + 1e-3 * RNG.normal(size=N))
    fit = cs.fit("y ~ bs(z, df=6)", data)
    found = effects(fit, "z", at={"z": [-1.0, 0.5]}).table
    np.testing.assert_allclose(found["estimate"], [-2, 1], atol=5e-3)


@pytest.mark.parametrize("family", ["logit", "probit", "poisson"])
def test_slopes_equal_statsmodels(family):
    outcome = "count" if family == "poisson" else "hit"
    fit = cs.fit(f"{outcome} ~ x + z + pos", DATA, family)
    # Its probit has observed information, ours expected, as R has it.
    same = replace(fit.uncertainty, covariance=np.asarray(fit.result.cov_params()))
    expected = fit.result.get_margeff().summary_frame()
    found = effects(replace(fit, uncertainty=same)).table
    np.testing.assert_allclose(found["estimate"], expected["dy/dx"], rtol=1e-8)
    np.testing.assert_allclose(found["std_error"], expected["Std. Err."], rtol=1e-8)


@pytest.mark.parametrize("family", ["poisson", "negbin"])
def test_the_ratio_of_mean_counts_is_exp_b(family):
    data = DATA.assign(count=RNG.negative_binomial(2, 2 / (2 + np.exp(0.3 + 0.4 * DATA["x"]))))
    fit = cs.fit("count ~ x + z", data, family)
    row = only(effects(fit, "x", kind="contrast", comparison="ratio"))
    term = fit.table.set_index("term").loc["x"]
    assert row["estimate"] == pytest.approx(np.exp(term["estimate"]), rel=1e-12)
    assert row["std_error"] == pytest.approx(row["estimate"] * term["std_error"], rel=1e-9)
    assert row["conf_low"] == pytest.approx(np.exp(term["conf_low"]), rel=1e-9)
    assert row["statistic"] == pytest.approx(term["statistic"], rel=1e-9)
    lift = only(effects(fit, "x", kind="contrast", comparison="lift"))
    assert lift["estimate"] == pytest.approx(row["estimate"] - 1, rel=1e-10)


# Ford et al. (1997): would disclose, of those assured and of those not.
@pytest.mark.parametrize("one_row_each", [True, False])
@pytest.mark.parametrize("family", ["logit", "probit", "cloglog"])
def test_a_saturated_model_gives_the_differences_of_cells(one_row_each, family):
    yes, all_, other, rest = 178, 383, 68, 175
    cells = pd.DataFrame(
        {"yes": [1, 0, 1, 0], "assured": [1, 1, 0, 0],
         "count": [yes, all_ - yes, other, rest - other]}
    )  # fmt: skip
    if one_row_each:
        cells = cells.loc[cells.index.repeat(cells["count"])].reset_index(drop=True)
    fit = cs.fit("yes ~ assured", cells, family, weights=None if one_row_each else "count")
    p, q = yes / all_, other / rest
    spread = [p * (1 - p) / all_, q * (1 - q) / rest]
    row = only(effects(fit, "assured"))
    assert row["contrast"] == "1 - 0"
    assert row["n"] == 558
    assert row["estimate"] == pytest.approx(p - q, rel=1e-9)
    assert row["std_error"] == pytest.approx(np.sqrt(sum(spread)), rel=1e-7)
    odds = only(effects(fit, "assured", comparison="odds_ratio"))
    assert odds["estimate"] == pytest.approx(p * (1 - q) / q / (1 - p), rel=1e-9)
    logs = np.sqrt(1 / yes + 1 / (all_ - yes) + 1 / other + 1 / (rest - other))
    assert odds["std_error"] / odds["estimate"] == pytest.approx(logs, rel=1e-7)
    risk = only(effects(fit, "assured", comparison="ratio"))
    assert risk["estimate"] == pytest.approx(p / q, rel=1e-9)
    logs = np.sqrt((1 - p) / yes + (1 - q) / other)
    assert risk["std_error"] / risk["estimate"] == pytest.approx(logs, rel=1e-7)


@pytest.mark.parametrize("family", ["ordered", "ordered_probit"])
def test_effects_on_ordered_levels_sum_to_nothing_and_accumulate(family):
    fit = cs.fit("rank ~ x + arm", DATA, family)
    each, above = effects(fit), effects(fit, cumulative=True)
    for term, part in each.table.groupby(["term", "contrast"]):
        assert part["estimate"].sum() == pytest.approx(0, abs=1e-10)
        more = above.table.set_index(["term", "contrast"]).loc[[term]]
        assert more["level"].tolist() == ["middle or more", "high or more"]
        expected = part["estimate"].to_numpy()[::-1].cumsum()[1::-1]
        np.testing.assert_allclose(more["estimate"], expected, rtol=1e-9)
    assert above.table["std_error"].iloc[-1] == pytest.approx(each.table["std_error"].iloc[-1])


def test_the_slope_of_an_ordered_chance_has_its_closed_form():
    fit = cs.fit("rank ~ x + z", DATA, "ordered")

    def slope(beta):
        passed = expit(fit.design.matrix @ beta[:2] - beta[3])
        return (passed * (1 - passed)).mean() * beta[0]

    row = only(effects(fit, "x"), level="high")
    assert row["estimate"] == pytest.approx(slope(fit.coefficients), rel=1e-9)
    assert row["std_error"] == pytest.approx(delta(slope, fit), rel=1e-8)


@pytest.mark.parametrize("family", ["zip", "hurdle_poisson"])
def test_parts_of_a_count_with_many_zeros_have_their_closed_forms(family):
    fit = cs.fit("many ~ x | z", DATA, family)
    matrix = fit.design.matrix

    def parts(beta):
        mean, part = np.exp(matrix[:, :2] @ beta[:2]), expit(matrix[:, 2:] @ beta[2:])
        if family == "zip":
            return mean * (1 - part), part + (1 - part) * np.exp(-mean), mean
        positive = mean / (1 - np.exp(-mean))
        return part * positive, 1 - part, positive

    found = effects(fit, kind="prediction").table
    assert found["level"].tolist()[:2] == ["many", "zero"]
    for place in range(3):
        row = found.iloc[place]
        assert row["estimate"] == pytest.approx(parts(fit.coefficients)[place].mean(), rel=1e-12)
        error = delta(lambda beta, place=place: parts(beta)[place].mean(), fit)
        assert row["std_error"] == pytest.approx(error, rel=1e-8)
    assert found["estimate"][1] == pytest.approx((DATA["many"] == 0).mean(), abs=0.03)
    none = only(effects(fit, "x"), level="zero")
    if family == "hurdle_poisson":  # x is not in its part for zeros
        assert (none["estimate"], none["std_error"]) == (0, 0)
        assert np.isnan(none["p_value"])


def test_slopes_on_the_link_are_coefficients():
    for family, outcome in (("logit", "hit"), ("ordered", "rank"), ("poisson", "count")):
        fit = cs.fit(f"{outcome} ~ x + z", DATA, family)
        row = only(effects(fit, "x", scale="link"))
        term = fit.table.set_index("term").loc["x"]
        for name in ("estimate", "std_error", "p_value", "conf_low"):
            assert row[name] == pytest.approx(term[name], rel=1e-8)


def test_averages_are_by_the_weights_of_the_fit_or_those_named():
    fit = cs.fit("hit ~ x + z", DATA, "logit", weights="w")
    chance = expit(fit.design.matrix @ fit.coefficients)
    each = chance * (1 - chance) * fit.coefficients[1]
    for asked, weights in ((None, DATA["w"]), (False, None), ("x2", DATA["w"] ** 2)):
        given = DATA["w"].to_numpy() ** 2 if asked == "x2" else asked
        row = only(effects(fit, "x", weights=given))
        assert row["estimate"] == pytest.approx(np.average(each, weights=weights), rel=1e-10)
    assert "weighted by the weights of the fit" in repr(effects(fit, "x"))


def test_a_sample_design_s_errors_and_weights_enter():
    survey = cs.load("data_synthetic/therapy.parquet")
    frame = survey.frame.assign(w=RNG.uniform(1, 3, len(survey.frame)))
    design = SurveyDesign(weights="w", clusters="therapist")
    fit = cs.fit("topics ~ fear_1", frame, design=design)
    row, term = only(effects(fit, "fear_1", kind="slope")), fit.table.iloc[1]
    for name in ("estimate", "std_error", "df", "p_value"):
        assert row[name] == pytest.approx(term[name], rel=1e-7)
    with pytest.raises(AnalysisError, match="sample design"):
        effects(fit, "fear_1", bootstrap=200)


def test_a_saturated_logit_under_a_design_has_the_linear_model_s_error():
    design = SurveyDesign(weights="w", strata="d", clusters="g")
    data = DATA.assign(g=DATA["g"] + 100 * DATA["d"])
    linear = cs.fit("hit ~ arm", data, design=design).table.iloc[1:]
    found = effects(cs.fit("hit ~ arm", data, "logit", design=design)).table
    for name in ("estimate", "std_error", "df"):
        np.testing.assert_allclose(found[name], linear[name], rtol=1e-8)


def test_effects_of_a_linear_model_are_its_coefficients_with_their_own_df():
    fit = cs.fit("y ~ x + arm", DATA, cluster="g", cov="CR2")
    found = effects(fit).table
    table = fit.table.iloc[1:].set_index("term").loc[["x", "arm[T.some]", "arm[T.all]"]]
    for name in ("estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high"):
        np.testing.assert_allclose(found[name], table[name], rtol=1e-8)
    assert found["contrast"].tolist() == ["slope", "some - none", "all - none"]


def test_interactions_are_rebuilt_and_groups_averaged_apart():
    fit = cs.fit("y ~ x * arm", DATA)
    found = effects(fit, "x", by="arm").table.set_index("group")["estimate"]
    b = dict(zip(fit.terms, fit.coefficients, strict=True))
    expected = [b["x"], b["x"] + b["x:arm[T.some]"], b["x"] + b["x:arm[T.all]"]]
    np.testing.assert_allclose(found.loc[["none", "some", "all"]], expected, rtol=1e-10)
    row = only(effects(fit, "arm", levels=("all", "none"), at={"x": [2]}))
    assert row["estimate"] == pytest.approx(b["arm[T.all]"] + 2 * b["x:arm[T.all]"], rel=1e-10)
    assert (row["contrast"], row["at"]) == ("all - none", 2)


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
    fit = cs.fit("many ~ z | x", DATA, "hurdle_negbin")
    row = only(effects(fit, "z", kind="contrast", comparison="ratio"), level="zero")
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
