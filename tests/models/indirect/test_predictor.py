import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

import confstudy as cs
from confstudy.errors import AnalysisError
from confstudy.models.indirect.predictor import sensitive_predictor
from confstudy.models.indirect.questions import ItemList, YesNo, crosswise, forced

QUESTIONS = [crosswise(0.25), forced(1 / 6, 1 / 6), ItemList(4)]
FAMILIES = {"ols": 0.8, "logit": 1.2}


def answers(question, family, seed=0, n=1500):
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame({"x": rng.normal(size=n)})
    z = rng.uniform(size=n) < expit(-0.6 + 0.6 * rows["x"])
    if family == "ols":
        rows["y"] = 1 + 0.8 * z + 0.3 * rows["x"] + rng.normal(size=n)
    else:
        rows["y"] = (rng.uniform(size=n) < expit(-0.5 + 1.2 * z + 0.3 * rows["x"])).astype(int)
    if isinstance(question, ItemList):
        rows["long"] = rng.permutation(np.arange(n) % 2)
        rows["said"] = rng.binomial(4, 0.5, n) + rows["long"] * z
    else:
        base, gain = question.device
        rows["said"] = (rng.uniform(size=n) < base + gain * z).astype(int)
    return rows


def fitted(question, family, rows, formula="y ~ said + x", **options):
    treatment = "long" if isinstance(question, ItemList) else None
    return sensitive_predictor(
        formula, rows, question, item="said", family=family, treatment=treatment, **options
    )


@pytest.mark.parametrize("family", FAMILIES)
def test_a_plain_answer_gives_the_plain_regression(family):
    question = YesNo("direct", 0, 1)
    rows = answers(question, family)
    found, plain = fitted(question, family, rows), cs.fit("y ~ said + x", rows, family)
    trait = cs.fit("said ~ x", rows, "logit")
    np.testing.assert_allclose(found.coefficients[:3], plain.coefficients, rtol=1e-7)
    np.testing.assert_allclose(found.coefficients[3:5], trait.coefficients, rtol=1e-7)
    ratio = 1 if family == "logit" else (len(rows) - 3) / len(rows)
    np.testing.assert_allclose(found.covariance[:3, :3], ratio * plain.covariance, rtol=1e-6)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.technique)
@pytest.mark.parametrize("family", FAMILIES)
def test_the_naive_slope_is_too_small_and_this_one_is_not(question, family):
    rows = answers(question, family, n=12_000 if isinstance(question, ItemList) else 6000)
    row = fitted(question, family, rows).table.iloc[1]
    naive = cs.fit("y ~ said + x", rows, family).table.iloc[1]
    assert abs(row["estimate"] - FAMILIES[family]) < 4 * row["std_error"]
    assert abs(naive["estimate"]) + 4 * naive["std_error"] < FAMILIES[family]


def test_the_likelihood_is_at_its_top():
    rows = answers(QUESTIONS[2], "ols")
    found = fitted(QUESTIONS[2], "ols", rows)
    scores = found.estimate.scores
    assert np.abs(scores.sum(axis=0)).max() < 1e-5
    outer = scores.T @ scores
    assert np.linalg.cond(outer) < 1e4
    np.testing.assert_allclose(np.diag(outer), np.diag(found.estimate.information), rtol=0.3)


def test_interactions_with_the_trait_and_categories():
    rows = answers(crosswise(0.25), "ols", n=4000)
    rows["group"] = np.where(rows["x"] > 0, "b", "a")
    found = fitted(crosswise(0.25), "ols", rows, "y ~ said * group")
    assert found.terms[:4] == ("Intercept", "said", "group[T.b]", "said:group[T.b]")
    assert found.terms[4:] == ("trait: Intercept", "trait: group[T.b]", "log(sigma)")
    assert found.converged


@pytest.mark.parametrize(
    ("formula", "question", "family", "words"),
    [
        ("y ~ x", crosswise(0.25), "ols", "not among the predictors"),
        ("y ~ said + x", ItemList(4), "ols", "both occur"),
        ("y ~ said + x", crosswise(0.25), "poisson", "'ols' or 'logit'"),
        ("y ~ said + x", crosswise(0.25), "logit", "other numbers"),
    ],
)
def test_what_cannot_be_fitted_is_refused(formula, question, family, words):
    rows = answers(crosswise(0.25), "ols", n=100).assign(long=1)
    with pytest.raises(AnalysisError, match=words):
        fitted(question, family, rows, formula)


@pytest.mark.validate
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.technique)
@pytest.mark.parametrize("family", FAMILIES)
def test_coverage_is_nominal(question, family):
    hits = np.zeros(500)
    for seed in range(500):
        row = fitted(question, family, answers(question, family, seed, 3000)).table.iloc[1]
        hits[seed] = row["conf_low"] < FAMILIES[family] < row["conf_high"]
    assert abs(hits.mean() - 0.95) < 4 * np.sqrt(0.05 * 0.95 / 500) + 0.005
