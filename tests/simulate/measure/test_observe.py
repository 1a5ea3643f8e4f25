"""What a model's scales come out as: declared answers, α and styles."""

import numpy as np
import pytest

import confstudy as cs
from confstudy.errors import StructureError
from confstudy.simulate.measure.styles import Styles
from confstudy.simulate.model.read import read_structure
from confstudy.simulate.model.structure import Measure
from confstudy.survey.reliability import cronbach_alpha

THERAPY = read_structure("therapy")


def answers(structure, scale):
    drawn = cs.simulate(structure, clients=20_000, seed=3, nonresponse="none")
    declared = drawn.codebook.scales[scale]
    items = drawn.everyone[list(declared.items)].to_numpy(dtype=float)
    turned = [item in declared.reverse for item in declared.items]
    items[:, turned] = sum(declared.points) - items[:, turned]
    return items


def changed(**update):
    return THERAPY.model_copy(update=update)


def test_a_scale_has_the_declared_shares_of_answers_and_alpha():
    # Stigma is standard normal in the model, so that the shares hold in the population.
    shares = (0.4, 0.2, 0.15, 0.1, 0.07, 0.05, 0.03)
    stigma = Measure(of="S", alpha=0.75, shares=shares)
    items = answers(changed(scales={**THERAPY.scales, "stigma": stigma}), "stigma")
    found = np.bincount(items.astype(int).ravel(), minlength=8)[1:] / items.size
    np.testing.assert_allclose(found, shares, atol=4 * np.sqrt(0.25 / len(items)))
    assert cronbach_alpha(items).alpha == pytest.approx(0.75, abs=0.015)


def test_styles_change_answers_but_not_what_is_behind_them():
    plain = answers(THERAPY, "privacy")
    straight = answers(changed(styles=Styles(straight=0.2)), "privacy")
    same = (plain == straight).all(axis=1).mean()
    assert 0.8 <= same < 0.85
    assert cronbach_alpha(straight).alpha < cronbach_alpha(plain).alpha - 0.03
    yielding = answers(changed(styles=Styles(acquiescence=0.6)), "privacy")
    assert cronbach_alpha(yielding).alpha < cronbach_alpha(plain).alpha - 0.03


def test_a_scale_that_the_codebook_lacks_is_refused():
    with pytest.raises(StructureError, match="Did you mean 'stigma'"):
        cs.simulate(changed(scales={"stigmata": Measure(of="S", alpha=0.8)}), clients=50, seed=1)
