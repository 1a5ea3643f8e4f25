"""What effects are, family by family, against closed forms and statsmodels."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from scipy.stats import norm

import confstudy as cs
from confstudy.errors import AnalysisError
from confstudy.models.effects.effects import effects
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
    row = only(effects(fit, "arm", levels=("none", "all"), at={"x": [2]}))
    assert row["estimate"] == pytest.approx(b["arm[T.all]"] + 2 * b["x:arm[T.all]"], rel=1e-10)
    assert (row["contrast"], row["at"]) == ("all - none", 2)
