"""Figures of designs: what they draw, what they say, what they refuse."""

import re

import numpy as np
import pytest

import confstudy as cs
from confstudy.errors import DeclarationError
from confstudy.show.theme import svg

EFFECT = cs.ate("y", arm=("treated", "control"))
ANSWERS = [cs.difference("y", by="arm", name=f"answer {place}") for place in range(6)]
DESIGN = cs.two_arms(0.5, 64, seed=1)


@pytest.fixture(scope="module")
def found():
    designs = {"all": DESIGN, "few": DESIGN.vary(n=40)}
    return cs.diagnose(designs, EFFECT, ANSWERS[0], replications=100)


@pytest.fixture(scope="module")
def curve():
    over = {"n": [60, 120]}
    return cs.power_curve(DESIGN, EFFECT, ANSWERS[:2], over=over, replications=100)


@pytest.fixture(scope="module")
def figures(found, curve):
    return {"diagnosis": cs.plot.diagnosis(found), "power": cs.plot.power(curve)}


@pytest.mark.parametrize("name", ["diagnosis", "power"])
def test_it_says_its_numbers_in_words_and_gives_the_same_bytes(name, figures):
    figure = figures[name]
    assert re.search(r"\d\.\d\d", figure.alt)
    assert svg(figure.canvas) == svg(figure.canvas)
    assert f'alt="{figure.alt[:20]}' in figure.html


def test_a_curve_draws_the_share_of_all_replications_and_the_wanted_power(curve, figures):
    *lines, target = figures["power"].canvas.axes[0].get_lines()
    long = curve.long.query("diagnosand == 'power_all'")
    for line, (_, part) in zip(lines, long.groupby("answer"), strict=True):
        np.testing.assert_array_equal(line.get_xdata(), part["n"])
        np.testing.assert_array_equal(line.get_ydata(), part["value"])
    assert set(target.get_ydata()) == {0.8}
    (legend,) = figures["power"].canvas.legends
    assert [text.get_text() for text in legend.get_texts()] == ["answer 0", "answer 1"]


def test_lines_of_a_curve_differ_in_more_than_colour(figures):
    lines = figures["power"].canvas.axes[0].get_lines()[:2]
    assert len({line.get_marker() for line in lines}) == 2
    assert len({line.get_linestyle() for line in lines}) == 2


def test_estimates_are_drawn_beside_the_estimand(found, figures):
    table = figures["diagnosis"].table
    assert table["truth"].tolist() == [0.5, 0.5]
    for row, each in zip(table.to_dict("records"), found.findings, strict=True):
        estimates = each.found.estimate
        expected = np.quantile(estimates, [0.05, 0.5, 0.95])
        np.testing.assert_allclose([row["low"], row["median"], row["high"]], expected)


def test_only_what_differs_is_named(figures):
    texts = [text.get_text() for text in figures["diagnosis"].canvas.axes[0].texts]
    assert [text.partition(":")[0] for text in texts] == ["few", "all"]


def test_more_lines_than_can_be_told_apart_are_refused():
    curve = cs.power_curve(DESIGN, EFFECT, ANSWERS, over={"n": [60]}, replications=10)
    with pytest.raises(DeclarationError, match="6 lines cannot be told apart"):
        cs.plot.power(curve)
