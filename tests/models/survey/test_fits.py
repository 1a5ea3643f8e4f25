"""Models under a design: refits in batches, joint tests, where a replicate fails."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

import confstudy as cs
from confstudy.errors import AnalysisError
from confstudy.models.fit import FitWarning
from confstudy.models.survey.batch import BatchedRefit
from confstudy.models.survey.design import SurveyDesign
from confstudy.models.survey.wald import wald_test

RNG = np.random.default_rng(56)
N = 200
X = RNG.normal(size=N)
ARM = RNG.integers(0, 3, N)
FRAME = pd.DataFrame(
    {
        "x": X,
        "arm": pd.Categorical(np.array(["a", "b", "c"])[ARM]),
        "c": np.arange(N) // 8,
        "w": RNG.uniform(1, 4, N),
        "told": (RNG.random(N) < expit(0.5 * X - 0.3)).astype(int),
        "visits": RNG.poisson(np.exp(0.4 * X + 0.2)),
    }
)
FRAME["mood"] = X + RNG.normal(size=N)
MATRIX = np.column_stack([np.ones(N), X, ARM == 1, ARM == 2]).astype(float)
OUT = np.where(np.arange(25) == np.arange(N)[:, None] // 8, 0.0, 25 / 24)
NAMES = tuple(f"r{i}" for i in range(25))
WITH = pd.concat([FRAME, pd.DataFrame(OUT * FRAME[["w"]].to_numpy(), columns=NAMES)], axis=1)
TAYLOR = SurveyDesign("w", clusters="c")
JK1 = SurveyDesign("w", replicates=NAMES, method="JK1")
CASES = [("ols", "mood"), ("logit", "told"), ("poisson", "visits")]


@pytest.mark.parametrize(("family", "outcome"), CASES)
def test_refits_in_a_batch_are_the_refits_one_by_one(family, outcome):
    weights = WITH[list(NAMES)].to_numpy()
    y = FRAME[outcome].to_numpy(dtype=float)
    found = BatchedRefit(family, MATRIX, y, np.zeros(4)).many(weights)
    for r in (0, 13):
        alone = cs.fit(f"{outcome} ~ x + arm", WITH, family, weights=NAMES[r])
        np.testing.assert_allclose(found[r], alone.coefficients, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(("family", "outcome"), CASES)
def test_linearized_and_replicated_errors_agree(family, outcome):
    one, other = (
        cs.fit(f"{outcome} ~ x + arm", WITH, family, design=design) for design in (TAYLOR, JK1)
    )
    np.testing.assert_allclose(other.coefficients, one.coefficients, rtol=1e-9)
    np.testing.assert_allclose(other.table["std_error"], one.table["std_error"], rtol=0.2)
    assert (one.table["df"] == 24 + 1 - 4).all()


@pytest.mark.parametrize(("family", "outcome"), CASES)
@pytest.mark.parametrize("design", [TAYLOR, JK1], ids=["Taylor", "JK1"])
def test_the_unit_of_weights_and_of_a_predictor_do_not_matter(family, outcome, design):
    changed = WITH.assign(x=WITH["x"] / 10)
    changed[["w", *NAMES]] *= 7
    one, other = (
        cs.fit(f"{outcome} ~ x", data, family, design=design).table for data in (WITH, changed)
    )
    scale = np.array([1, 10])
    np.testing.assert_allclose(other["estimate"], one["estimate"] * scale, rtol=1e-7)
    np.testing.assert_allclose(other["std_error"], one["std_error"] * scale, rtol=1e-6)


def test_thresholds_count_as_one_coefficient_as_in_svyolr():
    frame = FRAME.assign(rank=pd.cut(FRAME["mood"], 4, labels=["a", "b", "c", "d | e"]))
    table = cs.fit("rank ~ x + arm", frame, "ordered", design=TAYLOR).table
    assert (table["df"] == 24 - 3).all()


def test_separated_or_empty_replicates_of_a_batch_have_no_numbers():
    x = np.repeat([0.0, 1.0], 20)
    y = np.concatenate([np.tile([0.0, 1], 10), np.r_[np.zeros(19), 1]])
    weights = np.ones((40, 4))
    weights[39, 1] = 0  # nobody at x = 1 told: separated
    weights[20:, 2] = 0  # nobody at x = 1: collinear
    weights[:, 3] = 0
    matrix = np.column_stack([np.ones(40), x])
    found = BatchedRefit("logit", matrix, y, np.zeros(2)).many(weights)
    assert np.isfinite(found).all(axis=1).tolist() == [True, False, False, False]
    counts = BatchedRefit("poisson", matrix, y, np.zeros(2)).many(weights)
    assert np.isfinite(counts).all(axis=1).tolist() == [True, False, False, False]


def test_a_fit_that_fails_in_a_replicate_shows_no_errors():
    frame = WITH.assign(rare=(FRAME.index == 3).astype(int))
    frame["told"] = np.where(frame["rare"] == 1, 1 - frame["told"], frame["told"])
    frame.loc[11, "rare"] = 1
    frame.loc[11, "told"] = 1 - frame.loc[3, "told"]
    with pytest.warns(FitWarning, match="could not be fitted to 2 of 25 replicates"):
        fit = cs.fit("told ~ rare", frame, "logit", design=JK1)
    assert fit.table["std_error"].isna().all()
    assert "2 of 25 replicates" in repr(fit)


def test_an_unknown_kind_of_batch_is_refused():
    with pytest.raises(AnalysisError, match="Did you mean 'logit'"):
        BatchedRefit("logt", MATRIX, FRAME["told"].to_numpy(), np.zeros(4))


def test_a_wald_test_of_one_coefficient_is_its_t_squared():
    fit = cs.fit("mood ~ x + arm", FRAME, design=TAYLOR)
    row = fit.table.set_index("term").loc["x"]
    found = wald_test(fit, "x")
    assert found.statistic == pytest.approx(row["statistic"] ** 2)
    assert found.p_value == pytest.approx(row["p_value"])


def test_a_wald_test_takes_all_levels_and_does_not_depend_on_their_coding():
    frame = FRAME.assign(arm=FRAME["arm"].cat.reorder_categories(["c", "a", "b"]))
    one, other = (
        wald_test(cs.fit("mood ~ x + arm", data, design=TAYLOR), "arm") for data in (FRAME, frame)
    )
    assert (one.df, one.df_error) == (2, 21)
    assert other.statistic == pytest.approx(one.statistic)
    fit = cs.fit("mood ~ x + arm", FRAME, design=TAYLOR)
    adjusted = wald_test(fit, "arm", adjusted=True)
    assert adjusted.statistic == pytest.approx(one.statistic * 20 / 21)
    assert adjusted.df_error == 20
    assert repr(adjusted).startswith("adjusted Wald test of 2 coefficients: F(2, 20)")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"problems": ("not converged",)}, "cannot be tested: not converged"),
        ({"covariance": np.ones((2, 2))}, "singular"),
        ({"terms": ("y", "z")}, "Variables not found in the model: .x."),
    ],
)
def test_a_wald_test_that_cannot_be_is_refused(change, said):
    parts = {"terms": ("x[T.a]", "x[T.b]"), "coefficients": np.ones(2), "covariance": np.eye(2)}
    with pytest.raises(AnalysisError, match=said):
        wald_test(SimpleNamespace(**{"problems": (), "df": 9.0, **parts, **change}), "x")
