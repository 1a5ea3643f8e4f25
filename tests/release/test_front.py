"""Attacks on the verbs of release: what may not leave, does not, whatever way it is asked for."""

import multiprocessing
import re
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure as Canvas

import confstudy as cs
from confstudy.errors import AnalysisError, DisclosureRefused, LedgerDamaged
from confstudy.release.decision import Rules
from confstudy.release.ledger.ledger import Ledger, current


def levels(values):
    return pd.Series(pd.Categorical(list(values)))


def made(**columns):
    """A survey of 900 with columns of its own."""
    survey = cs.simulate("therapy", clients=1600, seed=7).survey
    whole = first(survey, 900)
    given = {name: pd.Series(list(part), index=whole.frame.index) for name, part in columns.items()}
    return replace(
        whole,
        frame=whole.frame.assign(
            **{n: c.astype("category") if c.dtype.kind in "OU" or c.dtype == "str" else c
               for n, c in given.items()}
        ),
    )  # fmt: skip


def first(survey, n):
    return survey.where(pd.Series(np.arange(survey.n) < n, index=survey.frame.index), "the first")


def refusal(verb):
    with pytest.raises(DisclosureRefused) as refused:
        verb()
    return str(refused.value)


NEARLY = {
    "table": lambda survey: cs.release.table(survey, "telehealth"),
    "mean": lambda survey: cs.release.table(survey, "telehealth", values="trust_now"),
    "model": lambda survey: cs.release.model(cs.fit("alliance ~ privacy", survey), survey),
    "strip": lambda survey: cs.Report(survey).strip(),
    "strip of a model": lambda survey: cs.Report(survey).strip(cs.fit("trust_now ~ arm", survey)),
    "figure": lambda survey: cs.release(cs.plot.likert(survey, "stigma"), survey),
    "missing answers": lambda survey: cs.Report(survey).figure(cs.plot.flow(survey)),
}


@pytest.mark.parametrize("kind", NEARLY)
def test_one_more_respondent_is_held_and_never_counted_in_words(scores, kind):
    release = NEARLY[kind]
    release(first(scores, 412))
    said = refusal(lambda: release(first(scores, 413)))
    assert "differencing" in said
    assert "at least 10 more have answered" in said or "hidden" in said or "narrow" in said
    undated = re.sub(r"\d{4}-\d{2}-\d{2}", "", said)
    assert "=" not in said
    known = {"10", "5", *re.findall(r"\d+", " ".join(out.output for out in current().outputs))}
    assert set(re.findall(r"(?<![\w_])\d+", undated)) <= known
    assert release(first(scores, 412)).decision.status == "pass"
    assert kind == "figure" or release(scores).decision.status == "pass"


def test_a_numbers_respondents_are_remembered_though_the_number_is_the_same():
    survey = made()
    rows = np.arange(survey.n)

    def counted(inside, label="some"):
        chosen = survey.where(pd.Series(inside, index=survey.frame.index), label)
        return cs.Report(chosen).strip()

    counted(rows < 50)
    counted((rows >= 100) & (rows < 150))
    assert "differencing" in refusal(lambda: counted((rows >= 100) & (rows < 151)))


def test_all_against_all_but_one_clinic():
    survey = made(clinic=["small"] * 6 + ["other"] * 894)
    cs.release.table(survey, "arm")
    others = survey.where(survey.frame["clinic"] == "other", "without one clinic")
    assert "differencing" in refusal(lambda: cs.release.table(others, "arm"))


def test_what_one_output_hides_the_margin_of_the_next_does_not_tell():
    answers = ["yes"] * 4 + ["no"] * 446 + ["yes"] * 50 + ["no"] * 400
    survey = made(told=answers, group=["a"] * 450 + ["b"] * 450)
    shown = cs.release.table(survey, "group", "told").frame
    assert shown.set_index("group").loc["a", "yes"] == "masked"
    some = survey.where(survey.frame["group"] == "b", "b")
    assert "differencing" in refusal(lambda: cs.release.table(some, "told"))


def test_rounding_again_tells_nothing_new_nor_does_another_base():
    survey = made()

    def rounding(base):
        return cs.release.table(survey, "arm", "telehealth", protect="round", base=base)

    assert len({rounding(5).frame.to_string() for _ in range(20)}) == 1
    assert "rounded to base 5 before" in refusal(lambda: rounding(7))


ONE = [1e6, *np.random.default_rng(1).normal(100, 10, 899)]
GROUPS = ["a", "b", "c"] * 300


@pytest.mark.parametrize("name", ["mean", "total", "sd"])
def test_one_respondent_who_makes_up_a_number_is_not_told_by_any_margin(name):
    survey = made(income=ONE, group=GROUPS)
    assert "dominance" in refusal(
        lambda: cs.release.table(survey, "group", values="income", statistics=[name])
    )


def test_hidden_groups_are_not_told_together_either():
    """Two small groups hide each other; together one respondent makes up their total."""
    income = [5000.0, *[1.0] * 5, *[1.0, 2] * 3, *np.tile([100.0, 110, 120], 296)]
    survey = made(income=income, group=["a"] * 6 + ["b"] * 6 + ["c", "d", "e"] * 296)
    frame = cs.release.table(survey, "group", values="income").frame.set_index("group")
    masked = frame.index[frame["n"] == "masked"]
    assert {"a", "b"} < set(masked)
    assert frame.loc["All", "n"] == "900"


@pytest.mark.parametrize(
    "names", [("arm", "out"), ("out", "arm"), (["arm", "out"], None), (["out", "arm"], None)]
)
def test_groups_of_whom_all_answered_alike_are_hidden_whatever_way_round(names, tmp_path):
    survey = made()
    alike = survey.frame["arm"] == survey.frame["arm"].cat.categories[0]
    out = levels(np.where(alike, "yes", np.where(np.arange(900) % 3, "yes", "no")))
    survey = survey.with_columns(out=out.set_axis(survey.frame.index))
    rows, columns = names
    shown = cs.release.table(survey, rows, columns).frame.astype(str)
    told = shown[(shown == str(survey.frame["arm"].cat.categories[0])).any(axis=1)]
    assert "0" not in shown.to_numpy().ravel().tolist()
    assert columns == "arm" or (told == "masked").to_numpy().any()
    some = survey.where(alike, "one arm")
    refusal(lambda: cs.release.table(some, "out", ledger=Ledger(tmp_path / ".confstudy")))


@pytest.mark.parametrize(
    ("column", "names"),
    [
        (list(range(891)) + [900] * 9, None),
        ([1.0] * 890 + [97.5] * 10, ["1.0", "97.5"]),
        ([1.0] * 891 + [97.5] * 9, None),
        (pd.cut(np.r_[np.full(450, 20.0), np.full(450, 96.7)], 2), ["to 58.35", "over 58.35"]),
    ],
)
def test_levels_that_are_answers_of_a_few_do_not_name_rows(column, names):
    survey = made()
    survey = survey.with_columns(age=pd.Series(column, index=survey.frame.index))
    if names is None:
        with pytest.raises(AnalysisError, match="Put it into bands first"):
            cs.release.table(survey, "age")
    else:
        assert cs.release.table(survey, "age").frame["age"].tolist() == [*names, "All"]


LOOSE = [Rules(threshold=9), Rules(df=1), Rules(leverage=1.0), Rules(p_percent=0.0),
         Rules(dominance=(1, 0.9)), Rules(dominance=(2, 1.0)), Rules(beyond=0)]  # fmt: skip


@pytest.mark.parametrize("rules", LOOSE)
def test_limits_may_be_stricter_only(scores, rules):
    assert "not looser" in refusal(lambda: cs.release.table(scores, "arm", rules=rules))
    assert "not looser" in refusal(
        lambda: cs.release.model(cs.fit("alliance ~ privacy", scores), scores, rules=rules)
    )


FRAGMENTS = {
    "a caption": lambda scores: cs.release.table(scores, "arm", caption="ann.smith@example.org"),
    "a model's caption": lambda scores: cs.release.model(
        cs.fit("alliance ~ privacy", scores), scores, caption="ann.smith@example.org"
    ),
    "words": lambda scores: cs.release("Write to ann.smith@example.org", scores),
    "the caption of a frame": lambda scores: cs.release(
        pd.DataFrame({"n": [40, 50]}), scores, n=90, caption="ann.smith@example.org"
    ),
}


@pytest.mark.parametrize("name", FRAGMENTS)
def test_an_identifier_in_words_is_refused_and_stands_in_no_ledger(scores, name):
    said = refusal(lambda: FRAGMENTS[name](scores))
    assert "ann.smith" not in said
    assert "ann.smith" not in (current().folder / "ledger.jsonl").read_text()


NO_RESULTS = {
    "records": lambda scores: cs.release(scores.frame.head(20), scores, n=500),
    "a survey": lambda scores: cs.release(scores, scores),
    "a table by hand": lambda scores: cs.release(SimpleNamespace(table=scores.frame), scores),
    "points": lambda scores: cs.release(points(scores), scores, alt="Trust by privacy", n=800),
    "few": lambda scores: cs.release(pd.DataFrame({"mean": [1.0]}), scores, n=9),
    "a small n": lambda scores: cs.Report(scores).strip(9),
}


def points(scores):
    canvas = Canvas()
    canvas.subplots().scatter(scores.frame["privacy"], scores.frame["alliance"])
    return canvas


@pytest.mark.parametrize("name", NO_RESULTS)
def test_what_is_no_result_is_refused(scores, name):
    refusal(lambda: NO_RESULTS[name](scores))


def test_a_number_without_respondents_a_person_must_confirm(scores):
    assert cs.Report(scores).strip(500).decision.status == "review"


def test_reduced_and_recoded_columns_are_the_same_respondents(scores):
    cs.release.table(scores, "telehealth")
    narrow = replace(scores, frame=scores.frame.drop(columns=["privacy_1", "stigma_1", "arm"]))
    flipped = scores.frame["gender"].cat.reorder_categories(scores.frame["gender"].cat.categories)
    codes = flipped.cat.rename_categories({c: f"{c}!" for c in flipped.cat.categories})
    recoded = replace(scores, frame=scores.frame.assign(gender=codes))
    for survey in (narrow, recoded):
        assert cs.release.table(survey, "telehealth").decision.status == "pass"
        others = survey.where(pd.Series(np.arange(scores.n) > 0, index=scores.frame.index), "less")
        assert "differencing" in refusal(lambda s=others: cs.release.table(s, "telehealth"))


@pytest.mark.parametrize("place", [40, -40])
def test_a_ledger_of_which_one_byte_was_changed_releases_nothing(scores, place):
    cs.release.table(scores, "arm")
    path = current().folder / "ledger.jsonl"
    text = bytearray(path.read_bytes())
    text[place] ^= 1
    path.write_bytes(text)
    assert current().verify()
    with pytest.raises(LedgerDamaged):
        cs.release.table(scores, "telehealth")


def test_half_a_line_at_the_end_of_a_ledger_heals(scores):
    cs.release.table(scores, "arm")
    path = current().folder / "ledger.jsonl"
    path.write_bytes(path.read_bytes() + b'{"at": "2026')
    cs.release.table(scores, "telehealth")
    assert not current().verify()
    assert len(current().outputs) == 2


def _race(folder, n):
    survey = first(cs.simulate("therapy", clients=800, seed=3).survey, n)
    try:
        cs.release.table(survey, "telehealth", ledger=Ledger(folder))
    except DisclosureRefused:
        return False
    return True


def test_of_two_conflicting_outputs_at_once_one_gets_out(tmp_path):
    folder = tmp_path / ".confstudy"
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        left = list(pool.map(_race, [folder, folder], [412, 413]))
    assert sorted(left) == [False, True]
    assert not Ledger(folder).verify()
