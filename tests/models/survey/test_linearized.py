"""The variance of a total beside textbook formulas."""

import numpy as np
import pandas as pd
import pytest

from confstudy.errors import AnalysisError
from confstudy.models.survey.design import SurveyDesign
from confstudy.models.survey.estimates import survey_mean, survey_total

RNG = np.random.default_rng(52)
STRATUM, CLUSTER = np.repeat([0, 1, 2], [40, 60, 50]), np.arange(150) // 10
Y = RNG.normal(size=150) + CLUSTER % 4
FRAME = pd.DataFrame({"h": STRATUM, "c": CLUSTER, "y": Y, "w": RNG.uniform(1, 4, 150)})


def between(values, stratum, cluster, fraction=0.0):
    found = 0.0
    for h in set(stratum):
        inside = stratum == h
        totals = [values[inside & (cluster == c)].sum() for c in sorted(set(cluster[inside]))]
        found += len(totals) * np.var(totals, ddof=1) * (1 - fraction)
    return found


def error(design, frame=FRAME):
    return survey_total("y", frame, design).std_errors[0]


def test_a_total_of_clusters_in_strata():
    expected = between(FRAME["w"] * Y, STRATUM, CLUSTER)
    assert error(SurveyDesign("w", "h", "c")) ** 2 == pytest.approx(expected, rel=1e-12)


def test_clusters_of_one_name_in_two_strata_are_two():
    renamed = FRAME.assign(c=np.concatenate([np.arange(n) // 10 for n in (40, 60, 50)]))
    design = SurveyDesign("w", "h", "c")
    assert error(design, renamed) == pytest.approx(error(design), rel=1e-14)


@pytest.mark.parametrize("size", [0.2, "population"])
def test_a_simple_sample_without_replacement(size):
    frame = FRAME.assign(w=5.0, fpc=0.2 if size == 0.2 else 750)
    expected = 750**2 * (1 - 0.2) * Y.var(ddof=1) / 150
    assert error(SurveyDesign("w", fpc="fpc"), frame) ** 2 == pytest.approx(expected, rel=1e-12)


def test_two_stages_without_replacement():
    """15 of 30 clusters of 40, of each 10: Särndal, Swensson & Wretman, result 4.3.1."""
    frame = FRAME.assign(w=8.0, unit=np.arange(150), clusters=30, size=40)
    design = SurveyDesign("w", clusters=("c", "unit"), fpc=("clusters", "size"))
    totals = 4 * np.array([Y[c == CLUSTER].sum() for c in range(15)])
    within = [40**2 * (1 - 10 / 40) * Y[c == CLUSTER].var(ddof=1) / 10 for c in range(15)]
    expected = 30**2 * (1 - 0.5) * totals.var(ddof=1) / 15 + 30 / 15 * sum(within)
    assert error(design, frame) ** 2 == pytest.approx(expected, rel=1e-12)
    first = SurveyDesign("w", clusters=("c", "unit"))
    assert error(first, frame) == pytest.approx(error(SurveyDesign("w", clusters="c"), frame))


LONELY = FRAME.assign(h=np.where(CLUSTER == 14, 3, STRATUM))


def test_a_stratum_of_one_cluster_is_refused_or_counted_as_asked():
    def variance(lonely):
        return error(SurveyDesign("w", "h", "c", lonely=lonely), LONELY) ** 2

    with pytest.raises(AnalysisError, match="1 strata have one cluster"):
        variance("fail")
    values = (LONELY["w"] * Y).to_numpy()
    totals = np.bincount(CLUSTER, values)
    others = CLUSTER < 14
    rest = between(values[others], STRATUM[others], CLUSTER[others])
    assert variance("certainty") == pytest.approx(rest)
    assert variance("average") == pytest.approx(rest * 4 / 3)
    assert variance("adjust") == pytest.approx(rest + (totals[14] - totals.mean()) ** 2)
    said = SurveyDesign("w", "h", "c", lonely="certainty").on(LONELY).words
    assert said.endswith("strata of one cluster taken as certain")


def test_a_stratum_taken_whole_adds_nothing_and_is_not_lonely():
    frame = LONELY.assign(fpc=np.where(CLUSTER == 14, 1, 1000))
    design = SurveyDesign("w", "h", "c", fpc="fpc")
    assert 0 < error(design, frame) < error(SurveyDesign("w", "h", "c", lonely="adjust"), LONELY)


def test_a_domain_keeps_the_clusters_that_have_nobody_in_it():
    inside = (CLUSTER % 5 == 0) | (CLUSTER > 11)
    found = survey_mean("y", FRAME, SurveyDesign("w", "h", "c"), where=inside)
    w = np.where(inside, FRAME["w"], 0)
    middle = w @ Y / w.sum()
    expected = between(w * (Y - middle) / w.sum(), STRATUM, CLUSTER)
    assert found.estimates[0] == pytest.approx(middle)
    assert found.std_errors[0] ** 2 == pytest.approx(expected, rel=1e-12)
    assert found.df[0] == len(set(CLUSTER[inside])) - 3
