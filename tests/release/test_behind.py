"""Who stands behind a fit: every kind is remembered, and one respondent more is noticed."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.errors import DisclosureRefused
from confstudy.models.indirect.questions import crosswise
from confstudy.models.missing.pooling import pooled
from confstudy.models.survey.design import SurveyDesign
from confstudy.models.survival.frailty import frailty
from confstudy.models.survival.weibull import weibull
from confstudy.release.cell import of_model
from confstudy.release.dp.private import Private
from confstudy.release.ledger.ledger import Ledger
from confstudy.release.recorded import check_numbers

SIMPLE, ASKED = SurveyDesign(), crosswise(p=0.25)
OLS = "alliance ~ privacy"
TIMES = "until + dropout ~ privacy"
KINDS = {
    "ols": lambda s: cs.fit(OLS, s),
    "logit": lambda s: cs.fit("concealment ~ privacy", s, "logit"),
    "ordered": lambda s: cs.fit("return_intention ~ privacy", s, "ordered"),
    "with a design": lambda s: cs.fit(OLS, s, design=SIMPLE),
    "mixed": lambda s: cs.mixed(OLS, s, "1 | therapist"),
    "gee": lambda s: cs.gee(OLS, s, "therapist"),
    "cox": lambda s: cs.cox(TIMES, s),
    "frailty": lambda s: frailty(TIMES, s, "therapist"),
    "discrete hazard": lambda s: cs.discrete_hazard(TIMES, s),
    "weibull": lambda s: weibull(TIMES, s),
    "log-rank": lambda s: cs.logrank("until", "dropout", s, "telehealth"),
    "restricted mean": lambda s: cs.rmst("until", "dropout", s, by="telehealth", end=10),
    "pooled": lambda s: pooled([cs.fit(OLS, s)] * 2),
    "sem": lambda s: cs.sem("alliance ~ privacy", s),
    "cfa": lambda s: cs.sem("t =~ alliance + privacy + warmth", s),
    "mediation": lambda s: cs.mediate(s, "privacy", "warmth", "alliance", interval="delta"),
    "effects": lambda s: cs.effects(cs.fit(OLS, s)),
    "effects of pooled fits": lambda s: cs.effects(pooled([cs.fit(OLS, s)] * 2)),
    "sensitive": lambda s: cs.sensitive("conceals_crosswise ~ privacy", s, ASKED),
    "prevalence": lambda s: cs.sensitive_prevalence("conceals_crosswise", s, ASKED),
    "survey mean": lambda s: cs.survey_mean("alliance", s, SIMPLE),
    "survey share": lambda s: cs.survey_proportion("telehealth", s, SIMPLE),
    "survey quantile": lambda s: cs.survey_quantile("alliance", s, SIMPLE),
}


def but(survey, gone):
    """The survey without one respondent, and a model of them all but that one."""
    return survey.where(pd.Series(np.arange(survey.n) != gone, index=survey.frame.index), "fewer")


@pytest.fixture(scope="module")
def complete(scores):
    """Those who answered whatever the fits use, so that everybody counts in each."""
    names = ["alliance", "privacy", "warmth", "concealment", "return_intention", "topics", "until",
             "dropout", "therapist", "telehealth", "conceals_crosswise"]  # fmt: skip
    return scores.where(scores.frame[names].notna().all(axis=1), "complete")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.filterwarnings("ignore::confstudy.models.fit.FitWarning")
def test_one_respondent_more_in_a_model_of_any_kind_is_held(kind, complete, tmp_path):
    ledger, fewer = Ledger(tmp_path / ".confstudy"), but(complete, 3)
    first = KINDS[kind](fewer)
    (cell,) = of_model(first)
    assert sorted(cell.rows) == sorted(fewer.frame.index)
    made = cs.release.model(first, fewer, ledger=ledger)
    assert made.cells
    assert "differencing" not in made.decision.rule
    with pytest.raises(DisclosureRefused, match="differencing"):
        cs.release.model(KINDS[kind](complete), complete, ledger=ledger)


def test_a_figure_leaves_as_it_was_checked_whatever_is_drawn_on_it_later(complete, tmp_path):
    ledger, made = Ledger(tmp_path / ".confstudy"), cs.plot.binned(complete, "privacy", "alliance")
    before = made.html
    made.canvas.axes[0].scatter(complete.frame["privacy"], complete.frame["alliance"])
    made.canvas.axes[0].set_title("Ann Smith")
    assert made.html == before
    assert cs.release.figure(made, complete, ledger=ledger).html == before


@pytest.mark.parametrize("verb", [cs.release, cs.release.declared, cs.release.text,
                                  cs.release.model, cs.release.figure])  # fmt: skip
def test_a_private_answer_is_released_by_any_verb(verb, complete, tmp_path):
    answer = Private("How many?", pd.DataFrame({"count": [412]}), (412.0,), 6, 0.5, 0.5, 1, False)
    made = verb(answer, complete, ledger=Ledger(tmp_path / ".confstudy"))
    assert (made.kind, made.decision.rule) == ("private", "differential privacy")


@pytest.mark.parametrize(
    ("number", "status"),
    [(0.4213, "pass"), (849, "pass"), (7, "review"), (-0.25, "pass"), (np.nan, "pass")],
)
def test_a_number_that_is_nobodys_answer_is_recorded(number, status, complete):
    assert check_numbers([number], complete).status == status


@pytest.mark.parametrize("ends", [None, (0, 1)])
def test_an_answer_of_one_is_not_recorded(ends, complete, tmp_path):
    income = pd.Series(1000.0 + np.arange(complete.n), index=complete.frame.index)
    survey = replace(complete, frame=complete.frame.assign(income=income))
    report = cs.Report(survey, ledger=Ledger(tmp_path / ".confstudy"))
    given = {"value": income.max()} if ends is None else {"value": 0.5, "ci": (0, income.max())}
    with pytest.raises(DisclosureRefused, match="record fragment") as refused:
        report.record("income", **given)
    assert str(int(income.max())) not in str(refused.value)
    assert report.record("n", survey.n).decision.status == "pass"


def test_studies_have_no_respondents_and_what_says_nothing_a_person_must_see(complete, tmp_path):
    ledger = Ledger(tmp_path / ".confstudy")
    studies = cs.meta(np.linspace(0.1, 0.5, 12), np.full(12, 0.01))
    made = cs.release.model(studies, complete, ledger=ledger)
    assert made.cells == ()
    assert "no respondent stands behind it" in " ".join(made.decisions["reason"])
    silent = SimpleNamespace(table=cs.fit(OLS, complete).table, n=complete.n)
    made = cs.release.model(silent, complete, ledger=ledger)
    assert "differencing" in made.decisions["rule"].tolist()
    assert made.decision.status == "review"
