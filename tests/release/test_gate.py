"""The way out: what is compared when, and what the ledger keeps of it."""

import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.errors import DisclosureRefused
from confstudy.release.gate import recheck
from confstudy.release.ledger.ledger import Ledger


@pytest.fixture
def folder(tmp_path):
    return tmp_path / ".confstudy"


def but(survey, *gone):
    return survey.where(
        pd.Series(~np.isin(np.arange(survey.n), gone), index=survey.frame.index), "fewer"
    )


def test_outputs_of_a_report_are_compared_with_each_other_before_it_is_published(scores, folder):
    staged = Ledger(folder, folder / "stage.jsonl")
    for survey in (scores, but(scores, 3)):
        cs.release.table(survey, "telehealth", ledger=staged)
    with pytest.raises(DisclosureRefused, match="The report is not released") as refused:
        Ledger(folder).commit(folder / "stage.jsonl", recheck)
    assert "849" not in str(refused.value)
    assert not Ledger(folder).outputs


def test_of_two_reports_at_once_the_second_is_compared_with_the_first(scores, folder):
    stages = [folder / "stage-a.jsonl", folder / "stage-b.jsonl"]
    for stage, survey in zip(stages, (scores, but(scores, 3)), strict=True):
        cs.release.table(survey, "telehealth", ledger=Ledger(folder, stage))
    Ledger(folder).commit(stages[0], recheck)
    with pytest.raises(DisclosureRefused, match="differencing"):
        Ledger(folder).commit(stages[1], recheck)
    assert len(Ledger(folder).outputs) == 1


def test_what_left_before_leaves_again_without_an_entry(scores, folder):
    ledger = Ledger(folder)
    for _ in range(3):
        cs.release.table(scores, "telehealth", ledger=ledger)
    assert len(ledger.outputs) == 1


def test_what_is_refused_is_written_down_without_its_numbers(scores, folder):
    ledger = Ledger(folder)
    with pytest.raises(DisclosureRefused, match="Table 'Of … clients' is not released"):
        cs.release.declared(scores.frame.head(12), scores, caption="Of 12 clients", ledger=ledger)
    (entry,) = ledger.outputs
    assert (entry.output, entry.digest, entry.cells) == ("Of … clients", "", ())
    assert entry.decision.status == "fail"


def test_respondents_who_cannot_be_compared_a_person_must_see(scores, folder):
    ledger = Ledger(folder)
    cs.release.table(scores, "telehealth", ledger=ledger)
    other = cs.score(cs.simulate("therapy", clients=1200, seed=5).survey)
    made = cs.release.table(other, "telehealth", ledger=ledger)
    assert (made.decision.status, made.decision.rule) == ("review", "differencing")
