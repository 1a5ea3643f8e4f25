"""What a report lets out, and what it says a person must read."""

import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.errors import AnalysisError, DisclosureRefused
from confstudy.release.sentence import Sentence
from confstudy.release.tally import Tally
from confstudy.report.outcomes import study_outcome
from confstudy.report.wording import Number

MEANS = pd.DataFrame({"arm": ["none", "absolute"], "mean": [2.9, 3.7]})
COUNTED = pd.DataFrame({"arm": ["a", "b", "c"], "n": [4, 40, 60], "mean (SD)": ["1 (2)"] * 3})


@pytest.fixture(scope="module")
def report(scores):
    return cs.Report(scores)


@pytest.mark.parametrize(
    ("table", "said", "status", "rule"),
    [
        (MEANS, {"n": 300}, "review", "declared"),
        (COUNTED, {"counts": ["n"]}, "review", "declared"),
        (Tally(COUNTED, ("n",)), {}, "pass", "threshold"),
        (Tally(COUNTED, ("n",)), {"n": 3}, "pass", "threshold"),
    ],
)
def test_a_table_passes_when_the_package_counted_and_else_a_person_reads_it(
    report, table, said, status, rule
):
    decision = report.table(table, "Answers", **said).decision
    assert (decision.status, decision.rule) == (status, rule)


@pytest.mark.parametrize(
    ("rows", "said", "rule"),
    [
        (lambda _: MEANS, {}, "threshold"),
        (lambda _: MEANS, {"n": 9}, "threshold"),
        (lambda frame: frame, {"n": 500}, "records"),
        (lambda frame: frame[["age_band", "gender", "concern"]].tail(30), {"n": 500}, "records"),
        (lambda frame: frame[["privacy"]].head(2), {"n": 500}, "records"),
        (lambda frame: frame.head(20).assign(n=40), {"counts": ["n"]}, "records"),
    ],
)
def test_records_and_numbers_of_unknown_or_too_few_people_are_refused(report, rows, said, rule):
    with pytest.raises(DisclosureRefused, match=rf"Table 'Answers' is not released \({rule}\)"):
        report.table(rows(report.survey.frame), "Answers", **said)


@pytest.mark.parametrize("table", [COUNTED, Tally(COUNTED, ("n",))])
def test_small_rows_are_masked_with_all_their_numbers_and_the_notes_say_so(report, table):
    said = {} if isinstance(table, Tally) else {"counts": ["n"]}
    html = report.table(table, "Answers", **said).html
    assert html.count("masked<") == 4
    assert html.count("1 (2)") == 1
    assert "Masked: rows with a count under 10." in html


def test_counts_that_are_no_columns_are_an_error_not_an_unmasked_table(report):
    with pytest.raises(AnalysisError, match=r"Columns of counts not found .*Did you mean 'n'"):
        report.table(COUNTED, "Answers", counts=["N"])


def number(label):
    return Number(label, "0.42", "[0.30, 0.54]")


@pytest.mark.parametrize(
    ("piece", "status"),
    [
        (lambda report: report.points([Sentence("Trust rose.")]), "pass"),
        (lambda report: report.points([Sentence("Trust rose."), "Ann said so."]), "review"),
        (lambda report: report.text("*Trust* rose."), "review"),
        (lambda report: report.text(Sentence("Trust rose.")), "pass"),
        (lambda report: report.title("Trust rose"), "review"),
        (lambda report: report.title(Sentence("Trust rose")), "pass"),
        (lambda report: report.numbers([number(Sentence("Odds ratio"))]), "pass"),
        (lambda report: report.numbers([number("Odds ratio")]), "review"),
    ],
)
def test_words_of_the_package_pass_and_those_of_a_person_are_read(report, piece, status):
    assert piece(report).decision.status == status


def test_nothing_of_a_model_with_a_small_cell_is_worded(scores):
    small = scores.frame["telehealth"].mask(
        (scores.frame["telehealth"] == "Yes") & (np.cumsum(scores.frame["telehealth"] == "Yes") > 5)
    )
    study = study_outcome(
        type(scores)(**{**vars(scores), "frame": scores.frame.assign(telehealth=small)}),
        "alliance",
        "telehealth",
    )
    for part in ("headline", "numbers", "arrows"):
        with pytest.raises(DisclosureRefused, match="telehealth has fewer than 10"):
            getattr(study, part)


@pytest.mark.parametrize(
    ("family", "recoded", "said"),
    [
        ("logit", lambda rank: (rank > 1).astype(float), "Of all in the analysis: Intends"),
        ("ordered", lambda rank: rank.clip(1, 3), "3 or more"),
    ],
)
def test_outcomes_of_numbers_have_their_words_too(scores, family, recoded, said):
    codes = scores.frame["return_intention"].cat.codes.astype(float)
    numbers = recoded(codes.where(codes >= 0).astype(float))
    frame = scores.frame.assign(return_intention=numbers)
    study = study_outcome(
        type(scores)(**{**vars(scores), "frame": frame}),
        "return_intention",
        "privacy",
        family=family,
    )
    level = study.numbers[2]
    assert said in level.label
    share = (numbers.dropna() >= (1 if family == "logit" else 3)).mean()
    assert level.value.startswith(f"{100 * share:.0f}")
