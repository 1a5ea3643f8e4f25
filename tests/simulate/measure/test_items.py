import numpy as np
import pytest

from confstudy.errors import StructureError
from confstudy.simulate.measure.attenuation import cut_moments
from confstudy.simulate.measure.items import Item, Likert, expected_mean, solve
from confstudy.simulate.measure.measurement import alpha_of_items, likert, loading_for
from confstudy.simulate.model.parts import parse_part

PHQ = (0.55, 0.25, 0.12, 0.08)
NAMES = [f"phq_{number}" for number in range(1, 10)]


def drawn(solved, points, n=200_000, seed=1):
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=n)
    answers = [
        likert(latent, rng.normal(size=n), item.loading, points, cuts=item.cuts)
        for item in solved.values()
    ]
    return latent, np.stack(answers)


@pytest.mark.parametrize(
    ("scale", "points"),
    [
        (Likert(alpha=0.85), 5),
        (Likert(alpha=0.89, shares=PHQ), 4),
        (Likert(alpha=0.80, cuts=(-1.8, -1.2, -0.5, 0.6)), 5),
        (Likert(alpha=0.89, shares=PHQ, items={"phq_9": Item(shares=(0.9, 0.06, 0.03, 0.01))}), 4),
        (Likert(alpha=0.75, items={"phq_1": Item(weight=0.5), "phq_2": Item(weight=1.2)}), 5),
    ],
)
def test_the_alpha_is_solved_exactly(scale, points):
    solved = solve(scale, NAMES, points)
    loadings, cuts = zip(*[(item.loading, item.cuts) for item in solved.values()], strict=True)
    assert alpha_of_items(loadings, cuts) == pytest.approx(scale.alpha, abs=1e-9)


def test_equal_items_have_the_loading_of_the_closed_form():
    solved = solve(Likert(alpha=0.85), NAMES[:6], 5)
    assert {item.loading for item in solved.values()} == {loading_for(0.85, 6, 5)}


def test_own_weights_are_ratios_of_loadings():
    solved = solve(Likert(alpha=0.8, items={"phq_2": Item(weight=0.5)}), NAMES, 5)
    assert solved["phq_2"].loading / solved["phq_1"].loading == pytest.approx(0.5)


def test_drawn_answers_have_the_declared_shares_alpha_and_mean():
    rare = (0.9, 0.06, 0.03, 0.01)
    scale = Likert(alpha=0.89, shares=PHQ, items={"phq_9": Item(shares=rare)})
    solved = solve(scale, NAMES, 4)
    latent, answers = drawn(solved, (0, 3))
    for row, shares in ((0, PHQ), (8, rare)):
        found = np.bincount(answers[row].astype(int), minlength=4) / answers.shape[1]
        assert np.abs(found - shares).max() < 4 * 0.5 / np.sqrt(answers.shape[1])
    covariance = np.cov(answers)
    alpha = 9 / 8 * (1 - np.trace(covariance) / covariance.sum())
    assert alpha == pytest.approx(0.89, abs=0.004)
    rest = answers.mean(axis=0) - expected_mean(latent, solved, (0, 3))
    assert abs(rest.mean()) < 4 * rest.std() / np.sqrt(len(rest))


def test_an_unreachable_alpha_names_the_highest():
    apart = {"a": Item(cuts=(-2, -1.5)), "b": Item(cuts=(1.5, 2))}
    with pytest.raises(StructureError, match=r"α = 0\.9 is out of reach of these 2 .*most 0\.\d+"):
        solve(Likert(alpha=0.9, items=apart), ["a", "b"], 3)


def test_shares_and_cuts_fit_the_points():
    with pytest.raises(StructureError, match="5 points has 4 cuts or 5 shares; these make 4"):
        solve(Likert(alpha=0.9, shares=PHQ), NAMES, 5)
    with pytest.raises(StructureError, match=r"Items not found in the scale: \[phq_x\]"):
        solve(Likert(alpha=0.9, items={"phq_x": Item()}), NAMES, 5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("alpha: 0.9\nshares: [0.5, 0.6]", "the 'shares' of the answers sum to 1, not 1.1"),
        ("alpha: 0.9\ncuts: [1, 0]", "'cuts' go up"),
        ("alpha: 0.9\ncuts: [0]\nshares: [0.5, 0.5]", "'cuts' or 'shares', not both"),
        ("alpha: 0.9\nitems:\n  a: {weight: 0}", "line 3: items.a.weight"),
        ("alpha: 0.9\nlambda: 0.7", "line 2: lambda"),
    ],
)
def test_a_bad_scale_is_told_with_its_line(text, expected):
    with pytest.raises(StructureError) as caught:
        parse_part(Likert, text, "scale.yaml")
    assert expected in str(caught.value)


def test_cut_moments_agree_with_declared_shares():
    solved = solve(Likert(alpha=0.89, shares=PHQ), NAMES, 4)
    np.testing.assert_allclose(cut_moments(solved["phq_1"].cuts).shares, PHQ, atol=1e-12)
