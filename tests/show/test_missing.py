import numpy as np
import pandas as pd
import pytest

from confstudy.errors import AnalysisError, DisclosureRefused
from confstudy.models.missing.delta import delta
from confstudy.models.missing.impute import impute
from confstudy.models.missing.tip import tipping as find
from confstudy.show.tipping import tipping
from confstudy.show.traces import traces


def shifted(silent=60):
    rng = np.random.default_rng(1)
    data = pd.DataFrame({"x": rng.normal(size=300)})
    data["y"] = 0.4 * data["x"] + rng.normal(size=300)
    data.loc[data["x"].nlargest(silent).index, "y"] = np.nan
    return delta(data, "y", [-4, -2, 2], m=5, iterations=3, methods={"y": "normal"})


def test_a_tipping_figure_tells_its_numbers_in_words():
    found = find("y ~ x", shifted(), "x")
    figure = tipping(found, label="Privacy")
    assert "Privacy by delta" in figure.alt
    assert "interval reaches null at delta" in figure.alt
    assert figure.smallest == 60
    assert "<img alt=" in figure.html


def test_few_shifted_answers_are_not_released():
    with pytest.raises(DisclosureRefused):
        _ = tipping(find("y ~ x", shifted(silent=4), "x")).html


def test_traces_show_the_columns_that_many_left_out():
    imputed = shifted().imputed
    figure = traces(imputed)
    assert "y R-hat" in figure.alt
    assert len(figure.table) == 15
    assert figure.html
    with pytest.raises(AnalysisError, match="not found"):
        traces(imputed, ["z"])
    with pytest.raises(AnalysisError, match="nothing to draw"):
        traces(impute(pd.DataFrame({"a": [1.0, 2, None, 4], "b": [1.0, 3, 2, 5]}), m=2))
