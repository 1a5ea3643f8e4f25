import re
import warnings
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import confstudy as cs
from confstudy.errors import AnalysisError, DisclosureRefused
from confstudy.models.fit import FitWarning
from confstudy.models.gee import gee
from confstudy.models.indirect.questions import forced
from confstudy.models.missing.pooling import pooled
from confstudy.models.mixed.fit import mixed
from confstudy.models.survey.design import SurveyDesign
from confstudy.models.survival.cox import cox
from confstudy.models.survival.discrete import discrete_hazard
from confstudy.release.html import Table, model_table
from confstudy.show.tables.numerals import estimate
from confstudy.show.tables.regression import table
from confstudy.words import interval, join, number, percent

RNG = np.random.default_rng(77)
N = 400
PEOPLE = pd.DataFrame(
    {
        "y": RNG.normal(size=N),
        "x": RNG.normal(size=N),
        "z": RNG.normal(size=N),
        "hit": RNG.integers(0, 2, N),
        "count": RNG.negative_binomial(2, 0.4, N) * (RNG.random(N) > 0.3),
        "level": pd.Categorical(
            RNG.choice(["low", "mid", "high"], N), ["low", "mid", "high"], True
        ),
        "group": np.repeat([f"t{place}" for place in range(40)], 10),
        "weight": RNG.uniform(1, 3, N),
        "until": RNG.integers(1, 5, N),
        "left": RNG.random(N) < 0.7,
    }
)
# Two groups of twenty: means 2 and 4, every answer 1 from its mean.
TRIAL = pd.DataFrame(
    {
        "trust": [1.0, 3.0] * 10 + [3.0, 5.0] * 10,
        "arm": pd.Categorical(["none"] * 20 + ["absolute"] * 20, ["none", "absolute"]),
    }
)
# 40 of 100 against 60 of 100.
TOLD = pd.DataFrame(
    {"told": [1] * 40 + [0] * 60 + [1] * 60 + [0] * 40, "promise": [0] * 100 + [1] * 100}
)
SEPARATED = PEOPLE.assign(told=(PEOPLE["x"] > 0).astype(int))


def failed():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FitWarning)
        return cs.fit("told ~ x + z", SEPARATED, "logit")


def rows(made):
    return {row.label: list(row.cells) for row in made.grid.rows if row.cells}


def test_one_linear_model_is_printed_as_worked_out_by_hand():
    # Residual variance 40/38; errors √(40/38/20) and √(2·40/38/20); t(38) quantile 2.024.
    made = table(cs.fit("trust ~ arm", TRIAL), labels={"arm": "Confidentiality"}, stars=True)
    assert made.markdown == (
        "*Linear regression of trust*\n"
        "\n"
        "| Term | *b* | *SE* | 95% CI | *t* | *df* | *p* |\n"
        "|:--|--:|--:|--:|--:|--:|--:|\n"
        "| Intercept | 2.00\\*\\*\\* | 0.23 | [1.54, 2.46] | 8.72 | 38 | \\< .001 |\n"
        "| Confidentiality: absolute (vs none) | 2.00\\*\\*\\* | 0.32 | [1.34, 2.66] | 6.16 | 38 "
        "| \\< .001 |\n"
        "| *N* | 40 |  |  |  |  |  |\n"
        "| *R²* | .50 |  |  |  |  |  |\n"
        "| Log likelihood | −56.76 |  |  |  |  |  |\n"
        "| AIC | 119.52 |  |  |  |  |  |\n"
        "\n"
        "*Note.* b = unstandardized coefficient; CI = confidence interval. "
        "Standard errors: by the model.\n"
        "\n"
        "\\* p \\< .05. \\*\\* p \\< .01. \\*\\*\\* p \\< .001.\n"
    )


def test_odds_ratios_are_those_of_the_fourfold_table():
    # ln 2.25 = .811, error √(2/60 + 2/40) = .289, null log likelihood 200 ln ½.
    made = table(cs.fit("told ~ promise", TOLD, "logit"), exponentiate=True)
    assert made.grid.heads == (("b",), ("SE",), ("OR",), ("95% CI",), ("z",), ("p",))
    assert rows(made) == {
        "Intercept": ["−0.41", "0.20", "–", "–", "−1.99", ".047"],
        "promise": ["0.81", "0.29", "2.25", "[1.28, 3.96]", "2.81", ".005"],
        "N": ["200", "", "", "", "", ""],
        "McFadden R²": [".03", "", "", "", "", ""],
        "Log likelihood": ["−134.60", "", "", "", "", ""],
        "AIC": ["273.20", "", "", "", "", ""],
    }


def test_models_stand_side_by_side_with_their_terms_aligned():
    fits = [
        cs.fit("y ~ z", PEOPLE),
        cs.fit("y ~ x * z", PEOPLE),
        cs.fit("level ~ x", PEOPLE, "ordered"),
    ]
    made = table(fits, names=["Small", "Full", "Ordered"])
    assert [row.label for row in made.grid.rows][:8] == [
        "Intercept", "x", "z", "x × z", "Thresholds", "low | mid", "mid | high", "N",
    ]  # fmt: skip
    assert made.grid.heads[2] == ("(3)", "Ordered", "Ordered logistic regression")
    b, low, high = fits[1].table.loc[1, ["estimate", "conf_low", "conf_high"]]
    assert rows(made)["x"][1] == f"{number(b)}\n{interval(low, high)}"
    assert [bool(cell) for cell in rows(made)["x × z"]] == [False, True, False]
    said = "unstandardized coefficient in (1), (2); log odds ratio in (3)"
    assert said in made.grid.notes[0]


def test_side_by_side_ratios_leave_out_what_has_none_and_keep_differences():
    logit = cs.fit("told ~ promise", TOLD, "logit")
    alone = table([logit, logit], exponentiate=True)
    assert rows(alone)["promise"][0] == "2.25\n[1.28, 3.96]"
    assert "Intercept" not in rows(alone)
    assert "Intercepts and thresholds are left out." in alone.grid.notes[0]
    mixed_up = rows(table([logit, cs.fit("told ~ promise", TOLD)], exponentiate=True))
    assert mixed_up["Intercept"][0] == "–"
    assert mixed_up["promise"][1].startswith("0.20\n")


def test_a_level_compared_with_another_one_is_another_row():
    turned = TRIAL.assign(arm=TRIAL["arm"].cat.reorder_categories(["absolute", "none"]))
    three = pd.concat([TRIAL, TRIAL.assign(arm="partial")])
    three["arm"] = pd.Categorical(three["arm"], ["partial", "none", "absolute"])
    fits = [cs.fit("trust ~ arm", data) for data in (TRIAL, turned, three)]
    labels = [label for label in rows(table(fits)) if label.startswith("arm")]
    assert sorted(labels) == [
        "arm: absolute (vs none)",
        "arm: absolute (vs partial)",
        "arm: none (vs absolute)",
        "arm: none (vs partial)",
    ]


def test_labels_come_from_the_codebook(scores):
    fit = cs.fit("alliance ~ arm * privacy + I(stigma ** 2)", scores, cluster="therapist")
    made = table(fit, labels=scores.codebook)
    assert made.grid.title == "Linear regression of Trust (therapeutic alliance)"
    assert list(rows(made))[1:6] == [
        "Assurance of confidentiality: conditional (vs none)",
        "Assurance of confidentiality: absolute (vs none)",
        "Perceived privacy",
        "Stigma, squared",
        "Assurance of confidentiality: conditional × Perceived privacy",
    ]


def numbers_in(text):
    return re.findall(r"\d", text)


def test_a_fit_that_cannot_be_believed_shows_no_numbers_and_says_why():
    made = table(failed())
    shown = [cell for row in made.grid.rows if row.kind == "term" for cell in row.cells]
    assert set(shown) == {"–"}
    why = "No estimates: separation"
    for text in (made.html, made.latex, made.markdown, repr(made)):
        assert why in text
    assert made.frame.drop(columns="note").select_dtypes("number").isna().all(axis=None)
    beside = table([cs.fit("hit ~ x", PEOPLE, "logit"), failed()])
    said = next(row.label for row in beside.grid.rows if row.kind == "why")
    assert said.startswith(f"(2) {why}")
    assert not numbers_in(rows(beside)["x"][1])
    assert "(2)" not in beside.grid.notes[0]


@pytest.mark.parametrize("fault", [{"problems": ("singular Hessian",)}, {"converged": False}])
def test_numbers_are_withheld_whatever_the_fit_s_own_table_holds(fault):
    fit = cs.fit("y ~ x", PEOPLE)
    parts = {"table": fit.table, "problems": (), "design": fit.design, "terms": fit.terms}
    careless = SimpleNamespace(**(parts | {"family": "ols", "n": fit.n} | fault))
    made = table(careless)
    assert made.frame["estimate"].isna().all()
    assert not numbers_in("".join(rows(made)["x"]))


def test_a_remark_beside_the_numbers_is_said_and_the_numbers_stay():
    fit = cs.fit("y ~ x", PEOPLE)
    careful = SimpleNamespace(
        table=fit.table.assign(note="singular: a variance is 0"),
        **{name: getattr(fit, name) for name in ("problems", "design", "terms", "family", "n")},
    )
    made = table(careful)
    assert "Singular: a variance is 0." in made.grid.notes[0]
    assert made.frame["estimate"].notna().all()


@pytest.mark.parametrize(
    ("fit", "title", "facts", "note"),
    [
        (
            lambda: cs.fit("y ~ x", PEOPLE, cluster="group"),
            "Linear regression of y",
            {"Clusters": "40"},
            r"CR2 by group, Satterthwaite df \(40 clusters\)",
        ),
        (
            lambda: cs.fit("y ~ x", PEOPLE, design=SurveyDesign(weights="weight")),
            "Linear regression of y",
            {"N": "400"},
            "Sample design: Taylor linearization.*sampling weights",
        ),
        (
            lambda: cs.fit("y ~ x", PEOPLE, weights="weight"),
            "Linear regression of y",
            {},
            "by case weights",
        ),
        (
            lambda: mixed("y ~ x", PEOPLE, "1 | group"),
            "Mixed linear regression of y",
            {"Groups: group": "40"},
            r"Random effects: 1 \| group \(REML",
        ),
        (
            lambda: gee("y ~ x", PEOPLE, "group"),
            "Linear regression by GEE of y",
            {"Clusters": "40"},
            "Working correlation: exchangeable",
        ),
        (
            lambda: cox("until + left ~ x", PEOPLE),
            "Cox regression of time to left",
            {"Events": f"{PEOPLE['left'].sum()}"},
            "Ties: Efron",
        ),
        (
            lambda: discrete_hazard("until + left ~ x", PEOPLE, baseline="linear"),
            "Discrete-time hazard model of left",
            {"N": "400"},
            "log odds ratio",
        ),
        (
            lambda: cs.sensitive("hit ~ x", PEOPLE, forced(yes=0.02, no=0.02)),
            "Logistic regression (forced) of hit",
            {"N": "400"},
            "log odds ratio",
        ),
        (
            lambda: cs.fit("count ~ x | z", PEOPLE, "hurdle_poisson"),
            "Hurdle Poisson regression of count",
            {},
            "log odds of any at all",
        ),
        (
            lambda: pooled([cs.fit("y ~ x", PEOPLE), cs.fit("y ~ x", PEOPLE[::-1])]),
            "Linear regression of y",
            {"Imputations": "2"},
            "Pooled over 2 imputed data sets",
        ),
    ],
)  # fmt: skip
def test_every_kind_of_model_says_how_it_was_fitted(fit, title, facts, note):
    made = table(fit())
    assert made.grid.title == title
    assert {name: rows(made)[name][0] for name in facts} == facts
    assert re.search(note, made.grid.notes[0])
    assert made.frame["estimate"].notna().all()


def test_likelihoods_are_left_out_where_they_mean_nothing():
    weighted = cs.fit("y ~ x", PEOPLE, design=SurveyDesign(weights="weight"))
    assert not {"AIC", "Log likelihood", "R²"} & set(rows(table(weighted)))


def test_the_frame_holds_the_fit_s_own_numbers():
    fits = [cs.fit("y ~ x", PEOPLE), cs.fit("hit ~ z", PEOPLE, "logit")]
    made = table(fits, exponentiate=True, names=["a", "b"]).frame
    for name, fit in zip("ab", fits, strict=True):
        part = made.loc[made["model"] == name, list(fit.table)].reset_index(drop=True)
        pd.testing.assert_frame_equal(part, fit.table, check_dtype=False)


def test_a_predictor_in_small_units_is_not_rounded_to_nothing():
    made = table(cs.fit("y ~ income", PEOPLE.assign(income=PEOPLE["x"] * 5000)))
    b, error, *_ = rows(made)["income"]
    assert re.fullmatch(r"−?0\.0000\d+", b)
    assert re.fullmatch(r"0\.0000[1-9]\d?", error)


@given(st.floats(allow_nan=True, allow_infinity=True), st.integers(0, 6))
def test_numbers_have_a_true_minus_and_nothing_is_minus_zero(value, digits):
    shown = estimate(value, digits)
    assert "-" not in shown
    assert not re.fullmatch(r"−0(\.0*)?", shown)
    assert len(shown) <= 18


def missing(count):
    return PEOPLE.assign(x=PEOPLE["x"].mask(np.arange(N) < count))


def test_few_respondents_do_not_follow_from_numbers_beside_each_other():
    made = table([cs.fit("y ~ z", PEOPLE), cs.fit("y ~ x + z", missing(4))])
    assert rows(made)["N"] == ["about 400", "about 400"]
    assert "(2) Fewer than 10 rows with missing values are left out." in made.grid.notes[0]
    lost = table([cs.fit("y ~ x", missing(30)), cs.fit("y ~ x", missing(33))])
    assert "About 30 rows" in lost.grid.notes[0]
    assert rows(lost)["N"] == ["about 370", "about 370"]
    assert not re.search(r"\b(?:33|367)\b", repr(lost))
    far = table([cs.fit("y ~ z", PEOPLE), cs.fit("y ~ x + z", missing(40))])
    assert rows(far)["N"] == ["400", "360"]


HIDING = PEOPLE.assign(
    rare=["a"] * 4 + ["b"] * (N - 4), few=[1] * 4 + [0] * (N - 4), seldom=[3] * 5 + [0] * (N - 5)
)
# The rare kind stays four periods each: few people, though sixteen rows.
LONG = HIDING.assign(until=np.where(HIDING["rare"] == "a", 4, HIDING["until"]))


@pytest.mark.parametrize(
    "fit",
    [
        lambda: cs.fit("y ~ rare", HIDING),
        lambda: cs.fit("few ~ x", HIDING, "logit"),
        lambda: cs.fit("seldom ~ x", HIDING, "poisson"),
        lambda: cs.fit("count ~ rare", HIDING, "poisson"),
        lambda: cs.fit("count ~ x | rare", HIDING, "hurdle_poisson"),
        lambda: mixed("y ~ rare", HIDING, "1 | group"),
        lambda: cox("until + left ~ rare", HIDING),
        lambda: cox("until + few ~ x", HIDING),
        lambda: discrete_hazard("until + left ~ rare", LONG, baseline="linear"),
        lambda: pooled([cs.fit("y ~ rare", HIDING), cs.fit("y ~ rare", HIDING)]),
        lambda: [cs.fit("y ~ x", PEOPLE), cs.fit("y ~ rare", HIDING)],
    ],
)
@pytest.mark.filterwarnings("ignore::confstudy.models.fit.FitWarning")
def test_what_could_reveal_a_respondent_is_refused(fit):
    with pytest.raises(DisclosureRefused, match="The table of models is not released"):
        table(fit())


def test_counts_are_numbers_whose_every_value_need_not_be_frequent():
    fit = cs.fit("count ~ x", PEOPLE, "negbin")
    assert PEOPLE["count"].value_counts().min() < 10
    assert table(fit).decision.status == "pass"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"fits": []}, "no model to show"),
        ({"fits": 3}, "int is no fitted model"),
        ({"names": ["a", "b"]}, "as many names as there are models"),
        ({"names": "ab"}, "a list of as many names"),
        ({"style": "apa7"}, "Did you mean 'apa'"),
        ({"digits": 9}, "from 0 to 6"),
        ({"exponentiate": True}, "No model has a ratio"),
        ({"fits": SimpleNamespace(table=pd.DataFrame({"term": []}), problems=())}, "it lacks"),
        (
            {"fits": SimpleNamespace(table=cs.fit("y ~ x", PEOPLE).table, problems=())},
            "does not say whom",
        ),
    ],
)
def test_what_cannot_be_shown_is_told(arguments, said):
    asked = {"fits": cs.fit("y ~ x", PEOPLE)} | arguments
    with pytest.raises(AnalysisError, match=said):
        table(asked.pop("fits"), **asked)


def test_a_table_is_captioned_headed_and_escaped():
    html = Table(pd.DataFrame({"item": ["<b>"], "n": [1234]}), "Counts & more").html
    assert "<caption>Counts &amp; more</caption>" in html
    assert '<th scope="col">item</th>' in html
    assert '<th scope="row">&lt;b&gt;</th>' in html
    assert '<td class="number">1,234</td>' in html


def test_missing_numbers_are_dashes_and_negative_ones_have_a_minus():
    assert number(float("nan")) == "–"
    assert number(-1.005, 1) == "−1.0"
    assert percent(float("inf")) == "–"
    assert interval(-1, 2, 0) == "[−1, 2]"


def test_words_are_listed_as_in_a_sentence():
    assert [join(words) for words in (["a"], ["a", "b"])] == ["a", "a and b"]


def test_a_model_s_table_shows_odds_ratios_with_their_intervals():
    table = pd.DataFrame(
        {
            "term": ["x"],
            "estimate": [0.0],
            "std_error": [1.0],
            "p_value": [0.0004],
            "conf_low": [-1.0],
            "conf_high": [1.0],
        }
    )
    row = model_table(table, {"x": "Privacy"}, ratio=True).iloc[0]
    assert row.tolist() == ["Privacy", 0.0, 1.0, 1.0, "0.37 to 2.72", "< .001"]
