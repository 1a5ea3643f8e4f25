"""Average predictions and contrasts beside R's emmeans on the same data.

R's marginaleffects is not in the oracle: slopes are held to closed forms and to statsmodels in
tests/models/test_effects.py.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.models.effects.effects import effects

HERE = Path(__file__).parent
R = json.loads((HERE / "r_effects.json").read_text())
DATA = pd.read_csv(HERE / "conf500.csv")
FIT = cs.fit("disclosure ~ privacy + C(stratum) + woman", DATA)


def test_average_predictions_with_the_sexes_balanced_equal_emmeans():
    found = effects(FIT, "stratum", kind="prediction", at={"woman": 0.5}).table
    expected = pd.DataFrame(R["emmeans"])
    for name, r in (("estimate", "emmean"), ("std_error", "SE"), ("df", "df"),
                    ("conf_low", "lower.CL"), ("conf_high", "upper.CL")):  # fmt: skip
        np.testing.assert_allclose(found[name], expected[r], rtol=1e-10)


@pytest.mark.parametrize("pair", R["pairs"], ids=lambda pair: pair["contrast"])
def test_contrasts_equal_pairs_of_emmeans(pair):
    levels = tuple(int(name.removeprefix("stratum")) for name in pair["contrast"].split(" - "))
    row = effects(FIT, "stratum", levels=levels[::-1]).table.iloc[0]
    for name, r in (("estimate", "estimate"), ("std_error", "SE"), ("df", "df"),
                    ("statistic", "t.ratio")):  # fmt: skip
        assert row[name] == pytest.approx(pair[r], rel=1e-10)
