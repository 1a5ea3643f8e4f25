import numpy as np
import pytest

from confstudy.errors import AnalysisError
from confstudy.models.fit import FitWarning
from confstudy.models.meta.pool import meta
from confstudy.models.meta.published import published
from confstudy.show.forest import forest, funnel


def pooled():
    cells = published("OR", ([12, 30, 50], [100, 120, 300]), ([20, 60, 60], [100, 130, 280]))
    return meta("estimate", "variance", data=cells, labels=["Ames", "Bern", "C" * 60])


def test_a_forest_tells_its_numbers_in_words():
    figure = forest(pooled(), label="Odds ratio", scale="exp")
    assert "Ames 0.55 [0.25, 1.19]" in figure.alt
    assert figure.table["label"].tolist()[3:] == ["Pooled", "A new study"]
    assert figure.table["weight"][:3].sum() == pytest.approx(1)
    assert figure.html.count("<img") == 1
    assert "of 3 studies" in forest(pooled()).alt


def test_a_funnel_counts_its_studies():
    figure = funnel(pooled(), scale="tanh")
    assert "of 3 lie above the pooled" in figure.alt
    assert figure.html
    assert len(figure.canvas.axes[0].lines) == 4


def test_what_has_no_pooled_estimate_is_not_drawn():
    moderated = meta([1, 2, 4, 3], [1, 1, 2, 1], moderators={"x": range(4)})
    with pytest.raises(AnalysisError, match="without moderators"):
        forest(moderated)
    with pytest.warns(FitWarning):
        alike = meta(np.full(3, 0.2), [0.01, 0.02, 0.03])
    with pytest.raises(AnalysisError, match="no pooled estimate"):
        funnel(alike)
    with pytest.raises(AnalysisError, match="'plain', 'exp' or 'tanh'"):
        forest(pooled(), scale="log")
