import numpy as np
import pandas as pd
import pytest
from scipy import stats

from confstudy.errors import AnalysisError
from confstudy.models.missing.diagnose import little_test, missing_patterns


def test_littles_test_equals_its_closed_form_for_one_incomplete_column():
    rng = np.random.default_rng(1)
    a = rng.normal(size=200)
    b = 0.6 * a + rng.normal(size=200)
    gone = rng.uniform(size=200) < 1 / (1 + np.exp(-a))
    data = pd.DataFrame({"a": a, "b": np.where(gone, np.nan, b)})
    # Monotone pattern: a's moments from everybody, b's regression on a from who has both.
    slope, constant = np.polyfit(a[~gone], b[~gone], 1)
    rest = np.mean((b[~gone] - constant - slope * a[~gone]) ** 2)
    va = a.var()
    mean = np.array([a.mean(), constant + slope * a.mean()])
    covariance = np.array([[va, slope * va], [slope * va, rest + slope**2 * va]]) * 200 / 199
    gap = np.array([a[~gone].mean(), b[~gone].mean()]) - mean
    expected = (~gone).sum() * gap @ np.linalg.solve(covariance, gap)
    expected += gone.sum() * (a[gone].mean() - mean[0]) ** 2 / covariance[0, 0]
    found = little_test(data)
    assert found.statistic == pytest.approx(expected, rel=1e-8)
    assert (found.df, found.patterns) == (1, 2)
    assert found.p_value == pytest.approx(stats.chi2.sf(expected, 1), rel=1e-6)


def test_littles_test_is_invariant_to_units_and_order():
    rng = np.random.default_rng(2)
    data = pd.DataFrame(rng.normal(size=(150, 3)), columns=list("abc"))
    data = data.mask(rng.uniform(size=data.shape) < 0.2)
    plain = little_test(data).statistic
    assert little_test(1e4 * data + 7).statistic == pytest.approx(plain, rel=1e-7)
    assert little_test(data.sample(frac=1, random_state=1)[list("cab")]).statistic == pytest.approx(
        plain, rel=1e-7
    )


def test_littles_test_holds_its_level_under_missing_completely_at_random():
    rng = np.random.default_rng(3)
    p = []
    for _ in range(60):
        data = pd.DataFrame(
            rng.normal(size=(120, 3)) @ np.array([[1, 0.5, 0], [0, 1, 0.5], [0, 0, 1]])
        )
        p.append(little_test(data.mask(rng.uniform(size=data.shape) < 0.15)).p_value)
    assert abs(np.mean(np.array(p) < 0.05) - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 60)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"a": [1.0, 2, 3]}, "two or more columns"),
        ({"a": [1.0, 2, 3], "b": [2.0, 4, 1]}, "with missing"),
        ({"a": [1.0, 1, 1], "b": [2.0, None, 1]}, "does not vary"),
        ({"a": [np.inf, 1, 2], "b": [2.0, None, 1]}, "infinite"),
        ({"a": ["x", "y", "z"], "b": [2.0, None, 1]}, "takes numbers"),
    ],
)
def test_what_littles_test_cannot_take(data, said):
    with pytest.raises(AnalysisError, match=said):
        little_test(pd.DataFrame(data), list(data))


def test_collinear_columns_are_a_problem_and_no_number():
    a = np.arange(30.0)
    data = pd.DataFrame({"a": a, "b": 2 * a, "c": np.where(a > 20, np.nan, a % 7)})
    found = little_test(data)
    assert found.problems
    assert np.isnan(found.statistic)
    assert np.isnan(found.p_value)
    assert "note" in found.table


def test_rare_patterns_are_joined_until_none_is_small():
    data = pd.DataFrame({"a": np.ones(100), "b": np.ones(100), "c": np.ones(100)})
    data.loc[:39, "a"] = np.nan
    data.loc[35:52, "b"] = np.nan
    data.loc[98:, "c"] = np.nan
    table = missing_patterns(data)
    assert table["missing"].tolist() == ["nothing", "a", "other patterns"]
    assert table["respondents"].tolist() == [45, 35, 20]
    assert table["share"].sum() == pytest.approx(1)
    assert missing_patterns(data, least=1)["missing"].tolist() == ["nothing", "a", "b", "a, b", "c"]
    assert missing_patterns(data[["c"]], ["c"], least=1)["respondents"].tolist() == [98, 2]
    with pytest.raises(AnalysisError, match="Did you mean"):
        missing_patterns(data.rename(columns={"a": "trust"}), ["trsut"])


def test_complete_data_have_one_pattern():
    table = missing_patterns(pd.DataFrame({"a": np.ones(20)}))
    assert table["missing"].tolist() == ["nothing"]
    assert table["respondents"].tolist() == [20]
