"""Natural effects beside plain sums and integrals, one respondent and one value at a time."""

import itertools

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import integrate, stats
from scipy.special import expit
from statsmodels.miscmodels.ordinal_model import OrderedModel

from confstudy.models.mediation.mediate import mediate
from confstudy.models.mediation.stages import Stage

RNG = np.random.default_rng(5)
N = 160
DATA = pd.DataFrame({"x": RNG.integers(0, 2, N), "z": RNG.choice([-1.0, 0.0, 1.0], N)})
BASE = 0.7 * DATA["x"] + 0.5 * DATA["z"]
DATA["ols"] = BASE + RNG.normal(size=N)
DATA["logit"] = (BASE + RNG.logistic(size=N) > 0.2).astype(int)
DATA["probit"] = (BASE + RNG.normal(size=N) > 0.2).astype(int)
DATA["poisson"] = RNG.poisson(np.exp(0.5 * BASE))
DATA["ordered"] = np.digitize(BASE + RNG.logistic(size=N), [-1, 0.3, 1.5]) + 1
SUM = 0.3 * BASE + 0.3 * (DATA["ols"] + DATA["logit"] + 0.5 * DATA["ordered"])
DATA["y_ols"] = SUM + RNG.normal(size=N)
DATA["y_logit"] = (SUM + RNG.logistic(size=N) > 0.6).astype(int)
DATA["y_probit"] = (SUM + RNG.normal(size=N) > 0.6).astype(int)
DATA["y_poisson"] = RNG.poisson(np.exp(0.4 * SUM))
DATA["y_ordered"] = np.digitize(SUM + RNG.logistic(size=N), [0, 0.8, 1.5])
MEDIATORS = ["ols", "logit", "probit", "ordered", "poisson"]
OUTCOMES = ["ols", "logit", "probit", "poisson", "ordered"]


def equation(paths, outcome):
    return paths[paths["outcome"] == outcome].set_index("term")["estimate"]


def mediator_chances(family, b, sigma, x, z):
    """Pairs (value, chance), or None for a density that is integrated."""
    index = b.get("Intercept", 0) + b["x"] * x + b["z"] * z
    if family == "logit":
        return [(0, 1 - expit(index)), (1, expit(index))]
    if family == "probit":
        return [(0, stats.norm.cdf(-index)), (1, stats.norm.cdf(index))]
    if family == "poisson":
        return [(k, stats.poisson.pmf(k, np.exp(index))) for k in range(120)]
    if family == "ordered":
        cuts = [-np.inf, b["1 | 2"], b["2 | 3"], b["3 | 4"], np.inf]
        steps = [expit(cut - index) for cut in cuts]
        return [(k + 1, high - low) for k, (low, high) in enumerate(itertools.pairwise(steps))]
    return stats.norm(index, sigma)


def outcome_mean(family, c, mediator, x, m, z):
    index = c.get("Intercept", 0) + c["x"] * x + c["z"] * z + c[mediator] * m
    index += c[f"x:{mediator}"] * x * m
    if family == "ols":
        return index
    if family == "probit":
        return stats.norm.cdf(index)
    if family == "poisson":
        return np.exp(index)
    return expit(index - c["1 | 2"]) if family == "ordered" else expit(index)


def world(mediator, family, b, c, sigma, x, through):
    total = 0.0
    for z, share in DATA["z"].value_counts(normalize=True).items():
        chances = mediator_chances(mediator, b, sigma, through, z)
        if isinstance(chances, list):
            total += share * sum(
                chance * outcome_mean(family, c, mediator, x, value, z) for value, chance in chances
            )
        else:
            middle, spread = chances.mean(), chances.std()
            total += share * integrate.quad(
                lambda m, z=z, d=chances: d.pdf(m) * outcome_mean(family, c, mediator, x, m, z),
                middle - 12 * spread, middle + 12 * spread, epsabs=1e-13, epsrel=1e-13,
            )[0]  # fmt: skip
    return total


@pytest.mark.parametrize("family", OUTCOMES)
@pytest.mark.parametrize("mediator", MEDIATORS)
def test_natural_effects_equal_plain_sums_and_integrals(mediator, family):
    found = mediate(
        DATA, "x", mediator, f"y_{family}", "z", family=family, mediator_family=mediator,
        interaction=True, bootstrap=0,
    )  # fmt: skip
    b, c = equation(found.paths, mediator), equation(found.paths, f"y_{family}")
    residual = DATA[mediator] - (b.get("Intercept", 0) + b["x"] * DATA["x"] + b["z"] * DATA["z"])
    sigma = np.sqrt((residual**2).sum() / (N - 3))
    means = {
        (x, through): world(mediator, family, b, c, sigma, x, through)
        for x in (0, 1)
        for through in (0, 1)
    }
    table = found.table.set_index("term")["estimate"]
    expected = {
        "total": means[1, 1] - means[0, 0],
        "direct": means[1, 0] - means[0, 0],
        "indirect": means[1, 1] - means[1, 0],
        "pure indirect": means[0, 1] - means[0, 0],
        "total direct": means[1, 1] - means[0, 1],
    }
    for term, value in expected.items():
        assert table[term] == pytest.approx(value, abs=1e-9)


def peer(family, matrix, outcome):
    if family == "ols":
        return sm.OLS(outcome, matrix).fit().params
    if family == "ordered":
        model = OrderedModel(outcome, matrix[:, 1:], distr="logit")
        params = model.fit(method="newton", disp=0, maxiter=100).params
        return np.concatenate([params[:2], model.transform_threshold_params(params)[1:-1]])
    model = {"logit": sm.Logit, "probit": sm.Probit, "poisson": sm.Poisson}[family]
    return model(outcome, matrix).fit(method="newton", disp=0).params


@pytest.mark.parametrize("family", OUTCOMES)
def test_every_equation_equals_statsmodels_also_in_a_batch(family):
    matrix = np.column_stack([np.ones(N), DATA["x"], DATA["z"]])
    outcome = DATA[family].to_numpy(float)
    rows = matrix[:, 1:] if family == "ordered" else matrix
    ranks = outcome - 1 if family == "ordered" else outcome
    stage = Stage("m", family, rows, ranks, ("a",), 4 if family == "ordered" else 0)
    counts = np.vstack([np.ones(N), RNG.multinomial(N, np.full(N, 1 / N), 3)]).astype(float)
    found = stage.fit(counts)
    assert found.good.all()
    for count, coefficients in zip(counts, found.coefficients, strict=True):
        drawn = np.repeat(np.arange(N), count.astype(int))
        expected = peer(family, matrix[drawn], outcome[drawn])
        np.testing.assert_allclose(coefficients, expected, rtol=1e-5, atol=1e-6)


def test_the_odds_ratio_scale_multiplies():
    options = {"family": "logit", "interaction": True, "bootstrap": 0, "scale": "odds ratio"}
    found = mediate(DATA, "x", "ols", "y_logit", "z", **options).table.set_index("term")
    ratio = found["estimate"]
    assert ratio["total"] == pytest.approx(ratio["direct"] * ratio["indirect"], rel=1e-12)
    row = found.loc["total"]
    assert np.log(row["estimate"]) / row["std_error"] == pytest.approx(row["statistic"])


def test_two_mediators_of_any_kind_equal_one_joint_sum():
    found = mediate(
        DATA, "x", ["logit", "ordered"], "y_logit", family="logit",
        mediator_family=["logit", "ordered"], serial=True, bootstrap=0,
    )  # fmt: skip
    one, two, y = (equation(found.paths, name) for name in ("logit", "ordered", "y_logit"))

    def mean(x, first, second):
        total = 0.0
        for m in (0, 1):
            yes = expit(one["Intercept"] + one["x"] * first)
            cuts = [-np.inf, two["1 | 2"], two["2 | 3"], two["3 | 4"], np.inf]
            steps = [expit(cut - two["x"] * second - two["logit"] * m) for cut in cuts]
            for k in range(4):
                index = y["Intercept"] + y["x"] * x + y["logit"] * m + y["ordered"] * (k + 1)
                chance = (yes if m else 1 - yes) * (steps[k + 1] - steps[k])
                total += chance * expit(index)
        return total

    table = found.table.set_index("term")["estimate"]
    assert table["total"] == pytest.approx(mean(1, 1, 1) - mean(0, 0, 0), abs=1e-10)
    assert table["indirect: ordered"] == pytest.approx(mean(1, 0, 1) - mean(1, 0, 0), abs=1e-10)
    via = "indirect: logit (→ ordered)"
    assert table[via] == pytest.approx(mean(1, 1, 1) - mean(1, 0, 1), abs=1e-10)


def test_levels_of_a_categorical_mediator_each_have_their_own_slope():
    names = pd.Categorical.from_codes(DATA["ordered"] - 1, list("abcd"), ordered=True)
    data = DATA.assign(mood=names)
    options = {"family": "logit", "mediator_family": "ordered", "bootstrap": 0}
    found = mediate(data, "x", "mood", "y_logit", **options)
    assert found.paths["term"].tolist().count("mood[T.b]") == 1
    number = mediate(data, "x", "ordered", "y_logit", **options).table["estimate"][0]
    assert found.table["estimate"][0] == pytest.approx(number, abs=0.05)


def test_a_linear_model_is_the_same_by_products_and_by_worlds():
    products = mediate(DATA, "x", ["ols", "poisson"], "y_ols", "z", bootstrap=0)
    worlds = mediate(
        DATA.assign(y_ols=DATA["y_ols"] + 99), "x", ["ols", "poisson"], "y_ols", "z", bootstrap=0,
        mediator_family=["ols", "poisson"],
    )  # fmt: skip
    one, two = (found.table.set_index("term")["estimate"] for found in (products, worlds))
    assert one["direct"] == pytest.approx(two["direct"], rel=1e-8)
    assert one["indirect: ols"] == pytest.approx(two["indirect: ols"], rel=1e-8)


def test_delta_and_bootstrap_errors_agree():
    options = {"family": "logit", "interaction": True}
    delta = mediate(DATA, "x", "ols", "y_logit", "z", **options, bootstrap=0, errors="robust")
    drawn = mediate(DATA, "x", "ols", "y_logit", "z", **options, bootstrap=800, seed=2)
    ratio = drawn.table["std_error"][:5] / delta.table["std_error"][:5]
    assert ((ratio > 0.8) & (ratio < 1.3)).all()
