"""Which way a contrast goes, and what its two values may be."""

import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.errors import AnalysisError

RNG = np.random.default_rng(33)
N = 90
DATA = pd.DataFrame(
    {"arm": RNG.choice(["a", "b", "c"], N), "x": RNG.normal(size=N), "my k": RNG.integers(1, 4, N)}
)
DATA["m"] = DATA["x"] - 0.4 * (DATA["arm"] == "c") + RNG.normal(size=N)
DATA["y"] = DATA["m"] - 0.7 * (DATA["arm"] == "c") + RNG.normal(size=N)
FIT = cs.fit("y ~ arm + x", DATA)


@pytest.mark.parametrize(
    ("variable", "pair", "said"), [("arm", ("a", "c"), "c - a"), ("x", (-1, 2), "2 - -1")]
)
def test_levels_go_from_the_first_to_the_second_everywhere(variable, pair, said):
    slope = dict(zip(FIT.terms, FIT.coefficients, strict=True))
    expected = slope["arm[T.c]"] if variable == "arm" else 3 * slope["x"]
    found = cs.effects(FIT, variable, levels=pair).table.iloc[0]
    assert found["contrast"] == said
    assert found["estimate"] == pytest.approx(expected, rel=1e-9)
    back = cs.effects(FIT, variable, levels=pair[::-1]).table["estimate"][0]
    assert back == pytest.approx(-expected, rel=1e-9)
    change = cs.contrast(FIT, variable, pair)["estimate"][0]
    assert change == pytest.approx(expected, rel=1e-9)
    rest = "x" if variable == "arm" else "arm"
    split = cs.mediate(DATA, variable, "m", "y", rest, levels=pair, bootstrap=0)
    assert split.table["estimate"][0] == pytest.approx(expected, rel=1e-9)


def test_numbers_as_categories_may_have_a_name_in_backticks():
    fit = cs.fit("y ~ C(`my k`)", DATA)
    means = DATA.groupby("my k")["y"].mean()
    found = cs.effects(fit, "my k").table
    assert found["contrast"].tolist() == ["2 - 1", "3 - 1"]
    np.testing.assert_allclose(found["estimate"], means[[2, 3]] - means[1], rtol=1e-9)


@pytest.mark.parametrize(
    ("variable", "options", "expected"),
    [
        ("arm", {"levels": ("a", "a")}, "two different values"),
        ("arm", {"levels": ("a",)}, "two different values"),
        ("x", {"levels": (None, 1)}, "two different values"),
        ("arm", {"levels": "pairwse"}, "Did you mean 'pairwise'"),
        ("x", {"at": {"arn": "a"}}, "'arn' in 'at' is no predictor. Did you mean 'arm'"),
        ("arm", {"at": {"x": None}}, "give finite numbers"),
    ],
)
def test_what_is_no_contrast_says_why(variable, options, expected):
    with pytest.raises(AnalysisError, match=expected):
        cs.effects(FIT, variable, **options)
