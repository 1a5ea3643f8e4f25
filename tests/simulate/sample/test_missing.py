import numpy as np
import pytest
from pydantic import ValidationError

from confstudy.codebook.read import read_codebook
from confstudy.errors import StructureError
from confstudy.simulate.model.read import read_structure
from confstudy.simulate.model.streams import Streams
from confstudy.simulate.sample.missing import Nonresponse
from confstudy.simulate.sample.respondents import answered, may_be_skipped, skipped

N = 60_000
STREAMS = Streams(3)
VALUES = {
    "P": STREAMS.normal("P", N),
    "A": np.arange(N) % 3.0,
    "E": (STREAMS.uniform("E", N) < 0.35).astype(float),
    "age": np.arange(N) // 20_000 * 1.0,
}
UNIT = {"rate": 0.65, "paths": {"P": 0.4}}
BOOK = read_codebook("therapy")


def model(**declared):
    nonresponse = Nonresponse.model_validate({"unit": UNIT, **declared})
    columns = {"arm": "A", "age_band": "age", "sensitive_topic": "E"}
    return read_structure("therapy").model_copy(
        update={"nonresponse": nonresponse, "columns": columns}
    )


def came(structure, mechanism, rate=None):
    return answered(structure, VALUES, STREAMS, mechanism, rate)


@pytest.mark.parametrize("rate", [None, 0.3])
@pytest.mark.parametrize("unit", [UNIT, {"intercept": 0.646, "paths": {"P": 0.4}}])
@pytest.mark.parametrize("mechanism", ["mcar", "mnar"])
def test_mechanisms_have_one_rate_and_only_mnar_moves_privacy(mechanism, unit, rate):
    found = came(model(unit=unit), mechanism, rate)
    expected = rate or 0.65
    assert abs(found.mean() - expected) < 4 * np.sqrt(expected * (1 - expected) / N) + 1e-3
    moved = VALUES["P"][found].mean() - VALUES["P"].mean()
    if mechanism == "mnar":
        assert moved > 0.1
    else:
        assert abs(moved) < 4 / np.sqrt(expected * N)


def test_with_none_everybody_answers_everything():
    structure = model(item=0.5)
    assert came(structure, "none").all()
    assert may_be_skipped(structure, BOOK, "none") == []


def test_paths_are_products_and_arms():
    odds = {"A[absolute]": 1.5, "E:P": 1.0}
    found = came(model(unit={"intercept": 0.0, "paths": odds}), "mnar")
    for arm, expected in ((0, 0.5), (2, 1 / (1 + np.exp(-1.5)))):
        group = (VALUES["A"] == arm) & (VALUES["E"] == 0)
        assert abs(found[group].mean() - expected) < 4 * 0.5 / np.sqrt(group.sum())
    sensitive = found & (VALUES["E"] == 1)
    assert VALUES["P"][sensitive].mean() > 0.2


def test_mar_moves_nothing_within_what_is_observed():
    observed = {"unit": {"rate": 0.5, "paths": {"age": 1.0, "A[absolute]": -1.0}}}
    structure = model(mar=observed)
    found = came(structure, "mar")
    assert abs(found.mean() - 0.5) < 4 * 0.5 / np.sqrt(N)
    assert VALUES["age"][found].mean() > 1.1
    assert abs(VALUES["P"][found].mean() - VALUES["P"].mean()) < 4 / np.sqrt(N / 2)


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ({}, r"declare 'nonresponse: \{mar: .* 'columns'\. Or ask for mcar, mnar or none"),
        ({"mar": {"unit": UNIT}}, r"shows in a column: \[A, E, age\]. The paths are \[P\]"),
        (
            {"mar": {"unit": {"rate": 0.5, "paths": {"age:P": 1}}}},
            r"The paths are \[age:P\]: change them, or ask for mnar",
        ),
        (
            {
                "mar": {
                    "unit": {"rate": 0.5, "paths": {"age": 1}},
                    "item": {"rate": 0.1, "paths": {"self": 1}},
                }
            },
            r"The paths are \[self\]",
        ),
        (
            {
                "mar": {
                    "unit": {"rate": 0.5, "paths": {"age": 1}},
                    "item": {"rate": 0.1, "columns": ["age_band"]},
                }
            },
            r"in a column: \[A, E\]",
        ),
        ({"unit": {"rate": 0.5, "paths": {"A": 1}}}, r"name an arm of it, such as A\[absolute\]"),
        ({"unit": {"rate": 0.5, "paths": {"A[full]": 1}}}, r"Arms of 'A' not found.*\[full\]"),
        ({"unit": {"rate": 0.5, "paths": {"Q7": 1}}}, r"Variables not found .*\[Q7\]"),
    ],
)
def test_a_mechanism_that_the_model_cannot_give_is_refused_with_the_remedy(declared, expected):
    mechanism = "mnar" if "unit" in declared else "mar"
    with pytest.raises(StructureError, match=expected):
        came(model(**declared), mechanism)


def test_items_of_scales_are_skipped_and_columns_where_declared():
    items = may_be_skipped(model(item=0.1), BOOK, "mcar")
    assert set(items) == {item for scale in BOOK.scales.values() for item in scale.items}
    more = may_be_skipped(model(item={"rate": 0.1, "columns": ["concealment"]}), BOOK, "mcar")
    assert set(more) - set(items) == {"concealment"}
    assert may_be_skipped(model(), BOOK, "mnar") == []
    wrong = model(item={"rate": 0.1, "columns": ["concealmnt"]})
    with pytest.raises(StructureError, match="Did you mean 'concealment'"):
        may_be_skipped(wrong, BOOK, "mcar")


def test_items_are_skipped_at_one_rate_by_their_own_answer_only_under_mnar():
    structure = model(item={"rate": 0.2, "paths": {"self": 1.0}, "sensitivity": {"b": 1.0}})
    answers = {name: STREAMS.normal(name, N) for name in "ab"}
    rows = np.arange(N)
    for mechanism, moved in (("mnar", True), ("mcar", False)):
        found = skipped(structure, ["a", "b"], VALUES, answers, STREAMS, mechanism, rows)
        assert abs((found["a"].mean() + found["b"].mean()) / 2 - 0.2) < 4 * 0.4 / np.sqrt(N)
        assert found["b"].mean() > found["a"].mean() + 0.1
        assert (answers["a"][found["a"]].mean() > 0.3) == moved


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ({"unit": {}}, "either the 'rate' to be met or the 'intercept'"),
        ({"item": 1.2}, "less than 1"),
        ({"item": {"rate": 0.1, "column": []}}, "Extra inputs"),
        (
            {"item": {"rate": 0.1, "paths": {"P": 1}}, "mar": {"unit": {"rate": 0.5}}},
            "give 'mar' an 'item' of its own",
        ),
    ],
)
def test_a_bad_declaration_says_what_is_allowed(declared, expected):
    with pytest.raises(ValidationError, match=expected):
        Nonresponse.model_validate({"unit": UNIT, **declared})


def test_the_variables_of_a_mechanism_are_known():
    declared = Nonresponse.model_validate(
        {
            "unit": {"rate": 0.5, "paths": {"E:P": 1, "A[full]": 2}},
            "item": {"rate": 0.1, "paths": {"self": 1, "T": 1, "self:S": 1}},
            "mar": {"unit": {"rate": 0.5, "paths": {"age": 1}}, "item": 0.1},
        }
    )
    assert declared.under("mnar").variables == {"E", "P", "A", "T", "S"}
    assert declared.under("mar").variables == {"age"}
    assert [term.names for term in declared.observed] == [("age",)]
    assert len(declared.terms) == 5
