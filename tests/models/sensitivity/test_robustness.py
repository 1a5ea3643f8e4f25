import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.errors import AnalysisError
from confstudy.models.sensitivity.robustness import robustness

RNG = np.random.default_rng(6)
N = 300
DATA = pd.DataFrame({"u": RNG.normal(size=N), "w": RNG.normal(size=N)})
DATA["x"] = 0.5 * DATA["u"] + 0.4 * DATA["w"] + RNG.normal(size=N)
DATA["y"] = 0.4 * DATA["x"] + 0.6 * DATA["u"] + 0.3 * DATA["w"] + RNG.normal(size=N)
DATA["yes"] = (DATA["y"] > 0).astype(int)
FIT = cs.fit("y ~ x + w", DATA)


def shares():
    """What u explains of x and of y beyond w: it is the hidden variable of FIT."""

    def left(name, given):
        matrix = np.column_stack([np.ones(N), DATA[given]])
        return DATA[name] - matrix @ np.linalg.lstsq(matrix, DATA[name], rcond=None)[0]

    on_x = np.corrcoef(left("x", ["w"]), left("u", ["w"]))[0, 1] ** 2
    on_y = np.corrcoef(left("y", ["w", "x"]), left("u", ["w", "x"]))[0, 1] ** 2
    return on_x, on_y


def test_the_formula_gives_what_the_hidden_variable_does_when_it_is_seen():
    found = robustness(FIT, "x").adjusted(*shares()).iloc[0]
    seen = cs.fit("y ~ x + w + u", DATA).table.set_index("term").loc["x"]
    assert found["estimate"] == pytest.approx(seen["estimate"], rel=1e-10)
    assert found["std_error"] == pytest.approx(seen["std_error"], rel=1e-10)


def test_at_the_robustness_value_nothing_is_left():
    found = robustness(FIT, "x")
    value = float(found.table["robustness_value"][0])
    assert found.adjusted(value, value)["estimate"][0] == pytest.approx(0, abs=1e-12)
    half = robustness(FIT, "x", q=0.5)
    value = float(half.table["robustness_value"][0])
    left = half.adjusted(value, value)["estimate"][0]
    assert left == pytest.approx(0.5 * half.table["estimate"][0])


@pytest.mark.parametrize("noise", [1.0, 0.02])
def test_at_the_robustness_value_with_alpha_the_worst_case_is_at_the_edge(noise):
    # Also where the effect is so strong that the worst variable explains less of the outcome.
    few = DATA.iloc[:12].assign(y=lambda d: d["x"] + noise * d["u"])
    found = robustness(cs.fit("y ~ x", few), "x", alpha=0.2)
    value = float(found.table["robustness_value_alpha"][0])
    worst = found.adjusted(value, np.linspace(0, value, 4001))["statistic"].abs().min()
    assert worst == pytest.approx(found.needed, rel=1e-4)


def test_a_weak_effect_has_no_robustness():
    found = robustness(cs.fit("y ~ x + w", DATA.assign(y=RNG.normal(size=N))), "x")
    assert found.table["robustness_value_alpha"][0] == 0


def test_a_benchmark_bounds_a_variable_of_the_same_strength():
    found = robustness(FIT, "x", benchmarks="w", times=(1, 2)).benchmarks
    assert found["covariate"].tolist() == ["w", "w"]
    assert (found["r2_exposure"] > 0).all()
    assert abs(found["estimate"][1]) < abs(found["estimate"][0])
    partial = robustness(cs.fit("x ~ w", DATA), "w").table["partial_r2"][0]
    assert found["r2_exposure"][0] == pytest.approx(partial / (1 - partial))


def test_a_negative_effect_moves_towards_zero_too():
    negative = robustness(cs.fit("y ~ x + w", DATA.assign(x=-DATA["x"])), "x")
    positive = robustness(FIT, "x")
    one, two = (found.adjusted(0.1, 0.1).iloc[0] for found in (negative, positive))
    assert one["estimate"] == pytest.approx(-two["estimate"])


@pytest.mark.parametrize(
    ("fit", "arguments", "options", "expected"),
    [
        (FIT, ("z",), {}, "Terms not found"),
        (FIT, ("Intercept",), {}, "Terms not found"),
        (FIT, ("x",), {"benchmarks": "x"}, "its own benchmark"),
        (FIT, ("x",), {"q": 0}, "'q' is above 0"),
        (FIT, ("x",), {"benchmarks": "w", "times": -1}, "'times' are above 0"),
        (DATA, ("x",), {}, "as cs.fit makes it"),
        (FIT, ("x",), {"benchmarks": "w", "times": [50]}, "Nothing can be 50 times as strong"),
        (cs.fit("yes ~ x", DATA, "logit"), ("x",), {}, "of linear models"),
    ],
)
def test_what_cannot_be_judged_says_why(fit, arguments, options, expected):
    with pytest.raises(AnalysisError, match=expected):
        robustness(fit, *arguments, **options)


def test_shares_out_of_range_are_refused():
    with pytest.raises(AnalysisError, match="between 0 and 1"):
        robustness(FIT, "x").adjusted(1.0, 0.2)
    with pytest.raises(AnalysisError, match="between 0 and 1"):
        robustness(FIT, "x").contours(1.2)


def test_contours_are_a_grid_that_begins_at_the_estimate():
    found = robustness(FIT, "x")
    grid = found.contours(0.3, 4)
    assert len(grid) == 16
    assert grid["estimate"][0] == pytest.approx(found.table["estimate"][0])
    assert "robustness of x on y" in repr(found)
