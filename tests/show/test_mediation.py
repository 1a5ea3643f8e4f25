import re
import warnings

import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.errors import AnalysisError
from confstudy.models.fit import FitWarning
from confstudy.models.mediation.mediate import mediate
from confstudy.models.sensitivity.evalue import evalue
from confstudy.models.sensitivity.rho import rho_sensitivity
from confstudy.models.sensitivity.robustness import robustness
from confstudy.show.mediation import mediation
from confstudy.show.sensitivity import sensitivity
from confstudy.show.theme import svg

RNG = np.random.default_rng(2)
DATA = pd.DataFrame({"x": RNG.integers(0, 2, 200), "z": RNG.normal(size=200)})
DATA["m"] = 0.5 * DATA["x"] + 0.3 * DATA["z"] + RNG.normal(size=200)
DATA["y"] = 0.5 * DATA["m"] + 0.2 * DATA["x"] + RNG.normal(size=200)
DATA["yes"] = (DATA["y"] > 0.2).astype(int)


@pytest.fixture(scope="module")
def figures():
    logit = mediate(DATA, "x", "m", "yes", family="logit", scale="odds ratio", bootstrap=0)
    return {
        "effects": mediation(mediate(DATA, "x", ["m", "z"], "y", bootstrap=100)),
        "ratios": mediation(logit),
        "rho": sensitivity(rho_sensitivity(DATA, "x", "m", "y")),
        "contours": sensitivity(robustness(cs.fit("y ~ m + z", DATA), "m", benchmarks="z")),
        "bare": sensitivity(robustness(cs.fit("y ~ m", DATA), "m")),
        "evalue": sensitivity(evalue(2.5, 1.3, 4), n=200),
        "nothing": sensitivity(evalue(1.1, 0.9, 1.3), n=200),
    }


NAMES = ["effects", "ratios", "rho", "contours", "bare", "evalue", "nothing"]


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_says_in_words_what_it_shows_and_draws_the_same_bytes(figures, name):
    figure = figures[name]
    assert len(figure.alt) > 60
    assert re.search(r"\d\.\d", figure.alt)
    assert f'alt="{figure.alt[:30]}' in figure.html
    assert svg(figure.canvas) == svg(figure.canvas)
    assert figure.decision.status == "pass"
    assert len(figure.table)


def test_the_proportion_is_not_drawn_among_the_effects(figures):
    terms = figures["effects"].table["term"].tolist()
    assert terms == ["total", "direct", "indirect", "indirect: m", "indirect: z"]


def test_the_contours_show_what_was_compared(figures):
    assert "1 × z" in figures["contours"].alt
    assert "covariate" not in figures["bare"].alt


def test_an_analysis_that_cannot_be_believed_is_not_drawn():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FitWarning)
        found = mediate(DATA.assign(y=2 * DATA["m"]), "x", "m", "y", bootstrap=0)
    with pytest.raises(AnalysisError, match="no effects to draw"):
        mediation(found)


def test_an_e_value_is_drawn_for_a_known_number_of_respondents():
    with pytest.raises(AnalysisError, match="n=…"):
        sensitivity(evalue(2.5))


def test_a_figure_of_a_small_arm_is_refused():
    data = DATA.assign(x=(np.arange(200) < 6).astype(int))
    assert mediation(mediate(data, "x", "m", "y", bootstrap=0)).decision.status == "fail"
