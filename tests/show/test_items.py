import re
from dataclasses import replace

import pytest

import confstudy as cs
from confstudy.errors import AnalysisError
from confstudy.show.theme import svg
from confstudy.survey.scoring import ScaleWarning


@pytest.fixture(scope="module")
def turned(simulation):
    """Perceived privacy with one of its two reversals forgotten."""
    survey = simulation.survey
    privacy = survey.codebook.scales["privacy"].model_copy(update={"reverse": ("privacy_2",)})
    book = survey.codebook.model_copy(update={"scales": {"privacy": privacy}})
    with pytest.warns(ScaleWarning, match="privacy_5"):
        return cs.score(replace(survey, codebook=book))


def test_item_rest_correlations_are_drawn_and_said(scores):
    figure = cs.plot.items(scores)
    scales = scores.codebook.scales.values()
    assert len(figure.table) == sum(len(scale.items) for scale in scales)
    assert len(re.findall(r" 0\.\d\d", figure.alt)) == len(figure.table)
    assert figure.decision.status == "pass"
    assert svg(figure.canvas) == svg(figure.canvas)
    assert "Squares" not in figure.caption


def test_an_item_against_its_scale_is_marked_in_the_picture_and_in_words(turned):
    figure = cs.plot.items(turned, "privacy")
    assert "a stranger −0.6" in figure.alt
    assert "against its scale" in figure.alt
    assert "Squares" in figure.caption
    (axes,) = figure.canvas.axes
    squares = [line for line in axes.lines if line.get_marker() == "s"]
    assert [len(line.get_xdata()) for line in squares] == [1]


def test_an_unknown_scale_or_one_without_correlations_is_an_error(scores):
    with pytest.raises(AnalysisError, match="Did you mean 'stigma'"):
        cs.plot.items(scores, "stgma")
    one = scores.codebook.scales["stigma"].model_copy(update={"items": ("stigma_1",)})
    book = scores.codebook.model_copy(update={"scales": {"stigma": one}})
    with pytest.raises(AnalysisError, match="two items"):
        cs.plot.items(replace(scores, codebook=book))
