from itertools import product

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from scipy import stats

from confstudy.claims.specifications import specifications
from confstudy.errors import AnalysisError
from confstudy.models.fit import fit


def drawn(n=240, effect=0.3, covariates=4, seed=1):
    rng = np.random.default_rng(seed)
    names = [f"c{place}" for place in range(covariates)]
    data = pd.DataFrame(rng.normal(size=(n, covariates)), columns=names)
    data["x"] = 0.5 * data["c0"] + rng.normal(size=n)
    data["y"] = effect * data["x"] + 0.6 * data["c0"] + rng.normal(size=n)
    data["z"] = 3 + 10 * data["y"] + rng.normal(size=n)
    data["yes"] = np.where(data["y"] > 0.3, "yes", "no")
    data["place"] = pd.Categorical(rng.choice(["a", "b", "c"], n))
    data["treated"] = pd.Categorical(np.where(data["x"] > 0, "yes", "no"))
    return data, names


def test_a_thousand_models_equal_statsmodels():
    data, names = drawn(n=400, covariates=10)
    data[names[1]] = 1e6 + 1e3 * data[names[1]] + 500 * data["c0"]
    found = specifications(data, "y", "x", names, draws=0).table
    assert len(found) == len({*found["covariates"]}) == 1024
    outcome, expected = data["y"].to_numpy(), []
    for chosen in found["covariates"]:
        # Centring changes nothing but the intercept, and lets statsmodels keep its digits.
        centred = data[["x", *chosen]] - data[["x", *chosen]].mean()
        fitted = sm.OLS(outcome, sm.add_constant(centred.to_numpy())).fit()
        low, high = fitted.conf_int()[1]
        one = [fitted.params[1], fitted.bse[1], fitted.tvalues[1], fitted.df_resid]
        expected.append([*one, fitted.pvalues[1], low, high])
    names = "estimate std_error statistic df p_value conf_low conf_high".split()
    np.testing.assert_allclose(found[names].to_numpy(float), expected, rtol=1e-10, atol=1e-14)


def test_categories_subsets_and_what_is_always_there_equal_the_formula():
    data, _ = drawn()
    older = (data["c1"] > -0.5).to_numpy()
    found = specifications(
        data, ["y", "yes"], "treated", ["place", "c1:c0"],
        always=["c0"], subsets={"older": older}, draws=0,
    ).table  # fmt: skip
    assert len(found) == 2 * 2 * 4
    numbered = data.assign(yes=(data["yes"] == "yes") * 1.0)
    for row in found.to_dict("records"):
        rows = numbered[older] if row["subset"] == "older" else numbered
        terms = " + ".join(["treated", "c0", *row["covariates"]])
        fitted = smf.ols(f"{row['outcome']} ~ {terms}", rows).fit()
        assert row["estimate"] == pytest.approx(fitted.params["treated[T.yes]"], rel=1e-10)
        assert row["std_error"] == pytest.approx(fitted.bse["treated[T.yes]"], rel=1e-10)
        assert (row["df"], row["n"]) == (fitted.df_resid, len(rows))
    assert found["standardized"].abs().max() < 1


def test_rows_that_lack_any_variable_are_in_no_model():
    data, names = drawn()
    data.loc[:9, "c3"] = np.nan
    found = specifications(data, "y", "x", names, draws=0)
    assert (found.n, found.dropped) == (230, 10)
    assert (found.table["n"] == 230).all()


def statistics(estimates, errors, df):
    z = stats.norm.ppf(stats.t.cdf(estimates / errors, df))
    share = max((z > 1.959964).mean(), (z < -1.959964).mean())
    return [np.median(estimates), share, z.sum() / np.sqrt(len(z))]


def naively(data, sets, null, draws, seed):
    """Force the null model by model, and refit every model in every draw."""
    rng = np.random.default_rng(seed)
    n = len(data)
    picked = (
        rng.integers(0, n, (draws, n))
        if null == "bootstrap"
        else [rng.permutation(n) for _ in range(draws)]
    )
    full = [sm.OLS(data["y"], sm.add_constant(data[["x", *chosen]])).fit() for chosen in sets]
    observed = statistics(*np.transpose([(f.params["x"], f.bse["x"], f.df_resid) for f in full]))
    drawn_ones = []
    for rows in picked:
        fits = []
        for chosen, first in zip(sets, full, strict=True):
            if null == "bootstrap":
                forced = data.assign(y=data["y"] - first.params["x"] * data["x"]).iloc[rows]
            else:
                forced = data.assign(x=data["x"].to_numpy()[rows])
            fitted = sm.OLS(forced["y"], sm.add_constant(forced[["x", *chosen]])).fit()
            fits.append((fitted.params["x"], fitted.bse["x"], fitted.df_resid))
        drawn_ones.append(statistics(*np.transpose(fits)))
    extreme = (np.abs(drawn_ones) >= np.abs(observed)).sum(axis=0)
    return observed, np.median(drawn_ones, axis=0), (1 + extreme) / (1 + draws)


@pytest.mark.parametrize("null", ["bootstrap", "permute"])
def test_the_joint_test_equals_refitting_every_model_in_every_draw(null):
    data, names = drawn(n=60, effect=0.05, covariates=2)
    found = specifications(data, "y", "x", names, null=null, draws=8, seed=3)
    observed, median, p_value = naively(data, found.table["covariates"], null, 8, 3)
    np.testing.assert_allclose(found.test["observed"], observed, rtol=1e-7)
    np.testing.assert_allclose(found.test["null"], median, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(found.test["p_value"], p_value)


@pytest.mark.parametrize("null", ["bootstrap", "permute"])
def test_an_effect_is_found_and_none_is_not(null):
    for effect, expected in ((0.5, True), (0.0, False)):
        data, names = drawn(effect=effect)
        found = specifications(data, "y", "x", names[1:], always=["c0"], null=null, draws=199)
        # Models so alike are all significant at once: the share cannot say more than that.
        p_value = found.test["p_value"][found.test["statistic"] != "share significant"]
        assert ((p_value < 0.01) == expected).all()
        assert (found.test["p_value"] < 0.1).all() == expected


@pytest.mark.validate
@pytest.mark.parametrize("null", ["bootstrap", "permute"])
def test_the_joint_test_keeps_its_size(null):
    runs, below = 400, []
    for seed in range(runs):
        data, names = drawn(n=120, effect=0, seed=seed)
        if null == "permute":
            # As if randomised: shuffling assumes that nothing goes with the exposure.
            data["x"] -= 0.5 * data["c0"]
        found = specifications(
            data, "y", "x", names[1:], always=["c0"], null=null, draws=99, seed=seed
        )
        below.append(found.test["p_value"].to_numpy() <= 0.1)
    # Four Monte Carlo standard errors.
    assert np.abs(np.mean(below, axis=0) - 0.1).max() < 4 * np.sqrt(0.09 / runs)


def test_outcomes_in_different_units_are_compared_in_standard_deviations():
    data, names = drawn()
    found = specifications(data, ["y", "z"], "x", names, draws=19)
    assert found.test["observed"][0] == pytest.approx(found.table["standardized"].median())
    one = found.table[found.table["outcome"] == "y"]
    spread = data["x"].std() / data["y"].std()
    np.testing.assert_allclose(one["standardized"], one["estimate"] * spread, rtol=1e-10)


def test_other_families_are_fitted_one_by_one_and_are_not_tested():
    data, names = drawn()
    found = specifications(data, "yes", "x", names[:2], families=["ols", "logit"], draws=0)
    logit = found.table[found.table["family"] == "logit"].set_index("covariates")
    for chosen in [(), ("c0",), ("c1",), ("c0", "c1")]:
        formula = " + ".join(["yes ~ x", *chosen])
        expected = fit(formula, data, "logit").table.set_index("term").loc["x"]
        got = logit.loc[[chosen]].iloc[0]
        assert got["estimate"] == pytest.approx(expected["estimate"], rel=1e-12)
    assert len(found.table) == 8
    assert found.test["p_value"].isna().all()


def test_a_seed_gives_the_same_test_and_the_curve_is_in_order():
    data, names = drawn()
    first, second = (specifications(data, "y", "x", names, draws=20, seed=5) for _ in range(2))
    pd.testing.assert_frame_equal(first.test, second.test)
    curve = first.plot
    assert curve["estimate"].is_monotonic_increasing
    assert curve["rank"].tolist() == list(range(1, 17))
    assert (curve[names].sum() == 8).all()
    assert repr(first).startswith("16 specifications, n = 240: estimates")


def test_a_level_that_a_resample_lacks_does_no_harm():
    data, _ = drawn(n=60)
    data["rare"] = pd.Categorical(["seldom"] + ["often"] * 59)
    found = specifications(data, "y", "x", ["rare", "c0"], draws=50)
    assert found.test["p_value"].between(0, 1).all()
    assert found.test["null"].notna().all()


@pytest.mark.parametrize(
    ("outcome", "exposure", "covariates", "options", "words"),
    [
        ("y", "place", ["c0"], {}, "must be a number or have two levels"),
        ("place", "x", ["c0"], {}, "more than two levels"),
        ("y", "x", ["plac"], {}, "Did you mean 'place'"),
        ("y", "x", "c0", {}, "are lists"),
        ("y", "x", ["c0", "x"], {}, r"Named twice among .*\[x\]"),
        ("y", "x", ["c0 + c1"], {}, "one column or one term"),
        ("y", "x", [f"c{i}" for i in range(18)], {}, "too many"),
        ("y", "x", ["c0"], {"null": "boot"}, "'bootstrap' or 'permute'"),
        ("y", "x", ["c0"], {"draws": -1}, "0 or more"),
        ("y", "x", ["c0"], {"subsets": {"all": [True]}}, "another name"),
        ("y", "x", ["c0"], {"subsets": {"few": [True]}}, "240 times true or false"),
        ("y", [], ["c0"], {}, "Name an outcome"),
    ],
)
def test_what_cannot_be_tried_is_refused_in_words(outcome, exposure, covariates, options, words):
    data, _ = drawn()
    with pytest.raises(AnalysisError, match=words):
        specifications(data, outcome, exposure, covariates, **options)


def test_every_choice_is_tried_once():
    data, names = drawn()
    data["w"] = data["x"] + data["c3"]
    half = (data["c1"] > 0).to_numpy()
    found = specifications(
        data, ["y", "z"], ["x", "w"], names[:2], subsets={"half": half}, draws=0
    ).table
    keys = ["outcome", "exposure", "subset", "covariates"]
    sets = [(), ("c0",), ("c1",), ("c0", "c1")]
    expected = set(product(["y", "z"], ["x", "w"], ["all", "half"], sets))
    assert set(found[keys].itertuples(index=False, name=None)) == expected
    assert not found[keys].duplicated().any()
