"""The OSMI numbers, where the file is at hand."""

import numpy as np
import pytest

import confstudy as cs


@pytest.fixture(scope="module")
def osmi(real):
    return cs.load(real("osmi2014.csv"), "osmi-2014")


def test_treatment_on_anonymity(osmi):
    fit = cs.fit("treatment ~ I(anonymity == 'Yes')", osmi, "logit")
    row = fit.table.iloc[1]
    assert row["estimate"] == pytest.approx(0.588513, abs=5e-7)
    assert row["std_error"] == pytest.approx(0.125455, abs=5e-7)
    assert np.exp(row["estimate"]) == pytest.approx(1.80131, abs=5e-6)
    assert fit.result.llf == pytest.approx(-861.38888, abs=5e-6)


def test_willingness_to_tell_the_supervisor_on_anonymity(osmi):
    table = cs.fit("supervisor ~ anonymity", osmi, "ordered").table.set_index("term")
    # The first two are published; the third is the maximum of the likelihood, found in
    # 30-digit arithmetic from the cells: the publication stopped in the fifth digit.
    expected = {
        "Don't know": (0.93785, 0.25418, 0.937887785667),
        "Yes": (1.63303, 0.26627, 1.633005614117),
    }
    for level, (published, error, maximum) in expected.items():
        row = table.loc[f"anonymity[T.{level}]"]
        assert row["estimate"] == pytest.approx(published, abs=5e-5)
        assert row["estimate"] == pytest.approx(maximum, abs=1e-8)
        assert row["std_error"] == pytest.approx(error, abs=2e-5)
