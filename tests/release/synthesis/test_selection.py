from dataclasses import replace

import numpy as np
import pytest

from confstudy.release.synthesis.generate import candidates
from confstudy.release.synthesis.moments import moments
from confstudy.release.synthesis.people import fitted, source_columns
from confstudy.release.synthesis.selection import chosen
from confstudy.release.synthesis.trees import donors_of


def picked_means(values, allowed):
    start = allowed.argmax(axis=1)
    picked = chosen(values, allowed, np.random.default_rng(1), start)
    return picked, values[np.arange(len(values)), picked].mean(axis=0)


def test_chosen_candidates_have_the_means_that_one_at_random_has_not():
    values = np.random.default_rng(1).normal(size=(400, 8, 30)).astype(np.float32)
    _, means = picked_means(values, np.ones((400, 8), dtype=bool))
    assert np.abs(values[:, 0].mean(axis=0)).max() > 0.08
    assert np.abs(means).max() < 0.02


def test_who_is_not_allowed_is_not_chosen():
    values = np.random.default_rng(1).normal(size=(200, 4, 5)).astype(np.float32)
    allowed = np.random.default_rng(2).random((200, 4)) < 0.6
    picked, _ = picked_means(values, allowed)
    some = allowed.any(axis=1)
    assert allowed[some, picked[some]].all()


def test_moments_of_the_source_itself_are_zero_and_of_fewer_than_ten_left_out(toy):
    survey = toy(300)
    synthesizer = fitted(survey.codebook, source_columns(survey), None, 10, 1)
    source = synthesizer.source
    own = moments(source, source, ["told ~ age + trained"])
    assert np.abs(own.mean(axis=0)).max() < 1e-4
    rare = np.repeat([1.0, 0.0], [9, 291])
    changed = replace(source, numbers={**source.numbers, "late": rare}, made={})
    assert moments(changed, source, ()).shape[1] < moments(source, source, ()).shape[1]


@pytest.mark.parametrize("kind", ["told", "age", "place"])
def test_the_first_column_is_drawn_as_often_as_it_was_given(toy, kind):
    survey = toy(400)
    column = source_columns(survey)
    synthesizer = fitted(survey.codebook, column, [kind], 10, 1)
    clusters, base = synthesizer.layout(400)
    pool = synthesizer.draw(clusters, base, np.repeat(np.arange(400), candidates(400)), 0)
    drawn, real = pool.numbers[kind], column[kind].numbers
    error = np.nanstd(real) / np.sqrt(400)
    assert np.nanmean(drawn) == pytest.approx(np.nanmean(real), abs=4 * error)


def test_donors_with_one_index_are_all_drawn():
    answers = np.arange(400.0)
    leaf = donors_of(np.zeros((400, 1)), answers, 10, 1)
    drawn = leaf.drawn(np.zeros((4000, 1)), np.random.default_rng(1))
    assert len(np.unique(drawn)) > 390
