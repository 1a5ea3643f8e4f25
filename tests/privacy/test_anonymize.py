import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from confstudy.codebook.read import read_codebook
from confstudy.errors import RecipeError
from confstudy.privacy.anonymize import Dropped, dropped, require_fitting, transformed
from confstudy.privacy.loss import loss_table, risk_table, utility_table
from confstudy.privacy.microaggregate import BLOCK, averaged, mdav
from confstudy.privacy.recipe import parse_recipe, read_recipe

BOOK = read_codebook(
    {
        "name": "b",
        "variables": {
            "age": {"type": "numeric", "range": [18, 90], "role": "quasi_identifier"},
            "income": {"type": "numeric"},
            "place": {"levels": ["Oslo", "Bergen", "Lima"], "role": "quasi_identifier"},
            "grade": {"type": "ordinal", "levels": ["low", "mid", "high"]},
            "clinic": {"type": "code", "role": "cluster"},
            "told": {"type": "binary", "levels": ["No", "Yes"], "asked_if": {"place": ["Lima"]}},
            "i_1": {"type": "item"},
            "i_2": {"type": "item"},
        },
        "scales": {"trust": {"items": ["i_1", "i_2"], "points": [1, 5]}},
        "design": {"cluster": "clinic"},
        "impossible": {"young": {"age": [18, 19]}, "rich": {"income": [1, 2]}},
    }
)


def frame(**changes):
    columns = {
        "age": [18.0, 29, 30, 90, None],
        "income": [1.0, 2, 3, 4, 100],
        "place": pd.Categorical(
            ["Oslo", "Bergen", "Lima", None, "Oslo"], ["Oslo", "Bergen", "Lima"]
        ),
        "grade": pd.Categorical(
            ["low", "mid", "high", "low", None], ["low", "mid", "high"], ordered=True
        ),
        "clinic": pd.Categorical(list("abcab")),
        "told": pd.Categorical(["No", "Yes", "No", "Yes", "No"], ["No", "Yes"]),
        "i_1": [1.0, 2, 3, 4, 5],
        "i_2": [1.0, 2, 3, 4, 5],
    }
    return pd.DataFrame({**columns, **changes})


def done(recipe, data=None):
    read = read_recipe(recipe)
    return transformed(frame() if data is None else data, read, BOOK, dropped(read, BOOK))


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("drop: [a]\nband: 1", 2, "'band' is not known"),
        ("coarsen:\n  age: {wdth: 10}", 2, "Did you mean 'width'"),
        ("coarsen:\n  age: {width: 10, groups: {a: [b]}}", 2, "needs one of 'bands'"),
        ("coarsen:\n  age:\n    bands: {a: [1, 5], b: [5, 9]}", 3, "'a' and 'b' overlap"),
        ("coarsen:\n  age:\n    bands: {a: [9, 5]}", 3, "starts above its end"),
        ("coarsen:\n  p:\n    groups: {a: [x], b: [X]}", 3, "a level in two groups"),
        ("top_code:\n  income: {percentile: 101}", 2, "less than 100"),
        ("top_code:\n  income: {}", 2, "a number or a percentile"),
        ("drop: [income]\ntop_code: {income: 5}", 2, "is dropped"),
        ("coarsen: {age: {width: 5}}\ntop_code: {age: 5}", 2, "outer bands cap it"),
        ("microaggregate:\n  variables: [a, a]", 2, "each once"),
        ("microaggregate:\n  variables: [a]\n  size: 1", 3, "greater than or equal to 2"),
        ("suppress: {k: 0}", 1, "greater than 0"),
        ("- a", 1, "a recipe is a mapping"),
    ],
)
def test_a_wrong_recipe_is_told_with_its_line(text, line, expected):
    with pytest.raises(RecipeError, match=expected) as caught:
        parse_recipe(text, "r.yaml")
    assert f"r.yaml, line {line}: " in str(caught.value)


@pytest.mark.parametrize(
    ("recipe", "expected"),
    [
        ({"drop": "emial"}, "no variable of the codebook and no column"),
        ({"drop": "incme"}, "Did you mean 'income'"),
        ({"drop": "i_1"}, "drop all of its items, or none"),
        ({"coarsen": {"plce": {"rest": "x"}}}, "Did you mean 'place'"),
        ({"coarsen": {"place": {"width": 5}}}, "by 'groups'"),
        ({"coarsen": {"age": {"rest": "x"}}}, "by 'bands' or 'width'"),
        ({"coarsen": {"place": {"groups": {"N": ["Olso"]}}}}, "Did you mean 'Oslo'"),
        ({"coarsen": {"clinic": {"groups": {"A": ["a"]}}}}, "need a 'rest'"),
        ({"coarsen": {"age": {"width": 0.1}}}, "over 200 bands"),
        ({"top_code": {"place": 5}}, "holds no numbers"),
        ({"top_code": {"i_1": 5}}, "is an item of 'trust'"),
        ({"microaggregate": {"variables": "grade"}}, "holds no numbers"),
        ({"suppress": {"k": 2}}, "a recipe may ask for more"),
        ({"suppress": {"order": ["income"]}}, "Quasi-identifiers not found"),
        ({"drop": "place", "suppress": {"order": ["place"]}}, "Quasi-identifiers not found"),
    ],
)
def test_a_recipe_that_does_not_fit_the_variables_is_told(recipe, expected):
    with pytest.raises(RecipeError, match=expected):
        done(recipe)


def test_the_line_of_a_step_that_does_not_fit_is_told():
    recipe = parse_recipe("name: x\ncoarsen:\n  place: {width: 5}\n", "r.yaml")
    with pytest.raises(RecipeError, match=r"r\.yaml, line 3: 'place' holds no numbers"):
        require_fitting(recipe, BOOK, Dropped())


@pytest.mark.parametrize(
    ("name", "change", "values", "kind"),
    [
        ("age", {"bands": {"–29": [18, 29], "30–": [30, 80]}},
         ["–29", "–29", "30–", None, None], "ordinal"),
        ("age", {"width": 20, "start": 10}, ["10–29", "10–29", "30–49", "90–109", None], "ordinal"),
        ("income", {"width": 2.5}, ["0 to under 2.5"] * 2 + ["2.5 to under 5"] * 2
         + ["100 to under 102.5"], "ordinal"),
        ("place", {"groups": {"Norway": ["oslo", "Bergen"]}},
         ["Norway", "Norway", "Lima", None, "Norway"], "categorical"),
        ("place", {"groups": {"N": ["Oslo"]}, "rest": "Elsewhere"},
         ["N", "Elsewhere", "Elsewhere", None, "N"], "categorical"),
        ("grade", {"groups": {"up": ["mid", "high"]}}, ["low", "up", "up", "low", None], "ordinal"),
        ("grade", {"groups": {"ends": ["low", "high"]}},
         ["ends", "mid", "ends", "ends", None], "categorical"),
        ("clinic", {"groups": {"big": ["a"]}, "rest": "small"},
         ["big", "small", "small", "big", "small"], "categorical"),
    ],
)  # fmt: skip
def test_coarsening_changes_the_column_and_its_entry(name, change, values, kind):
    result = done({"coarsen": {name: change}})
    column, entry = result.frame[name], result.codebook.variables[name]
    assert [None if pd.isna(v) else v for v in column] == values
    assert (entry.type, list(column.cat.categories)) == (kind, list(entry.categories))
    assert column.cat.ordered == (kind == "ordinal")
    assert entry.role == BOOK.variables[name].role


def test_numbers_that_no_band_holds_are_out_of_range():
    result = done({"coarsen": {"age": {"bands": {"young": [18, 29]}}}})
    assert result.blanked["out_of_range", "age"].tolist() == [False, False, True, True, False]


@pytest.mark.parametrize(
    ("recipe", "values", "span"),
    [
        ({"top_code": {"age": 30}}, [18, 29, 30, 30], (18, 30)),
        ({"bottom_code": {"age": 29}}, [29, 29, 30, 90], (29, 90)),
    ],
)
def test_limits_stand_for_what_is_beyond_them(recipe, values, span):
    result = done(recipe)
    assert result.frame["age"].dropna().tolist() == values
    assert result.codebook.variables["age"].range == span


def test_a_percentile_caps_the_numbers_beyond_it():
    data = pd.concat([frame()] * 5, ignore_index=True)
    result = done({"top_code": {"age": {"percentile": 50}}}, data)
    assert result.frame["age"].max() == 29.5
    assert result.codebook.variables["age"].range == (18, 90)


@pytest.mark.parametrize("part", [{"top_code": 99}, {"bottom_code": 1}])
def test_a_percentile_that_few_are_beyond_is_refused(part):
    data = pd.concat([frame()] * 4, ignore_index=True)
    recipe = {step: {"income": {"percentile": edge}} for step, edge in part.items()}
    with pytest.raises(RecipeError, match="'income': fewer than 5 respondents are beyond"):
        done(recipe, data)


def test_what_is_dropped_or_changed_leaves_the_rest_of_the_codebook():
    result = done({"drop": ["clinic", "i_1", "i_2"], "coarsen": {"place": {"rest": "all"}},
                   "top_code": {"age": 60}})  # fmt: skip
    book = result.codebook
    assert (book.design.cluster, book.scales, list(book.impossible)) == ("", {}, ["rich"])
    assert book.variables["told"].asked_if == {}
    assert list(result.frame) == [
        name for name in BOOK.kept if name not in ("clinic", "i_1", "i_2")
    ]


def test_a_column_takes_with_it_what_is_read_from_it():
    book = read_codebook({"name": "b", "variables": {"mail": {"type": "code", "source": "E-mail"}}})
    gone = dropped(read_recipe({"drop": ["E-mail", "ip"]}), book, ["E-mail", "ip"])
    assert (gone.variables, gone.columns) == ({"mail"}, {"ip"})


NUMBERS = st.lists(
    st.tuples(*[st.none() | st.sampled_from([0.0, 1, 2, 5, 5.5, 1e6])] * 2), min_size=1, max_size=60
).map(lambda rows: pd.DataFrame(rows, columns=["x", "y"], dtype=float))


@given(NUMBERS, st.integers(2, 7))
def test_microaggregated_values_are_shared_by_at_least_size(data, size):
    result, blanked = averaged(data, size)
    there = result.notna().any(axis=1)
    counts = result[there].astype(object).fillna("none").value_counts()
    assert counts.empty or counts.min() >= size
    for name in data:
        lost = data[name].notna() & result[name].isna()
        assert np.array_equal(lost, blanked[name])
        if not lost.any():
            assert result[name].sum() == pytest.approx(data[name].sum())


@given(NUMBERS, st.integers(2, 5))
def test_groups_have_size_to_two_size_minus_one(data, size):
    points = data.fillna(0).to_numpy()
    if len(points) >= size:
        sizes = np.bincount(mdav(points, size))
        assert size <= sizes.min() <= sizes.max() < 2 * size or len(points) < 2 * size


def test_the_order_of_the_rows_changes_no_mean():
    data = pd.DataFrame(np.random.default_rng(1).normal(size=(200, 3)), columns=list("xyz"))
    plain, _ = averaged(data, 5)
    shuffled, _ = averaged(data.sample(frac=1, random_state=2), 5)
    pd.testing.assert_frame_equal(shuffled.loc[plain.index], plain)


def test_mdav_takes_the_farthest_row_with_its_nearest_then_the_one_opposite():
    points = np.array([[0.0], [1], [2], [50], [51], [52], [100], [101], [103]])
    assert mdav(points, 3).tolist() == [1, 1, 1, 2, 2, 2, 0, 0, 0]


def test_large_data_are_grouped_in_blocks():
    points = np.random.default_rng(3).normal(size=(BLOCK + 10, 1))
    sizes = np.bincount(mdav(points, 500))
    assert 500 <= sizes.min() <= sizes.max() < 1000


def test_loss_counts_what_changed_and_what_was_blanked():
    before = frame()
    after = done({"drop": "clinic", "top_code": {"income": 4},
                  "coarsen": {"grade": {"groups": {"up": ["mid", "high"]}}}}).frame  # fmt: skip
    after["place"] = after["place"].mask([True, False, False, False, False])
    table = loss_table(before, after).set_index("variable")
    assert table["changed"].to_dict() == {"income": 0.2, "place": 0, "grade": 0.4, "clinic": 0}
    assert table["suppressed"].to_dict() == {"income": 0, "place": 0.2, "grade": 0, "clinic": 1}
    assert table.loc["income", ["mean_before", "correlation"]].isna().all()
    assert table.loc["grade", ["values_before", "values_after"]].tolist() == [3, 2]
    # Of five, two became 'up': one bit for each of them.
    assert table.loc["grade", "entropy_lost"] == pytest.approx(0.4)
    # The two in Oslo: one is blank now, as one was before.
    assert table.loc["place", "entropy_lost"] == pytest.approx(0.4)


def test_loss_tells_means_where_enough_numbers_changed():
    before = pd.concat([frame()] * 10, ignore_index=True)
    table = loss_table(before, before.assign(income=before["income"].clip(upper=4)))
    assert table.loc[0, ["mean_before", "mean_after"]].tolist() == [22, 2.8]


def test_risk_and_utility_stand_before_and_after():
    levels = BOOK.variables["place"].categories
    place = pd.Categorical(["Oslo"] * 6, levels)
    data = pd.DataFrame({"age": [20.0] * 5 + [60], "place": place})
    coarse = transformed(
        data, read_recipe({"coarsen": {"age": {"width": 100}}}),
        BOOK.model_copy(update={"variables": {n: BOOK.variables[n] for n in data}, "scales": {}}),
        Dropped(),
    )  # fmt: skip
    both = (data, coarse.codebook), (coarse.frame, coarse.codebook)
    risk = risk_table(*both).set_index("measure")[["before", "after"]]
    assert risk.loc["k"].tolist() == [1, 6]
    assert risk.loc["alone in their group"].tolist() == [1, 0]
    assert risk.loc["in groups under k"].tolist() == [1, 0]
    assert risk.loc["unique by two or fewer"].tolist() == [1, 0]
    use = utility_table(*both).set_index("measure")[["before", "after"]]
    assert use.loc["average group size"].tolist() == [3, 6]
    assert use.loc["discernibility"].tolist() == [26, 36]


def test_the_hash_is_of_the_content_and_the_steps_hold_no_level():
    recipe = parse_recipe("coarsen: {age: {bands: {secret: [1, 2]}}}\nsuppress: {k: 7, l: 3}")
    same = parse_recipe(
        "# noted\ncoarsen:\n  age: {bands: {secret: [1.0, 2]}}\nsuppress: {l: 3, k: 7}"
    )
    assert recipe.sha256 == same.sha256
    assert recipe.steps == ("coarsen age into 1 bands", "suppress for k = 7 and l = 3")
    assert "secret" not in repr(recipe)
