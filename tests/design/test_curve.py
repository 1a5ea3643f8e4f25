"""Power over the numbers of a design, and its figure."""

import numpy as np
import pytest

from confstudy.design.answers import difference, spec
from confstudy.design.closed_forms import t_test_power
from confstudy.design.curve import power_curve
from confstudy.design.diagnose import diagnose
from confstudy.design.estimands import ate
from confstudy.design.simple import clusters, two_arms
from confstudy.errors import DeclarationError
from confstudy.show.power import diagnosis, power

EFFECT = ate("y", arm=("treated", "control"))
TEST = difference("y", by="arm")
SMALL = two_arms(0.25, 150, seed=1)
SIZES = [100, 200, 300, 500]


def test_a_curve_follows_its_closed_form():
    table = power_curve(SMALL, EFFECT, TEST, over={"n": SIZES}, replications=1_500).table
    exact = np.array([t_test_power(0.25, n / 2) for n in SIZES])
    assert (np.abs(table["power"] - exact) < 4 * table["power_mcse"]).all()
    assert table["closed_form"].tolist() == pytest.approx(exact)


def test_common_random_numbers_make_differences_sharper_than_points():
    curve = power_curve(SMALL, EFFECT, TEST, over={"y.arm[treated]": [0.25, 0.3]})
    p = np.array([each.found.p_value < 0.05 for each in curve.diagnosis.findings], dtype=float)
    error = (p[1] - p[0]).std() / np.sqrt(p.shape[1])
    assert error < 0.7 * np.hypot(*curve.table["power_mcse"])


def test_a_curve_is_drawn_with_its_numbers_in_words():
    given = clusters(20, 10, icc=0.05, effect=0.3, seed=3)
    over = {"clients": [5, 15], "therapists": [20, 40]}
    curve = power_curve(given, EFFECT, TEST, over=over, replications=300)
    assert curve.table.columns[:3].tolist() == ["design", "clients", "therapists"]
    assert len(curve.long) == 4 * curve.long["diagnosand"].nunique()
    figure = power(curve)
    value = curve.table["power"][0]
    assert "therapists = 20" in figure.alt
    assert f"{value:.2f} [" in figure.alt
    wide = {"clients": [5, 15], "therapists": [10, 12, 14, 16, 18, 20]}
    with pytest.raises(DeclarationError, match="told apart"):
        power(power_curve(given, EFFECT, TEST, over=wide, replications=20))


def test_a_diagnosis_is_drawn_with_its_numbers_in_words():
    found = diagnose(SMALL, EFFECT, [TEST, spec("y ~ arm")], replications=200)
    figure = diagnosis(found)
    assert figure.alt.count("power") == 2
    assert len(figure.table) == 2
    assert f"{100 * found.table['power'][0]:.0f}" in figure.alt


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"over": {}}, "some values"),
        ({"over": {"n": []}}, "some values"),
        ({"over": {"n": 100}}, "some values"),
        ({"over": {"n": ["few"]}}, "some values"),
        ({"over": {"n": [100, 100]}}, "once"),
        ({"over": {"size": [100]}}, "size"),
        ({"over": {"n": [100]}, "target": 1.0}, "target"),
    ],
)
def test_what_cannot_be_varied_is_refused(given, told):
    with pytest.raises(DeclarationError, match=told):
        power_curve(SMALL, EFFECT, TEST, replications=20, **given)
