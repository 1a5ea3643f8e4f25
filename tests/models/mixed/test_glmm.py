import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.special import expit, gammaln

from confstudy.errors import AnalysisError
from confstudy.models.fit import FitWarning
from confstudy.models.formula import build_design
from confstudy.models.mixed.fit import mixed
from confstudy.models.mixed.laplace import Laplace
from confstudy.models.mixed.outcomes import outcome_of
from confstudy.models.mixed.quadrature import integrated, node_grid
from confstudy.models.mixed.random import build_blocks, parse_random


def drawn(seed, groups=30, size=10, variance=0.3):
    """Effects of .5 on x within groups whose intercepts vary."""
    rng = np.random.default_rng(seed)
    data = pd.DataFrame({"g": np.repeat(np.arange(groups), size)})
    n = len(data)
    data["x"], data["h"] = rng.normal(size=n), rng.integers(0, 8, n)
    index = -0.3 + 0.5 * data["x"] + rng.normal(0, np.sqrt(variance), groups)[data["g"]]
    data["yes"] = (rng.random(n) < expit(index)).astype(float)
    data["count"] = rng.poisson(np.exp(index)).astype(float)
    data["rank"] = np.digitize(index + rng.logistic(size=n), [-1, 0.2, 1.5]).astype(float)
    data["w"] = rng.integers(1, 4, n)
    return data


DATA = drawn(1)
OUTCOMES = {"logit": "yes", "poisson": "count", "ordered": "rank"}
CASES = [
    (family, random, nodes)
    for family in OUTCOMES
    for random, nodes in (("1 | g", 1), ("1 | g", 7), ("1 + x | g", 5), ("1 + x || g", 1))
]


def marginal(family, random, nodes):
    design = build_design(f"{OUTCOMES[family]} ~ x", DATA, intercept=family != "ordered")
    said = outcome_of(family, design.matrix, design.outcome, DATA["w"].to_numpy(float))
    blocks = build_blocks(parse_random(random), DATA)
    made = Laplace(said, blocks) if len(blocks) > 1 else integrated(said, blocks[0], nodes)
    start = [-1.0, 0.2, 1.4, 0.3] if family == "ordered" else [0.2, 0.3]
    theta = np.linspace(0.3, 0.6, sum(len(block.rows) for block in blocks))
    return made, np.concatenate([start, theta])


@pytest.mark.parametrize(
    ("family", "random", "nodes"),
    [*CASES, *((family, "(1 + x | g) + (1 | h)", 1) for family in OUTCOMES)],
)
def test_the_gradient_is_that_of_the_approximation(family, random, nodes):
    made, point = marginal(family, random, nodes)
    expected = []
    for step in np.eye(len(point)) * 1e-3:
        near = made.deviance(point + step)[0] - made.deviance(point - step)[0]
        far = made.deviance(point + 2 * step)[0] - made.deviance(point - 2 * step)[0]
        expected.append((8 * near - far) / 12e-3)
    np.testing.assert_allclose(made.deviance(point)[1], expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("family", OUTCOMES)
def test_laplace_over_several_factors_equals_one_node_where_there_is_one(family):
    one, point = marginal(family, "1 + x | g", 1)
    several = Laplace(one.outcome, one.blocks)
    unsorted, _ = marginal(family, "1 + x | g", 1)
    assert several.deviance(point)[0] == pytest.approx(unsorted.deviance(point)[0], rel=1e-12)


def density(family, y, index, cuts):
    if family == "logit":
        return expit(index) if y else expit(-index)
    if family == "poisson":
        return np.exp(y * index - np.exp(index) - gammaln(y + 1))
    below = expit(np.concatenate([[-np.inf], cuts, [np.inf]]) - index)
    return below[int(y) + 1] - below[int(y)]


@pytest.mark.parametrize("family", OUTCOMES)
def test_the_likelihood_equals_numerical_integration(family):
    data = DATA[DATA["g"] < 3]
    fit = mixed(f"{OUTCOMES[family]} ~ x", data, "1 | g", family, nodes=25)
    values = dict(zip(fit.terms, fit.coefficients, strict=True))
    cuts = fit.coefficients[1:] if family == "ordered" else np.zeros(0)
    spread = fit.variances["std_dev"][0]
    total = 0.0
    for _, rows in data.groupby("g"):

        def integrand(u, rows=rows):
            chance = np.exp(-u * u / 2) / np.sqrt(2 * np.pi)
            for y, x in zip(rows[OUTCOMES[family]], rows["x"], strict=True):
                index = values.get("Intercept", 0.0) + values["x"] * x + spread * u
                chance *= density(family, y, index, cuts)
            return chance

        total += np.log(quad(integrand, -9, 9, epsabs=0, epsrel=1e-11, limit=200)[0])
    assert fit.log_likelihood == pytest.approx(total, abs=1e-6)


def test_nodes_integrate_polynomials_of_normal_variables():
    points, mass = node_grid(4, 2)
    assert mass.sum() == pytest.approx(1)
    assert (mass * points[:, 0] ** 2 * points[:, 1] ** 4).sum() == pytest.approx(3)


@pytest.mark.parametrize("family", OUTCOMES)
def test_weights_count_rows(family):
    formula = f"{OUTCOMES[family]} ~ x"
    weighted = mixed(formula, DATA, "1 | g", family, weights="w", nodes=5)
    repeated = mixed(formula, DATA.loc[DATA.index.repeat(DATA["w"])], "1 | g", family, nodes=5)
    np.testing.assert_allclose(weighted.coefficients, repeated.coefficients, rtol=1e-6)
    np.testing.assert_allclose(weighted.covariance, repeated.covariance, rtol=1e-5)
    assert weighted.log_likelihood == pytest.approx(repeated.log_likelihood, rel=1e-9)


@pytest.mark.parametrize("family", OUTCOMES)
def test_order_labels_scales_and_offsets_do_not_matter(family):
    formula = f"{OUTCOMES[family]} ~ x"
    base = mixed(formula, DATA, "1 + x | g", family, nodes=1)
    data = DATA.assign(x=500 + 20 * DATA["x"], g=(DATA["g"] * 7) % 30, known=0.5 * DATA["x"])
    data = data.sample(frac=1, random_state=1)
    moved = mixed(formula, data, "1 + x | g", family, nodes=1)
    assert moved.log_likelihood == pytest.approx(base.log_likelihood, rel=1e-9)
    place = base.terms.index("x")
    for name, rtol in (("coefficients", 1e-5), ("covariance", 1e-3)):
        one, other = getattr(base, name), getattr(moved, name)
        power = 1 if one.ndim == 1 else 2
        where = (place,) * power
        assert other[where] * 20**power == pytest.approx(one[where], rel=rtol)
    less = mixed(formula, data.assign(x=DATA["x"]), "1 | g", family, offset="known", nodes=3)
    full = mixed(formula, DATA, "1 | g", family, nodes=3)
    assert less.coefficients[place] + 0.5 == pytest.approx(full.coefficients[place], abs=1e-6)


@pytest.mark.parametrize("family", OUTCOMES)
def test_without_variation_between_groups_the_plain_model_is_left(family):
    data = drawn(2, variance=0.0).assign(g=np.tile(np.arange(10), 30))
    for seed in range(20):
        data["g"] = np.random.default_rng(seed).permutation(data["g"])
        fit = mixed(f"{OUTCOMES[family]} ~ x", data, "1 | g", family)
        if fit.singular:
            break
    assert fit.singular == ("singular: the variance of Intercept over g is 0",)
    assert fit.log_likelihood == pytest.approx(-fit.problem.deviance_without(()) / 2, rel=1e-12)
    assert fit.table["note"][0] == fit.singular[0]


def test_levels_are_named_and_thresholds_stand_last():
    words = pd.Categorical.from_codes(
        DATA["rank"].astype(int), ["never", "seldom", "often", "always"], ordered=True
    )
    fit = mixed("rank ~ x", DATA.assign(rank=words), "1 | g", "ordered", nodes=3)
    assert fit.terms == ("x", "never | seldom", "seldom | often", "often | always")
    assert (np.diff(fit.coefficients[1:]) > 0).all()
    assert fit.icc["g"] == pytest.approx(
        fit.variances["estimate"][0] / (fit.variances["estimate"][0] + np.pi**2 / 3)
    )


@pytest.mark.parametrize(
    ("outcome", "family", "problem"),
    [
        (DATA["x"] > 0, "logit", "separation"),
        (pd.cut(DATA["x"], [-9, -1, 1, 9], labels=["a", "b", "c"]), "ordered", "separation"),
        (DATA["count"] * (DATA["x"] < 1.5), "poisson", "separation"),
        (DATA["g"] % 2, "logit", "singular Hessian|not converged"),
    ],
)
def test_what_has_no_maximum_reports_no_numbers(outcome, family, problem):
    data = DATA.assign(z=outcome, x=np.where(DATA["x"] > 1.5, 1.0, 0.0))
    data["x"] = data["x"] if family == "poisson" else DATA["x"]
    with pytest.warns(FitWarning, match=problem):
        fit = mixed("z ~ x", data, "1 | g", family)
    assert fit.table.drop(columns=["term", "note"]).isna().all(axis=None)
    assert fit.variances["estimate"].isna().all()
    assert "NOT TO BE USED" in repr(fit)
    assert np.isnan(fit.log_likelihood)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"nodes": 0}, "1 .Laplace. to 25"),
        ({"nodes": 26}, "1 .Laplace. to 25"),
        ({"nodes": "5"}, "1 .Laplace. to 25"),
        ({"random": "(1 | g) + (1 | h)"}, "Say nodes=1"),
        ({"random": "1 | id"}, "as many effects as there are rows"),
        ({"random": "1 + x + I(x**2) + I(x**3) | g", "nodes": 25}, "too many"),
        ({"formula": "x ~ yes"}, "needs two outcomes"),
        ({"formula": "count ~ x", "family": "ordereds"}, "Did you mean 'ordered'"),
        ({"formula": "x ~ yes", "family": "poisson"}, "not a count"),
    ],
)
def test_what_cannot_be_fitted_is_refused(asked, message):
    asked = {"formula": "yes ~ x", "random": "1 | g", "family": "logit"} | asked
    with pytest.raises(AnalysisError, match=message):
        mixed(data=DATA.assign(id=range(len(DATA))), **asked)


def test_an_icc_is_refused_where_it_means_nothing():
    with pytest.raises(AnalysisError, match="depends on their mean"):
        _ = mixed("count ~ x", DATA, "1 | g", "poisson", nodes=1).icc
    with pytest.raises(AnalysisError, match="differs from one x"):
        _ = mixed("yes ~ x", DATA, "1 + x | g", "logit", nodes=1).icc


def test_groups_effects_lie_near_those_that_were_drawn():
    rng = np.random.default_rng(9)
    drawn_effects = rng.normal(0, 0.8, 40)
    data = pd.DataFrame({"g": np.repeat(np.arange(40), 60), "x": rng.normal(size=2400)})
    data["count"] = rng.poisson(np.exp(0.5 + 0.2 * data["x"] + drawn_effects[data["g"]]))
    found = mixed("count ~ x", data, "1 | g", "poisson").random_effects()["Intercept"]
    assert np.corrcoef(found, drawn_effects)[0, 1] > 0.98


TRUE = 0.05 / 0.95 * np.pi**2 / 3


def recovered(seeds):
    """Variances of groups whose share of the latent variance is .05."""
    found = []
    for seed in seeds:
        fit = mixed("yes ~ x", drawn(seed, 300, 20, TRUE), "1 | g", "logit", nodes=9)
        assert fit.converged
        found.append([*fit.coefficients, fit.variances["estimate"][0], fit.icc["g"]])
    return np.array(found)


def assert_recovered(found):
    error = found.std(axis=0, ddof=1) / np.sqrt(len(found))
    assert round(TRUE, 5) == 0.17315
    assert (np.abs(found.mean(axis=0) - [-0.3, 0.5, TRUE, 0.05]) < 4 * error).all()


def test_a_latent_share_of_5_percent_is_recovered():
    assert_recovered(recovered(range(8)))


@pytest.mark.validate
def test_a_latent_share_of_5_percent_is_recovered_often():
    assert_recovered(recovered(range(100, 200)))
