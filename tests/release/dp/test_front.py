import traceback
from dataclasses import replace

import numpy as np
import pytest

import confstudy as cs
from confstudy.errors import AnalysisError, ConfstudyError, DataError, DisclosureRefused
from confstudy.release.dp import noise
from confstudy.release.dp.front import Budget, accuracy, private_count, private_histogram
from confstudy.release.dp.front import private_mean as mean_of
from confstudy.release.dp.question import count, histogram, mean
from confstudy.release.gate import leave
from confstudy.release.ledger.folder import ledger_folder

NEAR = 1000.0


@pytest.fixture
def budget(survey):
    return Budget(survey, 10 * NEAR)


@pytest.mark.parametrize(
    "rows",
    [
        None,
        {"arm": "none"},
        {"arm": ["none", "absolute"], "told": "Yes"},
        {"topics": (2, 5)},
        {"i_1": 5},
    ],
)
def test_with_next_to_no_noise_counts_are_those_of_pandas(rows, survey, budget):
    frame = survey.frame
    masks = {
        "arm": lambda answer: frame["arm"].isin([answer] if isinstance(answer, str) else answer),
        "told": lambda answer: frame["told"] == answer,
        "topics": lambda answer: frame["topics"].between(*answer),
        "i_1": lambda answer: frame["i_1"] == answer,
    }
    kept = np.ones(survey.n, dtype=bool)
    for name, answer in (rows or {}).items():
        kept &= masks[name](answer).to_numpy()
    assert private_count(survey, rows, epsilon=NEAR, budget=budget).value == kept.sum()


@pytest.mark.parametrize("variable", ["arm", "told", "i_2"])
def test_a_histogram_has_every_declared_level_and_costs_once(variable, survey, budget):
    answer = private_histogram(survey, variable, epsilon=NEAR, budget=budget)
    expected = survey.frame[variable].value_counts().sort_index()
    assert list(answer.values) == expected.tolist()
    assert answer.table.columns.tolist() == [variable, "count", "accuracy"]
    assert answer.left == 9 * NEAR


def test_a_level_that_nobody_chose_is_answered_too(loaded, toy_cells):
    survey = loaded(toy_cells(40).assign(arm="none"))
    answer = private_histogram(survey, "arm", epsilon=NEAR, budget=Budget(survey, NEAR))
    assert answer.values == (40, 0, 0)


@pytest.mark.parametrize(
    ("variable", "low", "high"),
    [("topics", None, None), ("topics", 3, 6), ("miles", 0, 100), ("trust", None, None)],
)
def test_a_mean_is_that_of_answers_cut_at_the_bounds(variable, low, high, survey, budget):
    scores = cs.score(survey)
    answer = mean_of(scores, variable, epsilon=NEAR, budget=budget, low=low, high=high)
    expected = scores[variable].clip(low, high).mean()
    assert abs(answer.value - expected) <= answer.accuracy < 0.05


def test_answers_outside_the_bounds_count_no_more_than_the_bounds(survey):
    frame = survey.frame.assign(miles=np.where(survey.frame.index == 0, 1e300, 3.0))
    frame.loc[1, "miles"] = -np.inf
    upper, lower = mean(replace(survey, frame=frame), "miles", 0, 10, None).exact()
    assert upper + lower == survey.n * 65536
    assert upper == 65536 + (survey.n - 2) * round(0.3 * 65536)


@pytest.mark.parametrize(
    ("ask", "error", "words"),
    [
        (lambda s: count(s, {"amr": "none"}), DataError, "Did you mean 'arm'"),
        (lambda s: count(s, {"arm": "nonne"}), DataError, "Did you mean 'none'"),
        (lambda s: count(s, {"arm": []}), DataError, "Levels not found"),
        (lambda s: count(s, {"topics": (5, 2)}), AnalysisError, "lowest and the highest"),
        (lambda s: count(s, {"topics": (1, 2, 3)}), AnalysisError, "lowest and the highest"),
        (lambda s: count(s, {"topics": "many"}), AnalysisError, "lowest and the highest"),
        (lambda s: count(s, {"clinic": "zzcanary1"}), AnalysisError, "no declared levels"),
        (lambda s: histogram(s, "clinic", None), AnalysisError, "no declared levels"),
        (lambda s: histogram(s, "topics", None), AnalysisError, "ask for the mean"),
        (lambda s: histogram(s, "tolt", None), DataError, "Did you mean 'told'"),
        (lambda s: mean(s, "arm", None, None, None), AnalysisError, "private_histogram"),
        (lambda s: mean(s, "topcs", None, None, None), DataError, "Did you mean 'topics'"),
        (lambda s: mean(s, "trust", None, None, None), DataError, "Variables not found"),
        (lambda s: mean(s, "miles", None, None, None), AnalysisError, "give low= and high="),
        (lambda s: mean(s, "miles", 0, np.inf, None), AnalysisError, "the lower one first"),
        (lambda s: mean(s, "miles", 5, 5, None), AnalysisError, "the lower one first"),
        (lambda s: count(s.frame, None), AnalysisError, "take a survey"),
        (
            lambda s: count(s.where(s["told"] == "Yes", "told"), None),
            DisclosureRefused,
            "Choose by rows=",
        ),
        (
            lambda s: histogram(replace(s, frame=s.frame.assign(arm=s["clinic"])), "arm", None),
            DataError,
            "load again",
        ),
        (
            lambda s: count(replace(s, frame=s.frame.set_axis([0] * s.n)), None),
            DisclosureRefused,
            "one row a respondent",
        ),
    ],
)
def test_errors_say_what_is_allowed_and_nothing_of_the_data(ask, error, words, survey):
    with pytest.raises(error, match=words) as caught:
        ask(survey)
    if "zzcanary" not in str(caught.value):
        return
    raise AssertionError("an answer stands in the message")


@pytest.mark.parametrize("epsilon", [0, -1, np.nan, np.inf, True, "1", None, 1e-5])
def test_epsilon_is_a_positive_number(epsilon, survey):
    with pytest.raises(AnalysisError, match="at least"):
        Budget(survey, epsilon)
    with pytest.raises(AnalysisError, match="at least"):
        accuracy(epsilon)


def test_the_accuracy_told_before_is_that_of_the_answer(survey, budget):
    answer = private_count(survey, epsilon=0.25, budget=budget)
    assert accuracy(0.25) == answer.accuracy == 12
    told = accuracy(NEAR, n=int(survey["topics"].notna().sum()), low=0, high=10)
    assert mean_of(survey, "topics", epsilon=NEAR, budget=budget).accuracy == pytest.approx(
        told, rel=1e-3
    )
    for options in ({"n": 5}, {"n": 0, "low": 0, "high": 1}, {"n": 5, "low": 1, "high": 1}):
        with pytest.raises(AnalysisError):
            accuracy(1, **options)


def test_a_mean_of_less_than_nobody_is_missing(survey):
    question = mean(survey, "topics", None, None, None)
    read = question.read((-70000, 1000), 0.1)
    assert np.isnan(read.values[0])
    assert read.accuracy == 10
    assert "about 0 answers" in read.note


def test_an_answer_tells_its_cost_and_becomes_a_piece(survey, budget):
    answer = private_histogram(survey, "arm", epsilon=0.5, budget=budget)
    text = repr(answer)
    assert all(word in text for word in ("ε = 0.5 (spent)", "of 10000 left", "± in 95 %"))
    again = private_histogram(survey, "arm", epsilon=0.5, budget=budget)
    assert "nothing more spent" in repr(again)
    piece = leave(answer.piece, survey)
    assert (piece.kind, piece.cells, piece.decision.status) == ("private", (), "pass")
    assert again.piece.bundle == piece.bundle
    with pytest.raises(AnalysisError, match="several numbers"):
        _ = answer.value


def test_without_the_extra_nothing_is_spent(survey, budget, monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(noise, "import_module", missing)
    with pytest.raises(AnalysisError, match=r"confstudy\[dp\]"):
        private_count(survey, epsilon=1, budget=budget)
    assert budget.spent == 0


def test_no_answer_of_a_respondent_stands_anywhere(survey, budget, monkeypatch):
    said = [repr(budget), repr(survey)]
    for rows in ({"arm": "none"}, {"clinic": "x"}, {"told": "zz"}):
        try:
            said.append(repr(private_count(survey, rows, epsilon=NEAR, budget=budget)))
        except ConfstudyError:
            said.append(traceback.format_exc())
    answer = mean_of(survey, "miles", epsilon=1, budget=budget, low=0, high=500)
    said += [repr(answer), answer.piece.html, budget.table.to_csv(), repr(count(survey, None))]
    files = [path.read_bytes() for path in ledger_folder().rglob("*") if path.is_file()]
    assert len(files) > 4
    assert not any("zzcanary" in text for text in said)
    assert not any(b"zzcanary" in content for content in files)
