import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

import confstudy as cs
from confstudy.errors import AnalysisError
from confstudy.models.fit import FitWarning
from confstudy.models.indirect.prevalence import sensitive_prevalence
from confstudy.models.indirect.questions import (
    ItemList,
    YesNo,
    crosswise,
    forced,
    unrelated,
    warner,
)
from confstudy.models.indirect.sensitive import sensitive
from confstudy.models.survey.design import SurveyDesign
from confstudy.simulate.model.streams import Streams
from confstudy.simulate.sample import questions as simulated
from confstudy.simulate.sample.indirect import ask, prevalence

DEVICES = [warner(0.8), crosswise(0.2), forced(0.1, 0.2), unrelated(0.7, 0.4)]
each = pytest.mark.parametrize("question", DEVICES, ids=lambda q: q.technique)


def answers(question, n=1500, seed=0, slope=0.7):
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame({"x": rng.normal(size=n)})
    bears = rng.uniform(size=n) < expit(-0.8 + slope * rows["x"])
    if isinstance(question, ItemList):
        rows["long"] = rng.permutation(np.arange(n) % 2)
        count = rng.binomial(question.items, expit(0.2 - 0.3 * rows["x"]))
        rows["said"] = count + rows["long"] * bears
    else:
        base, gain = question.device
        rows["said"] = (rng.uniform(size=n) < base + gain * bears).astype(int)
    return rows


def fitted(question, rows, formula="said ~ x", **options):
    treatment = "long" if isinstance(question, ItemList) else None
    return sensitive(formula, rows, question, treatment=treatment, **options)


@each
def test_without_predictors_it_is_the_closed_form(question):
    rows = answers(question)
    found = fitted(question, rows, "said ~ 1").prevalence.iloc[0]
    plain = sensitive_prevalence("said", rows, question).table.iloc[0]
    assert found["estimate"] == pytest.approx(plain["estimate"], rel=1e-8)
    assert found["std_error"] == pytest.approx(plain["std_error"], rel=1e-6)


def test_a_plain_question_is_a_logit():
    rows = answers(YesNo("direct", 0, 1))
    found, plain = fitted(YesNo("direct", 0, 1), rows), cs.fit("said ~ x", rows, "logit")
    np.testing.assert_allclose(found.coefficients, plain.coefficients, rtol=1e-9)
    np.testing.assert_allclose(found.covariance, plain.covariance, rtol=1e-7)
    robust = fitted(YesNo("direct", 0, 1), rows, cov="HC1")
    expected = cs.fit("said ~ x", rows, "logit", cov="HC1").covariance
    np.testing.assert_allclose(robust.covariance, expected, rtol=1e-7)


def test_the_mirrored_question_gives_the_same():
    rows = answers(crosswise(0.2))
    turned = rows.assign(said=1 - rows["said"])
    first, second = fitted(crosswise(0.2), rows), fitted(crosswise(0.8), turned)
    np.testing.assert_allclose(first.coefficients, second.coefficients, rtol=1e-8)


@pytest.mark.parametrize("question", [crosswise(0.2), ItemList(3)], ids=lambda q: q.technique)
def test_weights_are_repeated_respondents_and_their_size_does_not_matter_to_estimates(question):
    rows = answers(question, n=600).assign(w=np.arange(600) % 3 + 1.0)
    repeated = rows.loc[rows.index.repeat(rows["w"].astype(int))].reset_index(drop=True)
    found, expected = fitted(question, rows, weights="w"), fitted(question, repeated)
    np.testing.assert_allclose(found.table["estimate"], expected.table["estimate"], rtol=1e-6)
    np.testing.assert_allclose(found.table["std_error"], expected.table["std_error"], rtol=1e-6)
    scaled = fitted(question, rows.assign(w=7 * rows["w"]), weights="w")
    np.testing.assert_allclose(found.table["estimate"], scaled.table["estimate"], rtol=1e-6)


@pytest.mark.parametrize("question", [crosswise(0.2), ItemList(3)], ids=lambda q: q.technique)
def test_clusters_of_one_are_hc0_and_designs_are_taken(question):
    rows = answers(question, n=900).assign(person=range(900), place=np.arange(900) // 30)
    one, robust = (
        fitted(question, rows, cluster="person", cov="CR0"),
        fitted(question, rows, cov="HC0"),
    )
    np.testing.assert_allclose(one.covariance, robust.covariance, rtol=1e-10)
    designed = fitted(question, rows, design=SurveyDesign(clusters="place"))
    few = fitted(question, rows, cluster="place", cov="CR0")
    np.testing.assert_allclose(designed.covariance, few.covariance * 30 / 29, rtol=1e-6)
    assert designed.df == 30 - len(designed.terms)


@pytest.mark.parametrize("method", ["ml", "nls", "linear"])
def test_a_list_without_predictors_gives_the_difference_of_means(method):
    rows = answers(ItemList(4), n=20_000)
    difference = sensitive_prevalence("said", rows, ItemList(4), treatment="long").table.iloc[0]
    found = fitted(ItemList(4), rows, "said ~ 1", method=method)
    estimate = found.coefficients[1] if method == "linear" else found.prevalence["estimate"][0]
    allowed = 3 * difference["std_error"] if method == "ml" else 1e-7
    assert abs(estimate - difference["estimate"]) < allowed


def test_least_squares_of_lists_have_the_two_steps_errors_and_refit_alike():
    rows = answers(ItemList(4), n=3000)
    plain = fitted(ItemList(4), rows, method="nls")
    robust = fitted(ItemList(4), rows, method="nls", cov="HC0")
    np.testing.assert_allclose(plain.covariance, robust.covariance, rtol=1e-6)
    again = plain.family.fit(plain.design, None, plain.coefficients)
    np.testing.assert_allclose(again.coefficients, plain.coefficients, rtol=1e-6)


def test_effects_and_tables_take_it_as_any_fit():
    rows = answers(crosswise(0.2)).assign(group=lambda d: np.where(d["x"] > 0, "b", "a"))
    found = fitted(crosswise(0.2), rows, "said ~ group")
    assert found.terms == ("Intercept", "group[T.b]")
    shares = found.family.predict(found.coefficients, np.array([[1.0, 0], [1, 1]]))[:, 0]
    groups = sensitive_prevalence("said", rows, crosswise(0.2), by="group").table
    np.testing.assert_allclose(shares, groups["estimate"], rtol=1e-7)
    assert "crosswise: said ~ group" in repr(found)


def test_incomplete_and_labelled_answers():
    rows = answers(crosswise(0.2))
    rows["word"] = pd.Categorical(np.where(rows["said"] == 1, "same", "differ"), ["differ", "same"])
    rows.loc[:9, "word"] = None
    found = sensitive("word ~ x", rows, crosswise(0.2))
    expected = fitted(crosswise(0.2), rows.iloc[10:])
    np.testing.assert_allclose(found.coefficients, expected.coefficients, rtol=1e-10)
    assert "(10 incomplete)" in repr(found)


def test_answers_beyond_what_the_device_can_give_have_no_numbers():
    rows = pd.DataFrame({"said": [1] * 10 + [0] * 190})
    with pytest.warns(FitWarning, match="no respondent had the trait"):
        found = sensitive("said ~ 1", rows, forced(0.25, 0.25))
    assert "NOT TO BE USED" in repr(found)
    assert found.table["estimate"].isna().all()
    assert found.prevalence["estimate"].isna().all()
    outside = sensitive_prevalence("said", rows, forced(0.25, 0.25)).table
    assert outside["estimate"][0] == pytest.approx(-0.4)
    assert outside["note"][0] == "beyond 0 … 1"


def test_a_predictor_that_tells_the_trait_without_error_is_no_estimate():
    rows = pd.DataFrame({"g": [0, 1] * 200, "said": [0, 1] * 200})
    with pytest.warns(FitWarning):
        assert sensitive("said ~ g", rows, YesNo("direct", 0, 1)).problems


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda rows: sensitive("said ~ x", rows, "crosswise"), "declared by crosswise"),
        (lambda rows: sensitive("said ~ x", rows, ItemList(3)), "needs 'treatment'"),
        (lambda rows: sensitive("said ~ x", rows, warner(0.7), treatment="x"), "for list"),
        (lambda rows: sensitive("x ~ said", rows, warner(0.7)), "other numbers than 0 and 1"),
        (lambda rows: sensitive("sad ~ x", rows, warner(0.7)), "Did you mean 'said'"),
        (lambda rows: sensitive("said ~ x", rows, warner(0.7), cov="HC3"), "not defined"),
        (
            lambda rows: sensitive("said ~ x + y", rows.assign(y=2 * rows["x"]), warner(0.7)),
            "collinear",
        ),
        (
            lambda rows: sensitive(
                "five ~ x", rows.assign(five=5, t=rows["said"]), ItemList(3), treatment="t"
            ),
            "from 0 to 3",
        ),
        (
            lambda rows: sensitive("said ~ x", rows.assign(t=1), ItemList(3), treatment="t"),
            "both occur",
        ),
        (lambda _: warner(0.5), "one half"),
        (lambda _: forced(0.6, 0.5), "sum to less than 1"),
        (lambda _: unrelated(0, 0.5), "above 0"),
        (lambda _: YesNo("triangular", 0.8, 0.4), "both lie between"),
        (lambda _: ItemList(0), "one harmless item"),
        (lambda _: ItemList(2.5), "a whole number"),
    ],
)
def test_what_cannot_be_fitted_is_refused(call, words):
    with pytest.raises(AnalysisError, match=words):
        call(answers(warner(0.7), n=100))


@pytest.mark.parametrize(
    "question",
    [
        simulated.Crosswise(p=0.25),
        simulated.Forced(yes=0.2, no=0.1),
        simulated.Unrelated(p=0.6, share=0.3),
        simulated.ItemCount(shares=(0.2, 0.5, 0.9)),
    ],
    ids=lambda q: q.technique,
)
def test_the_simulators_declarations_are_taken_as_they_are(question):
    trait = np.arange(4000) % 5 == 0
    drawn = ask(question, trait, Streams(1), "harm")
    rows = pd.DataFrame({"said": drawn.said, "long": drawn.long})
    treatment = "long" if question.technique == "list" else None
    row = sensitive_prevalence("said", rows, question, treatment=treatment).table.iloc[0]
    expected = prevalence(question, drawn)
    assert row["estimate"] == pytest.approx(expected.estimate, rel=1e-12)
    assert row["std_error"] == pytest.approx(expected.se, rel=1e-12)
    assert sensitive("said ~ 1", rows, question, treatment=treatment).converged


def coverage(question, draws, n=1500, **options):
    hits, problems = np.zeros(2), 0
    for seed in range(draws):
        found = fitted(question, answers(question, n, seed), **options)
        table = found.table.iloc[:2]
        problems += bool(found.problems)
        hits += (table["conf_low"] < [-0.8, 0.7]) & (table["conf_high"] > [-0.8, 0.7])
    return hits / draws, problems


@pytest.mark.parametrize("question", [crosswise(0.2), ItemList(4)], ids=lambda q: q.technique)
def test_intervals_cover_the_truth(question):
    shares, problems = coverage(question, 60)
    assert problems == 0
    assert (shares > 0.95 - 4 * np.sqrt(0.05 * 0.95 / 60)).all()


@pytest.mark.validate
@pytest.mark.parametrize(
    ("question", "options"),
    [(question, {}) for question in [*DEVICES, ItemList(4)]]
    + [(ItemList(4), {"constrained": False}), (ItemList(4), {"method": "nls"})],
)
def test_coverage_is_nominal(question, options):
    shares, problems = coverage(question, 600, n=4000, **options)
    assert problems <= 6
    assert (np.abs(shares - 0.95) < 4 * np.sqrt(0.05 * 0.95 / 600) + problems / 600 + 0.005).all()
