import logging
import traceback

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import confstudy as cs
from confstudy.errors import CodebookError, ConfstudyError, DataError, IdentifiedData, RecipeError
from confstudy.privacy.recipe import parse_recipe
from confstudy.privacy.risk import class_sizes, risk
from confstudy.survey.load import load_table
from confstudy.survey.propose import propose
from confstudy.survey.readers.raw import RawTable

OPEN = {"k": 1, "l": 1, "reason": "test"}
BOOK = {
    "name": "wave",
    "protection": OPEN,
    "variables": {
        "age": {"type": "numeric", "range": [18, 90], "role": "quasi_identifier"},
        "place": {"levels": ["north", "east", "south"], "role": "quasi_identifier"},
        "income": {"type": "numeric", "missing": {"refused": ["r"]}},
        "told": {"type": "binary", "levels": ["No", "Yes"], "role": "sensitive"},
    },
}
RECIPE = {
    "name": "public file",
    "drop": ["ip", "mail"],
    "coarsen": {"age": {"bands": {"18–49": [18, 49], "50+": [50, 90]}}},
    "top_code": {"income": 90},
    "microaggregate": {"variables": ["income"], "size": 3},
    "suppress": {"k": 4, "l": 2, "order": ["place", "age"]},
}


def table(n=60, name="w.csv", **changes):
    columns = {
        "age": [str(18 + 14 * row % 70) for row in range(n)],
        "place": [("north", "east", "south")[row % 7 % 3] for row in range(n)],
        "income": [("r", "", str(10 * row % 130))[min(row % 9, 2)] for row in range(n)],
        "told": [("No", "Yes")[row % 5 % 2] for row in range(n)],
        "ip": [f"10.0.0.{row}" for row in range(n)],
        "mail": [f"CANARY{row}@example.org" for row in range(n)],
    }
    return pd.DataFrame({**columns, **changes}, dtype="str")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "w.csv"
    table().to_csv(path, index=False)
    return path


@pytest.fixture
def survey():
    raw = RawTable(table().drop(columns=["ip", "mail"]), "w.csv", "0", "CSV")
    return load_table(raw, cs.read_codebook(BOOK))


def test_a_refused_file_comes_in_by_its_recipe(file):
    with pytest.raises(IdentifiedData):
        cs.load(file, BOOK)
    done = cs.anonymize(file, RECIPE, BOOK)
    frame = done.survey.frame
    assert list(frame) == ["age", "place", "income", "told"]
    assert class_sizes(frame, ["age", "place"]).min() >= 4
    assert risk(frame, ["age", "place"], ["told"]).l["told"] >= 2
    assert frame["income"].max() <= 90
    assert frame["income"].value_counts().min() >= 3
    assert done.survey.codebook.variables["age"].type == "ordinal"
    assert done.risk.set_index("measure").loc["k", "before"] == 3


def test_a_file_and_its_loaded_survey_come_out_alike(file, survey):
    one = cs.anonymize(file, RECIPE, BOOK)
    two = cs.anonymize(survey, {**RECIPE, "drop": []})
    pd.testing.assert_frame_equal(one.survey.frame, two.survey.frame)
    pd.testing.assert_frame_equal(one.survey.reasons, two.survey.reasons)
    pd.testing.assert_frame_equal(one.table, two.table)


def test_the_provenance_names_recipe_hash_and_steps_and_no_answer(file):
    done = cs.anonymize(file, RECIPE, BOOK)
    told = done.survey.provenance.recipe
    assert told.startswith(f"public file (sha256 {done.recipe.sha256[:12]}): drop ip, mail; ")
    assert "suppress place, age for k = 4 and l = 2" in told
    again = cs.anonymize(done.survey, {"name": "second", "drop": "income"})
    assert again.survey.provenance.recipe.startswith(f"{told} → second (sha256 ")


def test_the_repr_shows_steps_risk_and_loss(file):
    text = repr(cs.anonymize(file, RECIPE, BOOK))
    assert "Anonymized by recipe 'public file': 60 respondents, gate: k = " in text
    assert "  1. drop ip, mail" in text
    assert "unique by two or fewer" in text
    assert "entropy_lost" in text
    assert "CANARY" not in text


def test_reasons_tell_suppressed_from_refused(survey):
    recipe = {"coarsen": {"age": {"bands": {"old": [60, 90]}}}, "microaggregate": {
        "variables": ["income"], "size": 50}}  # fmt: skip
    done = cs.anonymize(survey, recipe).survey
    missing, before = (one.missing.set_index("variable") for one in (done, survey))
    answered = int(survey.frame["income"].notna().sum())
    assert missing.loc["income", "suppressed"] == answered < 50
    assert missing.loc["income", "refused"] == before.loc["income", "refused"]
    assert missing.loc["age", "out_of_range"] == int((survey.frame["age"] < 60).sum())


def test_scores_are_left_out_and_made_again(scores):
    done = cs.anonymize(scores, {"drop": "therapist"})
    assert "privacy" not in done.survey.frame
    assert cs.score(done.survey).frame["privacy"].equals(scores.frame["privacy"])
    assert done.survey.flow == scores.flow


def test_waves_are_anonymized_together(tmp_path):
    paths = []
    for wave in ("2016", "2017"):
        paths.append(tmp_path / f"s{wave}.csv")
        table(40).to_csv(paths[-1], index=False)
    book = {**BOOK, "waves": ["2016", "2017"]}
    kept = cs.anonymize(paths, RECIPE, book)
    assert kept.survey.frame["wave"].value_counts().tolist() == [40, 40]
    gone = cs.anonymize(paths, {**RECIPE, "drop": ["ip", "mail", "wave"]}, book)
    assert "wave" not in gone.survey.frame
    assert gone.survey.codebook.waves == {}
    files = kept.write(tmp_path / "public.csv")
    pd.testing.assert_frame_equal(cs.load(files[0]).frame, kept.survey.frame)


@pytest.mark.parametrize(
    ("data", "recipe", "codebook", "error", "expected"),
    [
        ("file", {"drop": ["ip", "maill"]}, BOOK, RecipeError, "Did you mean 'mail'"),
        ("file", {"drop": ["ip"]}, BOOK, IdentifiedData, "mail: "),
        ("file", {**RECIPE, "suppress": {"k": 40}}, BOOK, IdentifiedData, "k-anonymity"),
        ("file", "gone.yaml", BOOK, RecipeError, r"No recipe 'gone\.yaml'"),
        ("survey", {}, BOOK, CodebookError, "brings its codebook"),
        ("changed", {}, None, DataError, "does not have the levels"),
        ("added", {}, None, DataError, r"does not describe columns \[new\]"),
        ("empty", {}, None, DataError, "no respondents"),
    ],
)
def test_what_cannot_be_done_is_said(file, survey, data, recipe, codebook, error, expected):
    given = {
        "file": file,
        "survey": survey,
        "changed": survey.one_against_rest("place", "north"),
        "added": survey.with_columns(new=survey.frame["age"]),
        "empty": survey.where(survey.frame["age"] > 200, "nobody"),
    }
    with pytest.raises(error, match=expected) as caught:
        cs.anonymize(given[data], recipe, codebook)
    assert "CANARY" not in "".join(traceback.format_exception(caught.value))


CELLS = st.tuples(
    st.sampled_from(["18", "20", "33", "47", "90", ""]),
    st.sampled_from(["north", "east", "south", ""]),
    st.sampled_from(["0", "1", "7.5", "1000000", "r", ""]),
    st.sampled_from(["No", "Yes", ""]),
)
STEPS = st.fixed_dictionaries(
    {},
    optional={
        "drop": st.sampled_from([["place"], ["income", "told"], ["age", "place"]]),
        "coarsen": st.sampled_from(
            [
                {"age": {"width": 30}},
                {"age": {"bands": {"a": [18, 20], "b": [33, 47]}}},
                {"place": {"groups": {"N": ["north"]}, "rest": "S"}},
            ]
        ),
        "bottom_code": st.just({"income": 1}),
        "microaggregate": st.just({"variables": ["income"], "size": 3}),
        "suppress": st.builds(
            lambda k, diversity, order: {"k": k, "l": diversity, "order": order},
            st.integers(1, 6), st.integers(1, 3),
            st.sampled_from([[], ["age"], ["place", "age"], ["age", "place"]]),
        ),
    },
)  # fmt: skip


@given(st.lists(CELLS, min_size=1, max_size=50), STEPS)
def test_any_recipe_gives_k_and_l_or_refuses(rows, recipe):
    frame = pd.DataFrame(rows, columns=list(BOOK["variables"]), dtype="str")
    survey = load_table(RawTable(frame, "w.csv", "0", "CSV"), cs.read_codebook(BOOK))
    before = survey.frame.copy()
    try:
        done = cs.anonymize(survey, recipe).survey
    except (IdentifiedData, RecipeError):
        return
    finally:
        pd.testing.assert_frame_equal(survey.frame, before)
    quasi = done.codebook.with_role("quasi_identifier")
    sensitive = done.codebook.with_role("sensitive")
    asked = recipe.get("suppress", OPEN)
    if quasi:
        assert class_sizes(done.frame, quasi).min() >= asked["k"]
        assert min(risk(done.frame, quasi, sensitive).l.values(), default=9) >= asked["l"]
    for name, column in done.frame.items():
        reasons = done.reasons.get(name, pd.Series(0, index=column.index))
        assert ((reasons > 0) == column.isna()).all()


def test_a_shuffled_index_keeps_rows_together(survey):
    mixed = survey.where(survey.frame["age"] > 0, "all")
    order = mixed.frame.sample(frac=1, random_state=1).index
    shuffled = type(survey)(
        mixed.frame.loc[order], mixed.reasons.loc[order], mixed.codebook, mixed.provenance
    )
    recipe = {**RECIPE, "drop": []}
    one, two = (cs.anonymize(given, recipe).survey for given in (mixed, shuffled))
    back, means = two.frame.loc[one.frame.index], one.frame["income"].sort_values()
    pd.testing.assert_frame_equal(back.drop(columns="income"), one.frame.drop(columns="income"))
    pd.testing.assert_frame_equal(two.reasons.loc[one.frame.index], one.reasons)
    # Equal incomes may go to either of two groups; the groups are the same.
    assert two.frame["income"].sort_values().tolist() == pytest.approx(means.tolist(), nan_ok=True)


def test_the_proposed_recipe_is_one_that_works(file):
    book = cs.read_codebook({**BOOK, "protection": {"k": 6}})
    raw = RawTable(table(), "w.csv", "0", "CSV")
    text = propose(raw, book)
    recipe = parse_recipe(text)
    assert recipe.drop == ("ip", "mail")
    assert recipe.coarsen["age"].width == 20
    assert recipe.suppress.order == ("age", "place")
    assert "CANARY" not in text
    assert cs.anonymize(file, recipe, book).survey.n == 60


def test_nothing_is_proposed_where_nothing_is_wrong():
    assert propose(RawTable(pd.DataFrame({"trust": ["1", "2"]}), "w.csv", "0", "CSV")) == ""


def test_a_header_that_may_be_an_answer_is_not_proposed():
    frame = pd.DataFrame({"CANARY@example.org": ["a@example.org", "b@example.org"]})
    text = propose(RawTable(frame, "w.csv", "0", "CSV"))
    assert "column 1" in text
    assert "CANARY" not in text


def test_nothing_is_logged(file, caplog):
    caplog.set_level(logging.DEBUG)
    cs.anonymize(file, RECIPE, BOOK)
    with pytest.raises(ConfstudyError):
        cs.anonymize(file, {}, BOOK)
    assert "CANARY" not in caplog.text
