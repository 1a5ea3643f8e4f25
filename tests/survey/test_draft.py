"""A first codebook from a raw export: what it guesses, leaves open, and never writes."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.codebook.reasons import reason_of
from confstudy.errors import CodebookMismatch, UnwritableFile
from confstudy.survey.draft.draft import draft_codebook, draft_of
from confstudy.survey.draft.ladders import in_order
from confstudy.survey.load import load_table
from confstudy.survey.readers.raw import Described, RawTable

LABELS = {"1": "Not at all", "2": "Somewhat", "3": "Very", "-9": "Refused"}
LIKERT = ["Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree"]


def answers(n=200, seed=1):
    """An export in words: identifiers, ages, a battery with a reversed item, routing."""
    rng = np.random.default_rng(seed)
    trait = rng.normal(size=n)

    def item(sign):
        point = np.clip(np.round(2 + sign * trait + rng.normal(0, 0.7, n)), 0, 4).astype(int)
        return [LIKERT[p] for p in point]

    therapy = rng.random(n) < 0.6
    often = rng.choice(["Weekly", "Monthly", "Daily"], n)
    genders = ["Woman", "Man", "Non-binary"]
    times = [f"2025/03/{1 + i % 28:02d} 10:{i % 60:02d}:{i % 59:02d}" for i in range(n)]
    return pd.DataFrame(
        {
            "Timestamp": times,
            "E-Mail": [f"person{i}@example.org" for i in range(n)],
            "What is your age?": [str(int(a)) for a in rng.integers(18, 70, n)],
            "What is your gender?": rng.choice(genders, n, p=[0.55, 0.42, 0.03]),
            "Please rate: [I feel safe]": item(1),
            "Please rate: [I am open]": item(1),
            "Please rate: [I hold back]": item(-1),
            "Please rate: [I trust]": item(1),
            "Are you in therapy?": np.where(therapy, "Yes", "No"),
            "How often do you meet?": np.where(therapy, often, ""),
            "Anything else?": [f"Some words that only I write, number {i}." for i in range(n)],
            "Left": rng.choice(["", "Prefer not to say", "Yes", "No"], n),
        },
        dtype="str",
    )  # fmt: skip


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    path = tmp_path_factory.mktemp("export") / "Trust survey (Responses).csv"
    answers().to_csv(path, index=False, quoting=csv.QUOTE_ALL)
    return path


@pytest.fixture(scope="module")
def draft(export):
    return draft_codebook(export)


def test_a_newcomer_gets_from_the_export_to_scores(export, draft):
    draft.write()
    scores = cs.score(cs.load(export))
    row = scores.table.set_index("scale").loc["please_rate"]
    assert (row["items"], row["reverse_keyed"], row["n"]) == (4, 1, 200)
    assert row["alpha"] > 0.7
    assert scores.warnings == ()


def test_identifiers_and_free_text_are_left_out(draft):
    dropped = {n: v.drop for n, v in draft.codebook.variables.items() if v.drop}
    assert set(dropped) == {"timestamp", "e_mail", "anything_else"}
    assert dropped["anything_else"] == "free text"


def test_types_roles_bands_and_routing_are_guessed(draft):
    book = draft.codebook.variables
    assert book["age"].bands["65+"] == (65, 120)
    assert book["age"].role == book["gender"].role == ("quasi_identifier",)
    assert draft.codebook.protection.suppress == ("age", "gender")
    assert book["often_meet"].categories == ("Monthly", "Weekly", "Daily")
    assert book["often_meet"].asked_if == {"therapy": ("Yes",)}
    assert book["left"].missing == {"refused": ("Prefer not to say",)}
    assert draft.codebook.scales["please_rate"].reverse == ("hold_back",)


def test_every_guess_that_may_be_wrong_is_said(draft):
    asked = dict(draft.unsure)
    assert "asked only of those" in asked["often_meet"]
    assert "bands" in asked["age"]
    assert "hold_back" in asked["please_rate"]
    assert draft.text.count("# unsure:") >= len(draft.unsure)
    assert "open questions" in repr(draft)


def test_no_answer_of_few_people_is_written():
    frame = pd.DataFrame({"pet": ["cat"] * 60 + ["dog"] * 30 + ["CANARY"] * 4 + ["heron"] * 2})
    text = draft_of(RawTable(frame, "p.csv", "0", "CSV"), Path("p.csv")).text
    assert "cat" in text
    assert "CANARY" not in text
    assert "heron" not in text
    assert "unlisted: Other" in text


def test_no_smallest_or_largest_number_is_written():
    frame = pd.DataFrame({"income": np.random.default_rng(3).integers(10_123, 98_765, 400)})
    frame.loc[0, "income"] = 123_456
    book = draft_of(RawTable(frame, "i.csv", "0", "CSV"), Path("i.csv")).text
    assert "123456" not in book
    assert "200000" in book


def test_an_existing_codebook_is_not_overwritten(export, draft, tmp_path):
    target = tmp_path / "book.yaml"
    draft.write(target)
    with pytest.raises(UnwritableFile, match="may hold somebody's work"):
        draft.write(target)
    assert draft.write(target, force=True).read_text() == draft.text


def test_a_file_without_a_header_row_is_refused():
    frame = pd.DataFrame(
        {"31": ["30", "31"], "Yes": ["No", "Yes"], "a@b.org": ["c@d.org", "e@f.org"]}
    )
    with pytest.raises(CodebookMismatch, match="no header row") as caught:
        draft_of(RawTable(frame, "h.csv", "0", "CSV"), Path("h.csv"))
    assert "a@b" not in str(caught.value)


def test_what_the_file_says_of_its_columns_is_used():
    described = {
        "q1": Described("How private?", LABELS, {"-9": "Refused"}),
        "nr": Described("Telephone list", identifier=True),
    }  # fmt: skip
    frame = pd.DataFrame({"q1": [1.0, 2, 3, -9] * 10, "nr": ["a", "b"] * 20})
    draft = draft_of(RawTable(frame, "s.sav", "0", "SPSS", "", described), Path("s.sav"))
    assert draft.codebook.variables["q1"].levels == {
        "1": "Not at all",
        "2": "Somewhat",
        "3": "Very",
    }
    assert draft.codebook.variables["q1"].missing == {"refused": ("-9",)}
    assert draft.codebook.variables["q1"].type == "ordinal"
    assert draft.codebook.variables["nr"].drop == "identifier (marked in the file)"


@pytest.mark.parametrize(
    ("low_to_high"),
    [
        LIKERT,
        ["Never", "Rarely", "Sometimes", "Often", "Always"],
        ["Not at all", "Several days", "More than half the days", "Nearly every day"],
        ["1-5", "6-25", "26-100", "More than 1000"],
        ["Less than $20,000", "$20,000 to < $35,000", "$75,000 or more"],
        ["Very dissatisfied", "Somewhat dissatisfied", "Neutral", "Very satisfied"],
        ["Not at all private", "Somewhat private", "Very private"],
        ["Nie", "Selten", "Manchmal", "Oft", "Immer"],
        ["1 - Strongly disagree", "3 - Neutral", "5 - Strongly agree"],
        ["No", "Maybe", "Yes"],
    ],
)
def test_answers_are_put_in_order(low_to_high):
    assert in_order(low_to_high[::-1]) == low_to_high


@pytest.mark.parametrize(
    "levels", [["Canada", "Peru", "France"], ["Yes", "No"], ["Blue", "Never", "Often"]]
)
def test_answers_without_an_order_have_none(levels):
    assert in_order(levels) is None


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ("Prefer not to answer", "refused"), ("Don’t know", "dont_know"),
        ("Missing data (Not Ascertained)", "lost"), ("Inapplicable, coded 2", "not_asked"),
        ("Möchte ich nicht sagen", "refused"), ("Question never seen", "not_asked"),
        ("I lost my job", None), ("Yes", None),
    ],
)  # fmt: skip
def test_words_tell_why_an_answer_is_missing(label, reason):
    assert reason_of(label) == reason


@pytest.mark.parametrize(
    "name",
    ["osmi2014.csv", "osmi2014_excel_dates.csv", "osmi2014_wrong_encoding.csv", "osmi2016.csv",
     "osmi2017.csv", "osmi2019.csv", "hints7_privacy_subset.csv.gz", "nsduh2023_subset.csv.gz"],
)  # fmt: skip
def test_the_draft_of_a_real_export_loads_it(name, real):
    draft = draft_codebook(real(name))
    survey = cs.load(real(name), draft.codebook)
    assert survey.n > 300
    assert set(draft.codebook.kept) == set(survey.frame.columns)


def test_a_draft_loads_whatever_the_answers_are():
    rng = np.random.default_rng(5)
    for seed in range(20):
        frame = answers(60, seed)
        frame = frame[rng.permutation(frame.columns)[:8]]
        raw = RawTable(frame.where(rng.random(frame.shape) > 0.2, ""), "r.csv", "0", "CSV")
        assert load_table(raw, draft_of(raw, Path("r.csv")).codebook).n == 60


RARE = {
    "one of two answers": ["none"] * 99 + ["CANARY"],
    "words around a number": ["since 2 months"] * 95 + [f"ward {k} CANARY" for k in range(5)],
    "a reason in own words": ["yes"] * 50
    + ["no"] * 48
    + ["refused by CANARY", "don't know CANARY"],
    "one of two numbers": [0] * 99 + [77317],
    "the largest of small counts": [0, 1, 2, 3] * 25 + [11],
    "an age that looks like a code": [*range(18, 68)] * 2 + [99],
    "a code of one person": [0, 1, 2, 3] * 25 + [9],
    "a date among ranges": ["1-5"] * 60 + ["6-25"] * 39 + ["3-Dec"],
    "a round largest number": [*range(20, 70)] * 2 + [90],
}


@pytest.mark.parametrize("name", RARE)
def test_nothing_that_only_few_said_is_written(name):
    cells = pd.Series(RARE[name]).astype("str")
    text = draft_of(RawTable(pd.DataFrame({"q": cells}), "p.csv", "0", "CSV"), Path("p.csv")).text
    for word in ("CANARY", "77317", "11]", "99", "9]", "'9'", "3-12", "3-Dec", "90]"):
        assert word not in text


@pytest.mark.parametrize("answer", ["Prefer not to say", "don’t know", "Not applicable"])
def test_stock_reasons_are_told_however_few_gave_them(answer):
    cells = ["yes"] * 50 + ["no"] * 49 + [answer]
    frame = pd.DataFrame({"q": cells}, dtype="str")
    book = draft_of(RawTable(frame, "p.csv", "0", "CSV"), Path("p.csv")).codebook
    assert list(book.variables["q"].missing.values()) == [(answer,)]


def labelled(labels, codes):
    frame = pd.DataFrame({"v1": codes}, dtype="str")
    said = {"v1": Described(levels={str(k): label for k, label in enumerate(labels, start=1)})}
    return draft_of(RawTable(frame, "p.sav", "0", "SPSS", described=said), Path("p.sav"))


def test_value_labels_that_are_people_s_names_are_an_identifier():
    names = ["Anna Smith", "Jan Jansen", "Maria Rossi", "Olga Novak", "Kofi Mensah", "Wei Chen"]
    draft = labelled(names, [1, 2, 3, 4, 5, 6] * 9)
    assert draft.codebook.variables["v1"].drop == "identifier (person name)"
    assert not any(name in draft.text for name in names)


def test_value_labels_that_were_answers_are_written_where_five_gave_them():
    ills = ["CANARY", "Crohn", "HIV", "asthma", "diabetes", "gout"]
    draft = labelled(ills, [1, 2, 2, 3, 4, 5, 5] + [6] * 30)
    assert draft.codebook.variables["v1"].levels == {"6": "gout", "Other": "Other"}
    assert "CANARY" not in draft.text


def test_value_labels_of_a_questionnaire_are_written_however_few_chose_them():
    draft = labelled(["Village", "Town", "City", "Abroad"], [1, 2, 2, 3] + [4] * 20)
    assert len(draft.codebook.variables["v1"].levels) == 4
