import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from confstudy.errors import AnalysisError
from confstudy.models.multiplicity import METHODS, adjust

P = [0.001, 0.02, 0.03, 0.04, 0.5]
CHANCES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("bonferroni", [0.005, 0.1, 0.15, 0.2, 1]),
        ("holm", [0.005, 0.08, 0.09, 0.09, 0.5]),
        ("hochberg", [0.005, 0.08, 0.08, 0.08, 0.5]),
        ("BH", [0.005, 0.05, 0.05, 0.05, 0.5]),
        ("sidak", [1 - (1 - p) ** 5 for p in P]),
        ("none", P),
    ],
)
def test_methods_by_hand(method, expected):
    np.testing.assert_allclose(adjust(P, method), expected, rtol=1e-12)


def test_benjamini_and_yekutieli_multiply_by_the_harmonic_sum():
    np.testing.assert_allclose(
        adjust(P, "BY"), np.minimum(1, adjust(P, "BH") * (1 / np.arange(1, 6)).sum())
    )


@pytest.mark.parametrize("method", METHODS)
def test_missing_p_values_do_not_count(method):
    found = adjust([P[0], None, *P[1:], np.nan], method)
    assert np.isnan(found[[1, 6]]).all()
    np.testing.assert_array_equal(found[[0, 2, 3, 4, 5]], adjust(P, method))
    assert np.isnan(adjust([np.nan], method)).all()


@pytest.mark.parametrize("method", ["holm", "hommel", "BH"])
def test_each_family_is_adjusted_by_itself(method):
    found = adjust([*P, *P[:3]], method, families=list("aaaaabbb"))
    np.testing.assert_array_equal(found, [*adjust(P, method), *adjust(P[:3], method)])


def test_it_returns_what_it_was_given():
    series = pd.Series(P, index=list("abcde"), name="p")
    assert adjust(series).index.tolist() == list("abcde")
    table = pd.DataFrame({"p_value": P, "outcome": list("xxxyy")})
    found = adjust(table, "holm", families="outcome")
    assert found.columns.tolist() == ["p_value", "outcome", "p_adjusted"]
    np.testing.assert_array_equal(found["p_adjusted"][3:], adjust(P[3:]))
    assert "p_adjusted" not in table


@given(CHANCES, st.sampled_from(["holm", "hochberg", "hommel", "BH", "BY", "bonferroni"]))
def test_adjusting_never_lowers_nor_reorders(values, method):
    found = adjust(values, method)
    assert (found >= np.array(values) - 1e-12).all()
    assert (found <= 1).all()
    order = np.argsort(values, kind="stable")
    assert (np.diff(found[order]) >= -1e-12).all()


@given(CHANCES)
def test_hommel_is_between_simes_and_hochberg(values):
    assert (adjust(values, "hommel") <= adjust(values, "hochberg") + 1e-12).all()
    assert (adjust(values, "hochberg") <= adjust(values, "holm") + 1e-12).all()


@pytest.mark.parametrize(
    ("p", "options", "expected"),
    [
        (P, {"method": "holms"}, "Did you mean 'holm'"),
        ([0.1, 1.2], {}, "from 0 to 1"),
        (P, {"families": [1, 2]}, "5 p-values and 2 families"),
        (P, {"families": "outcome"}, "for a table only"),
        (pd.DataFrame({"p": P}), {}, r"Columns not found in the table: \[p_value\]"),
        (pd.DataFrame({"p_value": P}), {"families": "outcom"}, r"not found in the table"),
    ],
)
def test_what_cannot_be_adjusted_says_why(p, options, expected):
    with pytest.raises(AnalysisError, match=expected):
        adjust(p, **options)


@pytest.mark.parametrize("method", ["holm", "hommel", "hochberg", "bonferroni", "BH"])
def test_the_chance_of_any_false_finding_is_kept(method):
    rng, runs = np.random.default_rng(1), 400
    found = [adjust(stats.norm.sf(rng.normal(size=8)), method).min() < 0.05 for _ in range(runs)]
    assert np.mean(found) < 0.05 + 4 * np.sqrt(0.05 * 0.95 / runs)
