import numpy as np
import pytest

from confstudy.errors import AnalysisError
from confstudy.models.meta.bias import egger_test, failsafe_number, rank_test
from confstudy.models.meta.influence import cumulative
from confstudy.models.meta.pool import meta
from confstudy.models.meta.selection import selection_model
from confstudy.models.meta.trim import trim_and_fill


def funnel(seed, k=40, selected=False):
    rng = np.random.default_rng(seed)
    se = rng.uniform(0.05, 0.4, 20 * k)
    y = 0.2 + rng.normal(0, 0.1, 20 * k) + rng.normal(0, se)
    kept = (y / se > 1.96) | (rng.uniform(size=20 * k) < (0.15 if selected else 1))
    return meta(y[kept][:k], std_errors=se[kept][:k], knapp_hartung=False)


def test_a_straight_line_of_estimates_gives_its_slope_and_limit():
    se = np.array([0.1, 0.2, 0.3, 0.4])
    y = 0.5 + 2 * se + np.array([0.01, -0.01, -0.01, 0.01])
    found = egger_test(meta(y, std_errors=se), "linear")
    assert found["estimate"].tolist() == pytest.approx([2, 0.5], abs=0.1)
    assert found["df"].tolist() == [2, 2]


def test_egger_keeps_the_moderators():
    rng = np.random.default_rng(1)
    found = meta(
        rng.normal(size=12), rng.uniform(0.1, 1, 12), moderators={"x": rng.normal(size=12)}
    )
    assert egger_test(found)["df"].tolist() == [9, 9]


def test_selection_makes_a_funnel_lopsided_and_its_model_sees_it():
    open_, chosen = funnel(1), funnel(1, selected=True)
    assert egger_test(open_)["p_value"][0] > 0.05 > egger_test(chosen)["p_value"][0]
    assert rank_test(chosen)["tau"][0] > 0.1
    found = selection_model(chosen)
    assert found.p_value < 0.05
    assert found.chances[1] < 0.4
    assert abs(found.table["estimate"][0] - 0.2) < chosen.estimate - 0.2
    filled = trim_and_fill(chosen)
    assert filled.side == "left"
    assert filled.added > 0
    assert filled.meta.estimate < chosen.estimate
    assert filled.meta.k == 40 + filled.added


def test_filling_mirrors_the_largest_estimates():
    y = np.array([-0.1, 0, 0.1, 0.2, 0.9, 1.0, 1.1])
    filled = trim_and_fill(meta(y, np.full(7, 0.04), method="FE"), side="left")
    added = filled.meta.studies.estimates[7:]
    rest = y[: 7 - filled.added].mean()
    assert added == pytest.approx(2 * rest - y[7 - filled.added :])
    turned = trim_and_fill(meta(-y, np.full(7, 0.04), method="FE"), side="right")
    assert turned.meta.estimate == pytest.approx(-filled.meta.estimate)


def test_the_fail_safe_number_brings_the_combined_z_to_its_critical_value():
    found = meta([0.5, 0.6, 0.7], [0.04, 0.04, 0.04])
    assert failsafe_number(found) == np.ceil((9 / 1.6448536) ** 2 - 3)
    assert failsafe_number(meta([0.1, -0.1, 0.2], [1, 1, 1])) == 0


def test_selection_of_negative_estimates_is_the_mirror():
    chosen = funnel(2, selected=True)
    turned = meta(-chosen.studies.estimates, chosen.studies.variances, knapp_hartung=False)
    found, mirror = selection_model(chosen), selection_model(turned, positive=False)
    assert mirror.table["estimate"][0] == pytest.approx(-found.table["estimate"][0], rel=1e-6)
    assert mirror.chances == pytest.approx(found.chances, rel=1e-6)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: egger_test(meta([1, 2, 3], [1, 1, 1])), "alike"),
        (lambda: egger_test(meta([1, 2], [1, 2])), "three studies"),
        (lambda: rank_test(meta([1, 2, 3], [1, 1, 1])), "no ranks"),
        (lambda: trim_and_fill(meta([1, 2, 3], [1, 1, 1])), "say on which side"),
        (lambda: selection_model(meta([1, 2, 3], [9, 9, 9])), r"studies by interval \[0, 3\]"),
        (lambda: selection_model(meta([1, 2, 3], [9, 9, 9]), [2]), "p-values between"),
        (lambda: failsafe_number(meta([1, 2, 3], [9, 9, 9]), 0.9), "between 0 and .5"),
        (lambda: cumulative(meta([1, 2, 3], [9, 9, 9]), ["x", 1, 2]), "one number for each"),
    ],
)
def test_what_cannot_be_tested_is_refused(call, words):
    with pytest.raises(AnalysisError, match=words):
        call()


@pytest.mark.validate
def test_eggers_test_rejects_as_often_as_it_says():
    found = [egger_test(funnel(seed, k=20))["p_value"][0] < 0.05 for seed in range(1000)]
    assert abs(np.mean(found) - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 1000) + 0.01
