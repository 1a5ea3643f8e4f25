import numpy as np
import pandas as pd
import pytest

from confstudy.errors import AnalysisError
from confstudy.models.indirect.listtest import list_design_test


def counts(seed, n=1000, deflated=0.0, share=0.2):
    rng = np.random.default_rng(seed)
    long = rng.permutation(np.arange(n) % 2)
    safe = rng.binomial(1, [0.2, 0.5, 0.6, 0.8], (n, 4)).sum(axis=1)
    safe = np.where((long == 1) & (rng.uniform(size=n) < deflated), np.maximum(safe - 1, 0), safe)
    return pd.DataFrame({"said": safe + long * (rng.uniform(size=n) < share), "long": long})


def design_test(rows, **options):
    return list_design_test("said", rows, treatment="long", items=4, **options)


def test_the_shares_are_differences_of_cumulative_shares_and_sum_to_one():
    rows = counts(1)
    found = design_test(rows)
    below = rows.groupby("long")["said"].apply(lambda said: (said <= 1).mean())
    table = found.table.set_index(["trait", "count"])["share"]
    assert table[1, 1] == pytest.approx(below[0] - below[1])
    assert found.table["share"].sum() == pytest.approx(1)
    assert found.p_value == 1


def test_a_sensitive_item_that_lowers_the_rest_is_seen():
    found = design_test(counts(2, n=4000, deflated=0.5, share=0.05))
    assert found.p_value < 0.001
    assert found.table["share"].min() < 0
    assert "no design effect, p = 0.0" in repr(found)


def test_the_seed_settles_the_p_value():
    rows = counts(5, n=400, deflated=0.15, share=0.05)
    assert design_test(rows, seed=1).p_value == design_test(rows, seed=1).p_value
    assert design_test(rows, seed=1).p_value == pytest.approx(
        design_test(rows, seed=2).p_value, rel=0.1
    )


def test_selection_of_moments_gives_power():
    rows = [counts(seed, n=600, deflated=0.3, share=0.2) for seed in range(10)]
    chosen = np.mean([design_test(one).p_value for one in rows])
    assert chosen < np.mean([design_test(one, select=False).p_value for one in rows])


def test_counts_beyond_the_list_are_refused():
    rows = counts(1)
    with pytest.raises(AnalysisError, match="from 0 to 2"):
        list_design_test("said", rows, treatment="long", items=2)


@pytest.mark.validate
@pytest.mark.parametrize("share", [0.0, 0.02, 0.3])
def test_it_rejects_no_more_often_than_it_says(share):
    found = [design_test(counts(seed, 800, share=share)).p_value < 0.05 for seed in range(600)]
    assert np.mean(found) < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 600)
