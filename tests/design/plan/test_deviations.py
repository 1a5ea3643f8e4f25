"""Deviations: what was done otherwise is listed, what only looks otherwise is not."""

import pytest

import confstudy as cs
from confstudy.design.plan.deviations import deviation_table, deviations
from confstudy.design.plan.plan import hypothesis, plan
from confstudy.errors import DeclarationError

MODEL = {"formula": "alliance ~ privacy * stigma", "cluster": "therapist"}


def planned(n, model=None, **changes):
    test = hypothesis("H1", estimand="slope", model=model or MODEL, claim="C01", primary=True)
    return plan(title="Trust", hypotheses=[test], n=n, codebook="therapy", **changes)


def listed(found):
    return [tuple(row) for row in found.table[["what", "planned", "done"]].fillna("").to_numpy()]


FIT = {"formula": "alliance ~ privacy * stigma", "cluster": "therapist"}


@pytest.mark.parametrize(
    ("fit", "changes"),
    [
        ({}, []),
        ({"formula": "alliance ~ stigma + stigma:privacy + privacy"}, []),
        ({"cov": "CR2"}, []),
        ({"cluster": "practice"}, ["errors"]),
        ({"cluster": None, "cov": "HC3"}, ["errors"]),
        ({"cov": "wild"}, ["errors"]),
        ({"formula": "alliance ~ privacy + stigma"}, ["term removed"]),
        ({"formula": "alliance ~ privacy * stigma + arm"}, ["term added"]),
        ({"formula": "alliance ~ privacy*stigma + arm", "level": 0.9}, ["term added", "level"]),
        ({"formula": "fear ~ privacy * stigma"}, ["outcome"]),
        ({"formula": "concealment ~ privacy * stigma", "family": "logit"}, ["outcome", "family"]),
        ({"weights": "fear"}, ["weights"]),
        ({"offset": "fear"}, ["offset"]),
    ],
)
def test_changes_of_a_model_are_listed(scores, fit, changes):
    options = {name: part for name, part in (FIT | fit).items() if part is not None}
    found = deviations(planned(scores.n), {"H1": cs.fit(data=scores, **options)})
    assert [row[0] for row in listed(found) if row[0]] == changes
    assert found.none is not bool(changes)


@pytest.mark.parametrize(
    ("model", "fit", "same"),
    [
        ({"cov": "HC3"}, {"cov": "HC3"}, True),
        ({"cov": "HC3"}, {}, False),
        ({"cov": "wild", "cluster": "therapist"}, {"cov": "wild", "cluster": "therapist"}, True),
        ({"cov": "CR1", "cluster": "therapist"}, {"cov": "wild", "cluster": "therapist"}, False),
        ({"cov": "CR1", "cluster": "therapist"}, {"cov": "CR2", "cluster": "therapist"}, False),
        ({"survey_design": True}, {"design": True}, True),
        ({"survey_design": True}, {"cluster": "therapist"}, False),
        ({}, {"design": True}, False),
    ],
)
def test_standard_errors_are_compared(scores, model, fit, same):
    formula = "alliance ~ privacy"
    done = cs.fit(formula, scores, **fit)
    found = deviations(planned(scores.n, {"formula": formula, **model}), {"H1": done})
    assert ("errors" not in found.table["what"].tolist()) is same


def test_mixed_models_are_compared_by_their_random_part(scores):
    model = {"formula": "alliance ~ privacy", "random": "(1 | therapist)"}
    done = cs.mixed("alliance ~ privacy", scores, "1|therapist")
    assert deviations(planned(scores.n, model), {"H1": done}).none
    plain = cs.fit("alliance ~ privacy", scores)
    found = deviations(planned(scores.n, model), {"H1": plain})
    assert "random" in found.table["what"].tolist()


def test_respondents_are_compared_with_those_the_plan_leaves(scores):
    rule = [{"arm": "none"}]
    left = scores.where(scores["arm"] != "none", "with assurance")
    made = planned(left.n, exclusions=rule)
    kept, all_of_them = (cs.fit(data=data, **FIT) for data in (left, scores))
    assert deviations(made, {"H1": kept}, scores).none
    found = deviations(made, {"H1": all_of_them}, scores)
    assert [row[0] for row in listed(found)] == ["respondents", "sample size"]
    assert listed(found)[1][1:] == (f"{left.n:,}", f"{scores.n:,}")


def test_a_sequence_is_matched_and_the_rest_is_exploratory(scores):
    fits = [
        cs.fit("fear ~ privacy", scores),
        cs.fit("alliance ~ privacy", scores, cluster="therapist"),
        cs.fit(data=scores, **FIT),
    ]
    found = deviations(planned(scores.n), fits, multiplicity="BH").table
    assert found["status"].tolist() == ["as planned", "not planned", "not planned", "changed"]
    assert found["n"].notna().tolist() == [True, True, True, False]
    assert found["what"].tolist()[-1] == "multiplicity"


def test_what_was_not_done_or_does_not_tell_is_said(scores):
    assert deviations(planned(600), []).table["status"].tolist() == ["not done"]
    claim = cs.claims("C01").test(scores)
    assert deviations(planned(600), [claim]).table["status"].tolist() == ["cannot be told"]
    with pytest.raises(DeclarationError, match="mean 'H1'"):
        deviations(planned(600), {"h1": claim})


def test_pooled_fits_are_not_complete_cases(scores):
    columns = ["alliance", "privacy", "stigma", "therapist"]
    frame = scores.frame[columns].copy()
    frame.loc[frame.index[:60], "privacy"] = None
    found = cs.fit("alliance ~ privacy", cs.impute(frame[columns[:3]], m=2, seed=1))
    formula = {"formula": "alliance ~ privacy"}
    told = deviations(planned(scores.n, formula), {"H1": found})
    assert listed(told) == [("missing answers", "complete cases", "multiple imputation")]
    assert deviations(planned(scores.n, formula | {"missing": "impute"}), {"H1": found}).none


def test_the_table_is_released_with_its_counts(scores):
    table = deviation_table(planned(scores.n), [cs.fit(data=scores, **FIT)])
    piece = cs.Report(scores).table(table, "Deviations from the plan", counts=["n"])
    assert "as planned" in piece.html
    lost = deviation_table(planned(scores.n), [])
    assert "not done" in cs.Report(scores).table(lost, "Deviations", counts=["n"]).html
