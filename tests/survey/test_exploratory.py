import numpy as np
import pandas as pd
import pytest
from statsmodels.multivariate.factor import Factor

from confstudy.errors import AnalysisError
from confstudy.survey.battery import ItemWarning
from confstudy.survey.dimensions import adequacy, parallel_analysis
from confstudy.survey.exploratory import factors

LOADINGS = np.zeros((8, 2))
LOADINGS[:4, 0], LOADINGS[4:, 1] = (0.85, 0.75, 0.7, 0.6), (0.7, 0.6, 0.6, 0.5)
PHI = np.array([[1, 0.4], [0.4, 1]])
NAMES = [*"abcdefgh"]


def answers(n, seed=1, points=0):
    rng = np.random.default_rng(seed)
    common = rng.multivariate_normal([0, 0], PHI, size=n) @ LOADINGS.T
    items = common + rng.normal(size=common.shape) * np.sqrt(1 - (LOADINGS**2).sum(axis=1))
    if points:
        items = np.digitize(items, np.linspace(-0.5, 1.5, points - 1))
    return pd.DataFrame(items, columns=NAMES)


@pytest.mark.parametrize("extraction", ["minres", "ml"])
def test_loadings_and_correlations_of_factors_are_recovered(extraction):
    found = factors(answers(20_000), NAMES, 2, extraction=extraction)
    np.testing.assert_allclose(found.table[["F1", "F2"]], LOADINGS, atol=0.04)
    assert found.correlations.loc["F1", "F2"] == pytest.approx(0.4, abs=0.04)
    assert found.rms < 0.01


def test_likelihood_equals_statsmodels():
    data = answers(300)
    found = factors(data, NAMES, 2, extraction="ml", rotation="none")
    theirs = Factor(data.to_numpy(), 2, method="ml").fit()
    np.testing.assert_allclose(found.table["uniqueness"], theirs.uniqueness, atol=1e-4)


def test_the_test_of_enough_factors_rejects_as_often_as_it_says():
    rejected = np.mean(
        [factors(answers(300, s), NAMES, 2, extraction="ml").p_value < 0.05 for s in range(100)]
    )
    assert abs(rejected - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 100)


def test_polychoric_correlations_find_what_few_categories_hide():
    data = answers(8000, points=3)
    plain, latent = (
        factors(data, NAMES, 2, correlations=kind).table[["F1", "F2"]].to_numpy()
        for kind in ("pearson", "polychoric")
    )
    np.testing.assert_allclose(latent, LOADINGS, atol=0.06)
    assert plain.max(axis=1).mean() < latent.max(axis=1).mean() - 0.05


def test_the_order_and_scale_of_answers_do_not_matter():
    data = answers(200)
    one, other = (
        factors(d, NAMES, 2).table for d in (data, data.sample(frac=1, random_state=1) * 3 + 2)
    )
    pd.testing.assert_frame_equal(one, other, atol=1e-5, rtol=0)


def test_a_heywood_case_has_no_numbers_and_says_which_item():
    # One factor would need a squared loading of .8 · .8 / .5 = 1.28.
    r = np.array([[1, 0.8, 0.8], [0.8, 1, 0.5], [0.8, 0.5, 1]])
    data = pd.DataFrame(np.random.default_rng(1).multivariate_normal(np.zeros(3), r, 200))
    data.columns = pd.Index([*"abc"])
    for extraction in ("minres", "ml"):
        with pytest.warns(ItemWarning, match=r"leave nothing of \[a\] \(Heywood"):
            found = factors(data, [*"abc"], extraction=extraction)
        assert found.table["F1"].isna().all()
        assert found.table["note"].str.contains("Heywood").all()
        assert "NOT TO BE USED" in repr(found)


@pytest.mark.parametrize("ask", [lambda d, i: factors(d, i, 1), adequacy])
@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"h": lambda d: d["a"] + d["b"]}, r"\[a, b, h\] determine each other"),
        ({"h": 1.0}, r"Everybody answers \[h\] alike"),
    ],
)
def test_items_that_cannot_be_factored_are_named(ask, change, text):
    with pytest.raises(AnalysisError, match=text):
        ask(answers(100).assign(**change), NAMES)


@pytest.mark.parametrize(
    ("data", "how", "text"),
    [
        (answers(8), {}, "more complete respondents than 8"),
        (answers(99), {"n": 5}, "too few for 5 factors"),
        (answers(99), {"rotation": "oblimim"}, "Did you mean 'oblimin'"),
        (answers(99), {"extraction": "pca"}, "minres"),
        (answers(99), {"correlations": "poly"}, "polychoric"),
        (answers(99, points=3).assign(h=lambda d: d["a"]), {"correlations": "polychoric"}, "limit"),
    ],
)
def test_what_cannot_be_analysed_is_refused(data, how, text):
    with pytest.raises(AnalysisError, match=text):
        factors(data, NAMES, **how)


def test_items_without_anything_in_common_have_adequacy_near_a_half_and_no_factors():
    noise = pd.DataFrame(np.random.default_rng(1).normal(size=(5000, 8)), columns=NAMES)
    assert adequacy(noise, NAMES).kmo == pytest.approx(0.5, abs=0.03)
    assert parallel_analysis(noise, NAMES, draws=20).components == 0


def test_bartlett_s_test_rejects_as_often_as_it_says():
    rng = np.random.default_rng(1)
    noise = (pd.DataFrame(rng.normal(size=(100, 8)), columns=NAMES) for _ in range(400))
    rejected = np.mean([adequacy(frame, NAMES).p_value < 0.05 for frame in noise])
    assert abs(rejected - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 400)


def test_parallel_analysis_finds_two_factors_and_repeats_itself():
    data = answers(400, points=5)
    first, again = (parallel_analysis(data, NAMES, draws=25, seed=3) for _ in range(2))
    assert (first.factors, first.components) == (2, 2)
    pd.testing.assert_frame_equal(first.table, again.table)
    assert "2 factors" in repr(first)


def test_parallel_analysis_needs_draws():
    with pytest.raises(AnalysisError, match="20 draws"):
        parallel_analysis(answers(99), NAMES, draws=5)
