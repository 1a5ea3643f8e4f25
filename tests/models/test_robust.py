"""Robust errors against the sandwich written out."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

import confstudy as cs
from confstudy.errors import AnalysisError

RNG = np.random.default_rng(81)
N = 120
X = RNG.normal(size=N)
DATA = pd.DataFrame({"x": X, "y": (RNG.random(N) < expit(0.4 + 1.2 * X)).astype(int)})
DATA["rank"] = pd.cut(X + RNG.logistic(size=N), [-99, -1, 1, 99], labels=["low", "middle", "high"])


@pytest.mark.parametrize("cov", ["HC0", "HC1", "HC2", "HC3"])
def test_a_logit_s_errors_are_the_sandwich_respondent_by_respondent(cov):
    fit = cs.fit("y ~ x", DATA, "logit", cov=cov)
    information, meat = np.zeros((2, 2)), np.zeros((2, 2))
    rows = [np.array([1.0, x]) for x in DATA["x"]]
    chances = [expit(row @ fit.coefficients) for row in rows]
    for row, p in zip(rows, chances, strict=True):
        information += p * (1 - p) * np.outer(row, row)
    bread = np.linalg.inv(information)
    for row, p, y in zip(rows, chances, DATA["y"], strict=True):
        leverage = p * (1 - p) * row @ bread @ row
        divisor = {"HC0": 1, "HC1": (N - 2) / N, "HC2": 1 - leverage, "HC3": (1 - leverage) ** 2}
        meat += (y - p) ** 2 / divisor[cov] * np.outer(row, row)
    np.testing.assert_allclose(fit.covariance, bread @ meat @ bread, rtol=1e-8)


def likelihoods(parameters):
    """Log likelihood of each respondent under slope and two thresholds."""
    slope, *thresholds = parameters
    edges = np.array([-np.inf, *thresholds, np.inf])
    rank, index = DATA["rank"].cat.codes.to_numpy(), slope * X
    return np.log(expit(edges[rank + 1] - index) - expit(edges[rank] - index))


@pytest.mark.parametrize(("cov", "factor"), [("HC0", 1.0), ("HC1", N / (N - 3))])
def test_an_ordered_model_s_errors_are_the_sandwich_of_its_scores(cov, factor):
    fit = cs.fit("rank ~ x", DATA, "ordered", cov=cov)
    step, at = 1e-4 * np.eye(3), fit.coefficients
    scores = np.stack([likelihoods(at + s) - likelihoods(at - s) for s in step], axis=1) / 2e-4
    hessian = [
        [
            (likelihoods(at + a + b) - likelihoods(at + a - b)).sum()
            - (likelihoods(at - a + b) - likelihoods(at - a - b)).sum()
            for b in step
        ]
        for a in step
    ]
    bread = np.linalg.inv(-np.array(hessian) / 4e-8)
    expected = factor * bread @ (scores.T @ scores) @ bread
    np.testing.assert_allclose(fit.covariance, expected, rtol=1e-5)


@pytest.mark.parametrize("cov", ["HC2", "HC3"])
def test_errors_without_a_definition_for_ordered_models_are_refused(cov):
    with pytest.raises(AnalysisError, match=f"{cov} is not defined for ordered models: use HC1"):
        cs.fit("rank ~ x", DATA, "ordered", cov=cov)
