import re

import numpy as np
import pandas as pd
import pytest

from confstudy.errors import DisclosureRefused
from confstudy.models.survival.curves import survival_curve
from confstudy.show.survival import survival
from confstudy.show.theme import svg

RNG = np.random.default_rng(81)
ARM = RNG.choice(["none", "some", "all"], 600)
STAYS = RNG.exponential(np.where(ARM == "none", 12, 24))
DATA = pd.DataFrame({"until": np.minimum(STAYS, 26), "dropout": STAYS < 26, "arm": ARM})


@pytest.fixture(scope="module")
def figure():
    return survival(survival_curve("until", "dropout", DATA, "arm"))


def test_it_says_in_words_what_it_shows(figure):
    assert re.search(r"none: \d+\u202f% \[\d+, \d+\] at \d+", figure.alt)
    assert 'alt="Survival curve' in figure.html
    assert "nearest ten" in figure.caption


def test_the_same_figure_gives_the_same_bytes(figure):
    again = survival(survival_curve("until", "dropout", DATA, "arm"))
    assert svg(figure.canvas) == svg(again.canvas)


def test_it_draws_the_released_table_alone(figure):
    curves = survival_curve("until", "dropout", DATA, "arm")
    pd.testing.assert_frame_equal(figure.table, curves.released)
    axes, below = figure.canvas.axes
    for line, group in zip(axes.get_lines(), curves.groups, strict=True):
        shown = figure.table[figure.table["group"] == group]
        np.testing.assert_array_equal(line.get_xdata()[1:-1], shown["time"])
        np.testing.assert_array_equal(line.get_ydata()[1:-1], shown["survival"])
    counts = [text.get_text() for text in below.texts[1:]]
    assert all(count == "–" or count.endswith("0") for count in counts)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (DATA.head(20), "threshold"),
        (DATA.assign(arm=np.arange(600) % 5), "cannot be told apart"),
        (DATA.assign(arm=np.where(np.arange(600) < 8, "few", "many")), "threshold"),
    ],
)
def test_curves_of_few_or_of_many_groups_are_refused(data, expected):
    with pytest.raises(DisclosureRefused, match=expected):
        survival(survival_curve("until", "dropout", data, "arm"))
