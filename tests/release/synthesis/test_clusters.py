import numpy as np
import pytest

from confstudy.errors import DataError
from confstudy.release.synthesis.clusters import Clusters, drawn_clusters
from confstudy.release.synthesis.effects import effects_of
from confstudy.release.synthesis.order import ordered_names


def test_new_clusters_are_as_many_and_as_large_and_nested():
    fine = np.repeat(np.arange(60), np.random.default_rng(1).integers(5, 25, 60))
    source = Clusters({"practice": fine // 5, "therapist": fine}, {})
    made = drawn_clusters(source, len(fine), seed=1)
    sizes = [np.sort(np.bincount(one.chain["therapist"])) for one in (source, made)]
    assert len(sizes[0]) == len(sizes[1]) == 60
    assert sizes[1].sum() == len(fine)
    assert np.abs(sizes[0] - sizes[1]).mean() < 2
    assert not (np.bincount(fine) == np.bincount(made.chain["therapist"])).all()
    pairs = set(zip(*(one.tolist() for one in made.chain.values()), strict=True))
    assert len(pairs) == 60
    assert len({practice for practice, _ in pairs}) == 12


def test_drawn_effects_keep_variance_and_icc():
    rng = np.random.default_rng(1)
    codes = np.repeat(np.arange(400), 8)
    rest = (rng.normal(size=400) * 0.5)[codes] + rng.normal(size=3200)
    _, (effect,) = effects_of(rest[:, None], [codes])
    # The variance between clusters is .25; its estimate has a standard error of about .03.
    assert effect.between[0] ** 2 == pytest.approx(0.25, abs=0.09)
    means = np.bincount(codes, weights=rest) / 8
    assert effect.between[0] ** 2 + effect.noise[0] ** 2 == pytest.approx((means**2).mean())
    one = [effect.drawn(codes, np.random.default_rng(2), np.random.default_rng(t)) for t in (3, 4)]
    shared = np.corrcoef(one[0][:, 0], one[1][:, 0])[0, 1]
    total = effect.between[0] ** 2 + effect.noise[0] ** 2
    assert shared == pytest.approx(effect.between[0] ** 2 / total, abs=0.12)


def test_the_order_follows_roles_and_routing(toy):
    survey = toy(200)
    order = ordered_names(survey.codebook, list(survey.frame))
    assert order[:4] == ["wave", "place", "age", "trained"]
    assert order.index("told") < order.index("who")
    assert order[-1] == "weight"
    assert ordered_names(survey.codebook, list(survey.frame), ["late"])[0] == "late"
    with pytest.raises(DataError, match="Did you mean 'late'"):
        ordered_names(survey.codebook, list(survey.frame), ["lat"])
