import numpy as np
import pandas as pd
import pytest

from confstudy.errors import AnalysisError
from confstudy.models.fit import FitWarning
from confstudy.models.gee import gee

RNG = np.random.default_rng(2)
G, M = 30, 8
DATA = pd.DataFrame({"g": np.repeat(np.arange(G), M), "x": RNG.normal(size=G * M)})
DATA["y"] = 0.5 * DATA["x"] + RNG.normal(size=G)[DATA["g"]] + RNG.normal(size=G * M)
DATA["yes"] = (DATA["y"] > 0).astype(float)
DATA["count"] = RNG.poisson(np.exp(0.3 * DATA["y"]))
OUTCOMES = {"ols": "y", "logit": "yes", "poisson": "count"}
COLUMNS = ["term", "estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high"]


@pytest.mark.parametrize("family", OUTCOMES)
def test_every_family_has_the_same_table_and_order_does_not_matter(family):
    fit = gee(f"{OUTCOMES[family]} ~ x", DATA, "g", family)
    assert fit.table.columns.tolist() == COLUMNS
    assert fit.converged
    assert "working correlation" in repr(fit)
    mixed_up = DATA.assign(g=[f"t{g}" for g in DATA["g"]]).sample(frac=1, random_state=1)
    again = gee(f"{OUTCOMES[family]} ~ x", mixed_up, "g", family)
    np.testing.assert_allclose(again.table["std_error"], fit.table["std_error"], rtol=1e-8)


def test_independence_of_a_mean_equals_the_sandwich_by_hand():
    fit = gee("y ~ x", DATA, "g", working="independence")
    matrix = np.column_stack([np.ones(len(DATA)), DATA["x"]])
    bread = np.linalg.inv(matrix.T @ matrix)
    residual = DATA["y"] - matrix @ bread @ matrix.T @ DATA["y"]
    scores = pd.DataFrame(matrix * residual.to_numpy()[:, None]).groupby(DATA["g"]).sum()
    expected = bread @ scores.T.to_numpy() @ scores.to_numpy() @ bread
    np.testing.assert_allclose(fit.covariance, expected, rtol=1e-9)
    assert fit.correlation == 0


def test_weights_count_and_offsets_are_added():
    data = DATA.assign(w=1.0 + DATA["g"] % 3, known=0.2 * DATA["x"])
    weighted = gee("y ~ x", data, "g", working="independence", weights="w")
    root = np.sqrt(data["w"])
    matrix = np.column_stack([root, root * data["x"]])
    expected = np.linalg.lstsq(matrix, root * data["y"], rcond=None)[0]
    np.testing.assert_allclose(weighted.coefficients, expected, rtol=1e-9)
    plain, less = gee("count ~ x", data, "g", "poisson"), None
    less = gee("count ~ x", data, "g", "poisson", offset="known")
    assert less.coefficients[1] + 0.2 == pytest.approx(plain.coefficients[1], abs=1e-6)


def test_bias_reduced_errors_are_larger_and_have_few_degrees_of_freedom():
    plain, reduced = (
        gee("yes ~ x", DATA, "g", "logit", errors=errors) for errors in ("robust", "bias-reduced")
    )
    assert (reduced.table["std_error"] > plain.table["std_error"]).all()
    assert (reduced.table["df"] == G - 2).all()


@pytest.mark.parametrize(
    ("outcome", "family"), [(DATA["x"] > 0, "logit"), (DATA["x"].le(1) * DATA["count"], "poisson")]
)
def test_separation_reports_no_numbers(outcome, family):
    x = DATA["x"] if family == "logit" else (DATA["x"] > 1).astype(float)
    with pytest.warns(FitWarning, match="separation"):
        fit = gee("z ~ x", DATA.assign(z=outcome, x=x), "g", family)
    assert fit.table.drop(columns=["term", "note"]).isna().all(axis=None)
    assert "NOT TO BE USED: separation" in repr(fit)


@pytest.mark.parametrize(
    ("change", "asked", "message"),
    [
        ({"y": 1.0}, {}, "constant"),
        ({"g": 1}, {}, "one group only"),
        ({}, {"cluster": "t"}, r"Columns not found in the data: \[t\]"),
        ({}, {"family": "logits"}, "Did you mean 'logit'"),
        ({}, {"working": "ar1"}, "exchangeable, independence"),
        ({"g": DATA["g"] % 2}, {"errors": "bias-reduced"}, "too few"),
        ({"w": DATA.index % 2}, {"weights": "w"}, "above 0"),
        ({"w": 1.0 + DATA.index % 2}, {"weights": "w"}, "use working=.independence"),
        ({}, {"level": 2}, "between 0 and 1"),
    ],
)
def test_what_cannot_be_fitted_is_refused(change, asked, message):
    asked = {"formula": "y ~ x", "cluster": "g"} | asked
    with pytest.raises(AnalysisError, match=message):
        gee(data=DATA.assign(**change), **asked)
