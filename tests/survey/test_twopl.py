import numpy as np
import pandas as pd
import pytest
from scipy import integrate, optimize, stats
from scipy.special import expit

from confstudy.errors import AnalysisError
from confstudy.simulate.measure.knowledge import KnowledgeTest, draw_answers
from confstudy.simulate.model.parts import read_part
from confstudy.simulate.model.streams import Streams
from confstudy.survey.battery import ItemWarning
from confstudy.survey.item_fit import sum_chances
from confstudy.survey.marginal import Patterns, _likelihood
from confstudy.survey.twopl import knowledge_model

A, B = np.array([0.8, 1.2, 1.6, 1.0, 2.0]), np.array([-1.0, 0.5, 0.0, 1.0, -0.4])
NAMES = [*"abcde"]


def answers(n, seed=1, slopes=A):
    rng = np.random.default_rng(seed)
    chance = expit(slopes * (rng.normal(size=(n, 1)) - B))
    return pd.DataFrame((rng.random(chance.shape) < chance).astype(float), columns=NAMES)


def truth_of(test):
    items = test.items.values()
    return np.array([*(item.a for item in items), *(item.b for item in items)])


def test_the_bundled_test_s_parameters_are_recovered_from_20_000_answers():
    test, n = read_part(KnowledgeTest, "knowledge"), 20_000
    drawn = draw_answers(test, Streams(11).normal("U", n), Streams(11))
    right = pd.DataFrame({name: (drawn[name] == test.key[name]) * 1.0 for name in test.items})
    model = knowledge_model(right, list(right))
    assert (np.abs(model.table["estimate"] - truth_of(test)) < 4 * model.table["std_error"]).all()
    assert (model.fit["p_value"] > 0.001).all()
    assert not model.problems


def test_the_likelihood_equals_numerical_integration_and_its_slope_is_nothing_at_the_end():
    data = answers(400)
    model = knowledge_model(data, NAMES)
    a, b = model.discrimination, model.difficulty

    def of(row):
        def density(z):
            p = expit(a * (z - b))
            return np.prod(np.where(row == 1, p, 1 - p)) * stats.norm.pdf(z)

        return integrate.quad(density, -9, 9)[0]

    expected = sum(np.log(of(row)) for row in data.to_numpy())
    assert model.marginal.log_likelihood == pytest.approx(expected, rel=1e-10)
    patterns = Patterns.of(data.to_numpy(), np.ones(400))
    place = np.concatenate([model.marginal.intercepts, model.marginal.slopes])
    assert np.abs(patterns.weight @ _likelihood(patterns, place)[1]).max() < 1e-4


def test_another_search_finds_no_better_place():
    data = answers(300)
    model = knowledge_model(data, NAMES)
    patterns = Patterns.of(data.to_numpy(), np.ones(300))
    found = optimize.minimize(
        lambda x: -_likelihood(patterns, x)[0], np.repeat([0.0, 1.0], 5), method="BFGS",
        options={"gtol": 1e-3},
    )  # fmt: skip
    assert model.marginal.log_likelihood >= -found.fun - 1e-8
    np.testing.assert_allclose(model.discrimination, np.abs(found.x[5:]), atol=1e-3)


def test_a_weight_is_so_many_respondents_and_its_scale_means_nothing():
    data = answers(500)
    weighted = data.assign(w=np.random.default_rng(2).integers(0, 4, 500).astype(float))
    repeated = data.loc[data.index.repeat(weighted["w"].astype(int))]
    one, other = knowledge_model(weighted, NAMES, weights="w"), knowledge_model(repeated, NAMES)
    np.testing.assert_allclose(one.discrimination, other.discrimination, rtol=1e-6)
    times = knowledge_model(weighted.assign(w=weighted["w"] * 9), NAMES, weights="w")
    pd.testing.assert_frame_equal(times.table, one.table, rtol=1e-6)


def test_order_does_not_matter_and_a_turned_item_turns_its_discrimination():
    data = answers(600)
    model = knowledge_model(data, NAMES)
    mixed = knowledge_model(data.sample(frac=1, random_state=1), NAMES)
    pd.testing.assert_frame_equal(mixed.table, model.table, rtol=1e-6)
    turned = knowledge_model(data.assign(a=1 - data["a"]), NAMES)
    np.testing.assert_allclose(turned.discrimination[0], -model.discrimination[0], rtol=1e-5)
    np.testing.assert_allclose(turned.difficulty, model.difficulty, rtol=1e-4)


def test_answers_that_are_missing_at_random_do_not_bias():
    data = answers(20_000)
    gone = (data["e"] == 1) & (np.random.default_rng(3).random(len(data)) < 0.6)
    model = knowledge_model(data.assign(a=data["a"].mask(gone)), NAMES)
    truth = np.concatenate([A, B])
    assert (np.abs(model.table["estimate"] - truth) < 4 * model.table["std_error"]).all()
    assert model.incomplete == gone.sum()


def test_difficulties_have_the_errors_of_the_delta_method():
    model = knowledge_model(answers(2000), NAMES)
    covariance, k = model.marginal.covariance, 5
    level, slope = model.marginal.intercepts[0], model.marginal.slopes[0]
    change = np.array([-1 / slope, level / slope**2])
    expected = np.sqrt(change @ covariance[np.ix_([0, k], [0, k])] @ change)
    assert model.table["std_error"][k] == pytest.approx(expected, rel=1e-12)


def test_the_sums_of_items_of_one_chance_are_binomial():
    expected = stats.binom.pmf(np.arange(7), 6, 0.3)
    np.testing.assert_allclose(sum_chances(np.full((6, 1), 0.3))[:, 0], expected, rtol=1e-12)


def test_an_item_that_is_guessed_does_not_fit():
    test, n = read_part(KnowledgeTest, "knowledge"), 20_000
    drawn = draw_answers(test, Streams(11).normal("U", n), Streams(11))
    right = pd.DataFrame({name: (drawn[name] == test.key[name]) * 1.0 for name in test.items})
    lucky = np.random.default_rng(4).random(n) < 0.3
    guessed = right.assign(subpoena=right["subpoena"].mask(lucky, 1.0))
    fit = knowledge_model(guessed, list(right)).fit.set_index("item")
    assert fit["chi2"].idxmax() == "subpoena"
    assert fit.loc["subpoena", "p_value"] < 0.001


def test_two_items_that_repeat_each_other_have_no_numbers_and_it_is_said():
    data = answers(200).assign(b=lambda d: d["a"])
    with pytest.warns(ItemWarning, match="has no bound|singular|converge"):
        model = knowledge_model(data, NAMES)
    assert model.table[["estimate", "std_error", "p_value", "conf_low"]].isna().all(axis=None)
    assert model.fit["p_value"].isna().all()
    assert "NOT TO BE USED" in repr(model)


@pytest.mark.parametrize(
    ("data", "items", "text"),
    [
        (answers(99), NAMES[:2], "3 items or more"),
        (answers(99).assign(c=1.0), NAMES, r"\[c\] alike"),
        (answers(99).assign(c=np.arange(99)), NAMES, r"\[c\]: answers are 1"),
        (answers(99), [*NAMES, "f"], "not found"),
    ],
)
def test_what_is_no_test_is_refused(data, items, text):
    with pytest.raises(AnalysisError, match=text):
        knowledge_model(data, items)


@pytest.mark.filterwarnings("ignore::confstudy.survey.battery.ItemWarning")
def test_few_respondents_end_with_numbers_or_with_a_reason():
    models = []
    for seed in range(30):
        data = answers(30, seed)
        if (data.nunique() == 2).all():
            models.append(knowledge_model(data, NAMES))
    for model in models:
        assert bool(model.problems) == model.table["std_error"].isna().all()
        assert bool(model.problems) != np.isfinite(model.table["std_error"]).all()
    assert {bool(model.problems) for model in models} == {True, False}


def coverage(n, runs):
    tables = [knowledge_model(answers(n, seed), NAMES) for seed in range(runs)]
    truth = np.concatenate([A, B])
    covered = [(m.table["conf_low"] <= truth) & (truth <= m.table["conf_high"]) for m in tables]
    return np.mean(covered, axis=0), np.mean([m.fit["p_value"] < 0.05 for m in tables])


def test_intervals_cover_in_a_few_samples():
    covered, _ = coverage(1500, 60)
    assert abs(covered.mean() - 0.95) < 0.03


@pytest.mark.validate
def test_intervals_cover_and_items_that_fit_are_rejected_as_often_as_said():
    covered, rejected = coverage(1500, 1000)
    assert (np.abs(covered - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 1000)).all()
    assert rejected < 0.08
