"""Answers: which coefficient answers a question, average effects, differences, products."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportions_ztest

import confstudy as cs
from confstudy.design.answers import difference, indirect, spec
from confstudy.design.batch import Batch
from confstudy.design.closed_forms import t_test_power
from confstudy.design.drawing import draw_batch, frame_of
from confstudy.design.estimands import ame, ate, interaction, prevalence
from confstudy.design.simple import clusters, two_arms, two_shares
from confstudy.errors import AnalysisError
from confstudy.models.survey.design import SurveyDesign

ARMS = ("none", "some", "full")
EFFECT = ate("y", arm=("treated", "control"))


@pytest.fixture(scope="module")
def batch() -> Batch:
    rng = np.random.default_rng(8)
    arm, x = rng.integers(0, 3, (5, 160)).astype(float), rng.normal(size=(5, 160))
    m = 0.5 * (arm == 2) + rng.normal(size=(5, 160))
    logistic = 0.5 * (arm == 2) - 0.4 * (arm == 1) + 0.6 * x + rng.logistic(size=(5, 160))
    m[:, :6] = np.nan
    columns = {
        "arm": arm, "x": x, "m": m, "half": (arm > 0).astype(float), "yes": 1.0 * (logistic > 0),
        "y": logistic + 0.4 * np.nan_to_num(m), "band": np.digitize(logistic, [-1.0, 0, 1.5]) * 1.0,
    }  # fmt: skip
    groups = {"t": rng.integers(0, 16, (5, 160))}
    return Batch(0, columns, {"arm": ARMS, "band": ("a", "b", "c", "d")}, groups)


def coefficient(fit: Any, weights: dict[str, float]) -> tuple[float, float]:
    c = np.array([weights.get(term, 0.0) for term in fit.terms])
    return c @ fit.coefficients, np.sqrt(c @ fit.covariance @ c)


@pytest.mark.parametrize(
    ("formula", "asked", "weights"),
    [
        ("y ~ arm + x", ate("y", arm=("full", "none")), {"arm[T.full]": 1}),
        ("y ~ arm + x", ate("y", arm=("full", "some")), {"arm[T.full]": 1, "arm[T.some]": -1}),
        ("y ~ arm + x", ate("y", arm=("none", "some")), {"arm[T.some]": -1}),
        ("y ~ half + x", ate("y", half=(1, 0)), {"half": 1}),
        ("y ~ x", ate("y", x=(3, 1)), {"x": 2}),
        ("y ~ x + arm", ame("y", "x"), {"x": 1}),
        ("y ~ 1", prevalence("y"), {"Intercept": 1}),
        (
            "y ~ arm * half",
            interaction("y", by={"half": (1, 0)}, arm=("full", "none")),
            {"arm[T.full]:half": 1},
        ),
    ],
)  # fmt: skip
def test_a_question_finds_its_coefficients(
    batch: Batch, formula: str, asked: Any, weights: dict[str, float]
) -> None:
    if "half" in formula and "arm" in formula:
        half = (np.arange(160) % 2) * np.ones((5, 1))
        batch = Batch(0, {**batch.columns, "half": half}, batch.levels)
    found = spec(formula, cov="HC2").estimates(batch, asked)
    expected = coefficient(cs.fit(formula, frame_of(batch, 0), cov="HC2"), weights)
    np.testing.assert_allclose((found.estimate[0], found.std_error[0]), expected, rtol=1e-8)


def test_what_kernels_do_not_cover_goes_through_the_fit(batch: Batch) -> None:
    answer = spec("y ~ arm + bs(x, df=4)")
    found = answer.estimates(batch, ate("y", arm=("full", "some")))
    fit = cs.fit("y ~ arm + bs(x, df=4)", frame_of(batch, 0))
    expected = coefficient(fit, {"arm[T.full]": 1, "arm[T.some]": -1})
    assert answer.path == "cs.fit, one by one"
    assert answer.columns == ("arm", "x", "y")
    np.testing.assert_allclose((found.estimate[0], found.std_error[0]), expected, rtol=1e-12)


@pytest.mark.parametrize("family", ["ols", "logit", "probit"])
@pytest.mark.parametrize("errors", [{}, {"cov": "HC1"}, {"cluster": "t"}])
def test_average_effects_are_those_of_effects(batch: Batch, family: Any, errors: Any) -> None:
    formula = f"{'y' if family == 'ols' else 'yes'} ~ arm * x + m"
    found = spec(formula, family, **errors, effect="average").estimates(
        batch, ate("yes", arm=("full", "some"))
    )
    for place in (0, 3):
        fit = cs.fit(formula, frame_of(batch, place), family, **errors)
        row = cs.effects(fit, "arm", levels=("some", "full")).table.iloc[0]
        for name in ("estimate", "std_error", "p_value", "conf_low"):
            np.testing.assert_allclose(getattr(found, name)[place], row[name], rtol=1e-8)


def test_an_ordered_outcome_is_averaged_to_its_mean_place(batch: Batch) -> None:
    answer = spec("band ~ arm + x", "ordered", effect="average")
    found = answer.estimates(batch, ate("band", arm=("full", "none")))
    frame = frame_of(batch, 0)
    frame["band"] = frame["band"].cat.as_ordered()
    effects = cs.effects(cs.fit("band ~ arm + x", frame, "ordered"), "arm", levels=("none", "full"))
    places = np.arange(4.0)
    expected = (
        places @ effects.table["estimate"].to_numpy(),
        np.sqrt(places @ np.asarray(effects.covariance) @ places),
    )
    np.testing.assert_allclose((found.estimate[0], found.std_error[0]), expected, rtol=1e-8)


def test_an_average_slope_is_that_of_effects(batch: Batch) -> None:
    found = spec("yes ~ x + m", "logit", effect="average").estimates(batch, ame("yes", "x"))
    row = cs.effects(cs.fit("yes ~ x + m", frame_of(batch, 1), "logit"), "x").table.iloc[0]
    np.testing.assert_allclose(
        (found.estimate[1], found.std_error[1]), (row["estimate"], row["std_error"]), rtol=1e-10
    )


@pytest.mark.parametrize("pooled", [True, False])
def test_a_difference_is_scipys(batch: Batch, pooled: bool) -> None:
    found = difference("m", by="arm", pooled=pooled).estimates(
        batch, ate("m", arm=("full", "none"))
    )
    one, other = (batch.columns["m"][0][batch.columns["arm"][0] == side] for side in (2, 0))
    peer = stats.ttest_ind(one, other, equal_var=pooled, nan_policy="omit")
    low, high = peer.confidence_interval()
    result = (found.p_value[0], found.conf_low[0], found.conf_high[0])
    np.testing.assert_allclose(result, (peer.pvalue, low, high), rtol=1e-10)


@pytest.mark.parametrize("pooled", [True, False])
def test_a_difference_of_shares_is_statsmodels(batch: Batch, pooled: bool) -> None:
    found = difference("yes", by="half", pooled=pooled, shares=True).estimates(batch)
    counts, sizes = zip(
        *((v.sum(), len(v)) for side in (1, 0)
          for v in [batch.columns["yes"][2][batch.columns["half"][2] == side]]),
        strict=True,
    )  # fmt: skip
    variance = {} if pooled else {"prop_var": False}
    z = proportions_ztest(counts, sizes, **variance)[1]
    if not pooled:
        shares = np.array(counts) / sizes
        z = 2 * stats.norm.sf(abs((shares[0] - shares[1]) / found.std_error[2]))
    np.testing.assert_allclose(found.p_value[2], z, rtol=1e-10)


@pytest.mark.parametrize("covariates", [(), ("x",)])
def test_a_product_is_that_of_mediate(batch: Batch, covariates: tuple[str, ...]) -> None:
    asked = SimpleNamespace(cause="arm", contrast=("full", "none"))
    answer = indirect("y", through="m", by="arm", covariates=covariates)
    found = answer.estimates(batch, asked)
    peer = cs.mediate(
        frame_of(batch, 0), "arm", "m", "y", covariates, levels=("none", "full"),
        bootstrap=0, interval="delta",
    )  # fmt: skip
    row = peer.table.set_index("term").loc["indirect"]
    for name in ("estimate", "std_error", "p_value", "conf_low"):
        np.testing.assert_allclose(getattr(found, name)[0], row[name], rtol=1e-8)
    joint = indirect("y", through="m", by="arm", covariates=covariates, test="joint")
    paths = [
        spec("m ~ " + " + ".join(("arm", *covariates)), term="arm[T.full]"),
        spec("y ~ " + " + ".join(("m", "arm", *covariates)), term="m"),
    ]
    both = [one.estimates(batch).p_value for one in paths]
    assert (joint.estimates(batch, asked).p_value == np.maximum(*both)).all()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (spec("y ~ arm + x"), "batched OLS, nonrobust"),
        (spec("y ~ x", cov="HC2"), "batched OLS, HC2"),
        (spec("y ~ x", cluster="t"), "batched OLS, CR1 by t; under 50 groups CR2"),
        (
            spec("y ~ x", "logit", cluster="t"),
            "batched logit, CR1 by t; under 50 groups CR2, one by one",
        ),
        (spec("y ~ x", "logit", cluster="t", cov="CR2"), "batched logit, CR2 by t, one by one"),
        (spec("y ~ x", cluster="t", cov="wild"), "cs.fit, one by one"),
        (spec("y ~ x", random="1 | t"), "batched random intercept, REML"),
        (spec("y ~ x", random="1 + x | t"), "cs.mixed, one by one"),
        (
            spec("y ~ x", "poisson", effect="average"),
            "cs.fit, one by one; effects averaged by cs.effects",
        ),
    ],
)  # fmt: skip
def test_the_path_says_how(answer: Any, words: str) -> None:
    assert answer.path == words


def test_a_sample_design_weighs_as_the_fit_does(batch: Batch) -> None:
    weights = np.random.default_rng(3).uniform(1, 4, (5, 160))
    drawn = Batch(0, {**batch.columns, "weight": weights}, batch.levels, batch.groups)
    declared = SurveyDesign(weights="weight", clusters="t")
    answer = spec("y ~ arm", design=declared)
    found = answer.estimates(drawn, ate("y", arm=("full", "some")))
    fit = cs.fit("y ~ arm", frame_of(drawn, 2), design=declared)
    expected = coefficient(fit, {"arm[T.full]": 1, "arm[T.some]": -1})
    np.testing.assert_allclose((found.estimate[2], found.std_error[2]), expected, rtol=1e-12)
    assert answer.path == "cs.fit, one by one, by the sample design"
    assert answer.columns == ("y", "arm", "weight", "t")


def test_analyses_that_differ_have_names_that_differ() -> None:
    made = [
        spec("y ~ arm"), spec("y ~ arm", cov="HC2"), spec("y ~ arm", cluster="t"),
        spec("y ~ arm", random="1 | t"), spec("y ~ arm", "logit"), spec("y ~ arm", term="arm"),
        spec("y ~ arm", "logit", effect="average"), indirect("y", through="m", by="arm"),
        spec("y ~ arm", design=SurveyDesign(weights="w")),
        indirect("y", through="m", by="arm", covariates=["x"]),
    ]  # fmt: skip
    assert len({one.name for one in made}) == len(made)
    assert [one.name for one in made[:3]] == ["y ~ arm", "y ~ arm, HC2", "y ~ arm, clusters t"]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda _: spec("y ~ x", "logti"), "Did you mean"),
        (lambda _: spec("y ~ x", cov="HC9"), "no kind of standard error"),
        (lambda _: spec("y ~ x", random="1 | t", cluster="t"), "leave out"),
        (
            lambda _: spec("y ~ x", random="1 | t", design=SurveyDesign(weights="w")),
            "leave out",
        ),
        (lambda _: spec("y ~ x", "ordered", cov="HC3"), "not defined"),
        (lambda _: spec("y ~ x", effect="mean"), "'coefficient' or 'average'"),
        (lambda _: spec("y ~ x", level=95), "between 0 and 1"),
        (lambda _: indirect("y", through="m", by="x", test="sobel"), "'delta' or 'joint'"),
        (lambda b: spec("y ~ arm", term="arm").estimates(b), "Terms not found"),
        (lambda b: spec("y ~ x").estimates(b, EFFECT), "Causes not found"),
        (lambda b: spec("y ~ arm").estimates(b, ate("y", arm=("ful", "none"))), "Did you mean"),
        (lambda b: spec("band ~ x").estimates(b, ame("band", "x")), "family='ordered'"),
        (lambda b: spec("y ~ x", cluster="g").estimates(b, ame("y", "x")), "Groupings not found"),
        (lambda b: difference("y", by="arm").estimates(b), "which two"),
    ],
)
def test_mistakes_are_told(batch: Batch, make: Any, words: str) -> None:
    with pytest.raises(AnalysisError, match=words):
        make(batch)


@pytest.mark.parametrize("answer", [difference("y", by="arm"), spec("y ~ arm")])
def test_power_of_a_t_test(answer: Any) -> None:
    drawn = draw_batch(two_arms(0.25, 150, seed=4), 0, 4000, answer.columns)
    power = (answer.estimates(drawn, EFFECT).p_value < 0.05).mean()
    assert abs(power - t_test_power(0.25, 150)) < 4 * np.sqrt(0.25 / 4000)


@pytest.mark.validate
@pytest.mark.parametrize(
    ("a", "b", "per_arm"), [(0.39, 0.465, 680), (0.53, 0.67, 189), (0.62, 0.72, 344)]
)
def test_power_of_shares(a: float, b: float, per_arm: int) -> None:
    answer = difference("y", by="arm", shares=True, pooled=False)
    drawn = draw_batch(two_shares(a, b, per_arm, seed=4), 0, 6000, answer.columns)
    power = (answer.estimates(drawn, EFFECT).p_value < 0.05).mean()
    assert abs(power - 0.8) < 0.007 + 4 * np.sqrt(0.16 / 6000)


@pytest.mark.parametrize(("size", "wrong"), [(10, 0.1036), (20, 0.1604)])
def test_ignored_clusters_and_clusters_allowed_for(size: int, wrong: float) -> None:
    drawn = draw_batch(clusters(40, size, 0.05, seed=4), 0, 2000, ["y", "arm", "therapist"])
    naive = (spec("y ~ arm").estimates(drawn, EFFECT).p_value < 0.05).mean()
    allowed = (spec("y ~ arm", cluster="therapist").estimates(drawn, EFFECT).p_value < 0.05).mean()
    assert abs(naive - wrong) < 4 * np.sqrt(wrong * (1 - wrong) / 2000)
    assert abs(allowed - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 2000)
