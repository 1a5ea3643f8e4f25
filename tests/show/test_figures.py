import re

import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.errors import AnalysisError, DisclosureRefused
from confstudy.show.theme import likert_colours, svg


@pytest.fixture(scope="module")
def fit(scores):
    formula = "concealment ~ privacy + sensitive_topic"
    return cs.fit(formula, scores, "logit", cluster="therapist")


@pytest.fixture(scope="module")
def figures(scores, fit):
    book = scores.codebook
    arrow = cs.plot.Arrow("Privacy", "Trust", "0.5", main=True)
    ordered = cs.fit("return_intention ~ arm", scores, "ordered")
    return {
        "coefficients": cs.plot.coefficients(fit, codebook=book),
        "truth": cs.plot.coefficients(fit, truth=cs.population_values(fit), codebook=book),
        "line": cs.plot.predicted(fit, "privacy", codebook=book),
        "points": cs.plot.predicted(ordered, "arm", codebook=book),
        "difference": cs.plot.predicted(cs.fit("alliance ~ privacy", scores), "privacy"),
        "likert": cs.plot.likert(scores, "stigma"),
        "paths": cs.plot.paths([arrow], n=200),
        "flow": cs.plot.flow(scores, fit),
    }


NAMES = ["coefficients", "truth", "line", "points", "difference", "likert", "paths", "flow"]


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_says_in_words_what_it_shows(figures, name):
    figure = figures[name]
    assert len(figure.alt) > 30
    assert re.search(r"\d", figure.alt)
    assert f'alt="{figure.alt[:30]}' in figure.html


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_stands_for_ten_or_more(figures, name):
    assert figures[name].decision.status == "pass"


@pytest.mark.parametrize("name", NAMES)
def test_the_same_figure_gives_the_same_bytes(figures, name):
    assert svg(figures[name].canvas) == svg(figures[name].canvas)
    assert "<dc:date>" not in svg(figures[name].canvas)


def test_coefficients_are_drawn_as_odds_ratios_in_the_words_of_the_codebook(figures, fit):
    table = figures["coefficients"].table
    assert table["label"].tolist() == ["Perceived privacy", "Brings a sensitive topic"]
    expected = np.exp(fit.table["estimate"][1:])
    np.testing.assert_allclose(table["estimate"], expected)


def test_the_truth_is_marked_where_it_is_known(figures):
    assert figures["truth"].table["truth"].notna().all()
    assert "truth 0." in figures["truth"].alt


def test_an_ordered_prediction_is_of_the_upper_levels(figures):
    assert "Intends to return: likely or more" in figures["points"].alt
    assert figures["points"].table["value"].tolist() == ["none", "conditional", "absolute"]


def test_likert_shares_sum_to_one_and_show_no_small_group(figures, scores):
    figure = figures["likert"]
    shares = figure.table.drop(columns=["item", "n"]).to_numpy()
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    counts = shares * figure.table[["n"]].to_numpy()
    assert counts[counts > 0].min() > 9.99
    assert len(figure.table) == len(scores.codebook.scales["stigma"].items)


def test_an_unknown_scale_is_an_error_with_a_hint(scores):
    with pytest.raises(AnalysisError, match="Did you mean 'stigma'"):
        cs.plot.likert(scores, "stgma")


def test_a_test_of_knowledge_has_no_points_to_be_drawn(scores):
    with pytest.raises(AnalysisError, match=r"use cs\.plot\.items\(scores, 'knowledge'\)"):
        cs.plot.likert(scores, "knowledge")


def test_a_small_loss_is_not_counted_out_in_the_flow(scores, fit):
    away = f"{1200 - scores.n}"
    assert figures_flow(scores, 5)["lost"].tolist() == [away, "under 10", ""]
    about = f"about {round(scores.n, -1)}"
    assert figures_flow(scores, 5)["shown"].tolist() == ["1,200", about, f"{scores.n - 5}"]
    assert figures_flow(scores, 20)["lost"].tolist() == [away, "20", ""]


def figures_flow(scores, lost):
    blank = scores.frame["privacy"].mask(np.arange(scores.n) < lost)
    data = scores.frame.assign(privacy=blank)
    return cs.plot.flow(scores, cs.fit("alliance ~ privacy", data)).table


def test_a_path_diagram_needs_one_chain(scores):
    arrow = cs.plot.Arrow
    with pytest.raises(AnalysisError, match="one chain"):
        cs.plot.paths([arrow("A", "B", main=True), arrow("C", "D", main=True)], n=99)


def test_a_figure_of_few_is_refused(figures):
    figure = cs.plot.paths([cs.plot.Arrow("A", "B", main=True)], n=9)
    with pytest.raises(DisclosureRefused, match="threshold"):
        _ = figure.html


def test_a_model_of_few_is_not_drawn():
    data = pd.DataFrame({"x": range(11), "y": [1, 2, 3, 5, 4, 6, 7, 8, 9, 9, 9]})
    with pytest.raises(DisclosureRefused, match="residual df"):
        cs.plot.coefficients(cs.fit("y ~ x", data))


def test_a_model_of_the_intercept_alone_has_nothing_to_draw(scores):
    with pytest.raises(AnalysisError, match="no predictor whose coefficient could be drawn"):
        cs.plot.coefficients(cs.fit("concealment ~ 1", scores, "logit"))


MADE = pd.DataFrame({"k": np.arange(120) % 4, "x": np.linspace(-1, 1, 120)})
MADE["g"] = pd.Categorical(np.where(np.arange(120) % 3 == 0, "no", "yes: always"))
MADE["y"] = MADE["x"] + MADE["k"] + np.sin(np.arange(120))


def test_numbers_that_enter_as_categories_are_points_not_a_line():
    figure = cs.plot.predicted(cs.fit("y ~ C(k) + x", MADE), "k")
    assert figure.alt.startswith("Points with intervals")
    assert figure.table["value"].tolist() == [0, 1, 2, 3]
    assert figure.smallest == 30


@pytest.mark.parametrize(
    ("formula", "labels"),
    [
        ("y ~ C(k)", ["k: 1", "k: 2", "k: 3"]),
        ("y ~ C(k, contr.treatment(2))", ["k: 0", "k: 1", "k: 3"]),
        ("y ~ C(x > 0)", ["C(x > 0): True"]),
        ("y ~ g * x", ["g: yes: always", "x", "g: yes: always × x"]),
    ],
)
def test_every_term_has_a_label(formula, labels):
    found = cs.plot.coefficients(cs.fit(formula, MADE)).table["label"]
    assert found.tolist() == labels


@pytest.mark.parametrize("points", [2, 3, 4, 5, 6, 7])
def test_likert_colours_are_distinct_with_grey_in_an_odd_middle(points):
    colours = likert_colours(points)
    assert len(set(colours)) == points
    assert (colours[points // 2] == "#d9d9d9") == bool(points % 2)
