from datetime import date

import pytest

from confstudy.errors import ParameterError
from confstudy.report.params import checked, parameters_of

CELL = """\
from typing import Annotated, Literal
n: int = 600  # sample size
rate: float = 0.5
strict: bool = True
wave: str = "02134"
adjust: list[str] = ["age"]
family: Literal["ols", "logit"] = "ols"
share: Annotated[float, Field(ge=0, le=1)] = 0.2
cluster: str | None = None
most: int | None = None
sizes: list[int] = [10, 20]
since: date = "2024-01-31"
also: list[str] | None = None
point: Literal[1, 2, 3] = 1
step: Literal[-1, 1] | None = None
points: list[Literal[1, 2]] = [1]
few: Annotated[int, Field(ge=1, lt=10)] = 5
many: Annotated[list[int], Field(max_length=2)] = [1]
age: Optional[Annotated[int, Field(ge=18)]] = None
extra: Path = "extra.csv"
either: Literal["all", 5] = "all"
quoted: str = "a # b"  # a sign # inside
bare: str = "# none"
"""
DECLARED = parameters_of(CELL, "report.ipynb")


def given(name, value):
    return checked(DECLARED, {name: value})[name]


def test_names_types_defaults_and_comments_are_read_without_running():
    assert list(DECLARED)[:2] == ["n", "rate"]
    assert (DECLARED["n"].type, DECLARED["n"].default, DECLARED["n"].help) == (
        "int", 600, "sample size",
    )  # fmt: skip


def test_a_hash_inside_a_text_is_no_comment():
    assert (DECLARED["quoted"].default, DECLARED["quoted"].help) == ("a # b", "a sign # inside")
    assert (DECLARED["bare"].default, DECLARED["bare"].help) == ("# none", "")


def test_defaults_stand_where_nothing_is_given():
    assert checked(DECLARED, {})["adjust"] == ["age"]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("n", "42", 42),
        ("rate", "1e-3", 0.001),
        ("strict", "false", False),
        ("strict", "no", False),
        ("wave", "02134", "02134"),
        ("wave", "nan", "nan"),
        ("adjust", "age, gender", ["age", "gender"]),
        ("adjust", "", []),
        ("family", "logit", "logit"),
        ("share", "0.3", 0.3),
        ("cluster", "none", None),
        ("cluster", "clinic", "clinic"),
        ("cluster", "clinic_1", "clinic_1"),
        ("most", "", None),
        ("most", "30", 30),
        ("sizes", "1, 2", [1, 2]),
        ("since", "2025-02-28", "2025-02-28"),
        ("also", "age,gender", ["age", "gender"]),
        ("also", "none", None),
        ("n", "1_000", 1000),
        ("sizes", "1_000,2", [1000, 2]),
        ("wave", "1_000", "1_000"),
        ("strict", "on", True),
        ("strict", "0", False),
        ("point", "3", 3),
        ("step", "-1", -1),
        ("step", "none", None),
        ("points", "2,1", [2, 1]),
        ("few", "9", 9),
        ("many", "1,2", [1, 2]),
        ("age", "18", 18),
        ("age", "", None),
        ("extra", "../a b.csv", "../a b.csv"),
        ("either", "5", 5),
        ("either", "all", "all"),
    ],
)
def test_text_becomes_the_declared_type(name, text, expected):
    value = given(name, text)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("n", "many"),
        ("rate", "1_0.5"),
        ("rate", "nan"),
        ("rate", "inf"),
        ("rate", "1_000"),
        ("sizes", "1_000,many"),
        ("point", "4"),
        ("point", "1.0"),
        ("step", "-2"),
        ("few", "0"),
        ("few", "12"),
        ("since", "1700000000"),
        ("since", "2025-02-30"),
        ("since", "lately"),
        ("n", "1.5"),
        ("strict", "perhaps"),
        ("family", "probit"),
        ("share", "1.2"),
    ],
)
def test_a_value_of_another_type_is_refused_without_being_repeated(name, text):
    with pytest.raises(ParameterError, match=rf"Parameter '{name}' \(") as caught:
        given(name, text)
    assert text not in str(caught.value).replace(DECLARED[name].type, "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n", True),
        ("rate", False),
        ("sizes", [True]),
        ("wave", 2134),
        ("rate", float("nan")),
        ("since", 1700000000),
        ("n", 1.5),
        ("few", 10),
        ("age", 17),
        ("many", [1, 2, 3]),
        ("adjust", b"age, gender"),
    ],
)
def test_a_value_of_reports_toml_is_of_its_type_or_refused(name, value):
    with pytest.raises(ParameterError, match=rf"Parameter '{name}' \("):
        given(name, value)


def test_a_date_of_toml_becomes_text_that_a_cell_can_hold():
    assert given("since", date(2025, 2, 28)) == "2025-02-28"


def test_a_choice_that_does_not_exist_suggests_the_nearest():
    with pytest.raises(ParameterError, match=r"'ols' or 'logit'\. Did you mean 'logit'"):
        given("family", "logti")


def test_an_unknown_parameter_suggests_the_nearest():
    with pytest.raises(ParameterError, match=r"\[famly\]\. Did you mean 'family'"):
        checked(DECLARED, {"famly": "ols"})


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("n = 600", "should read 'name: type = default"),
        ("n: int = (", "is no Python"),
        ("api_key: str = 'x'", "looks like a secret"),
        ("github_token: str = ''", "looks like a secret"),
        ("n: int = 1\nn: int = 2", "'n' is declared twice"),
        ("n: 'int' = 1", "is no type of a parameter"),
        ("n: int() = 1", "is no type of a parameter"),
        ("n: Annotated[int, Field(ge=low)] = 1", "is no type"),
        ("n: Literal[1, 2] = 3", "should be 1 or 2"),
        ("n: Annotated[int, Field(ge=2)] = 1", "greater than or equal to 2"),
        ("n: DataFrame = 1", "is no type of a parameter"),
        ("n: int = 'six'", "Parameter 'n'"),
        ("n: date = 'six'", "Parameter 'n'"),
        ("n: int[str] = 1", r"'int\[str\]' is no type"),
        ("n: int = 2 * 300", "the default of 'n' is not a plain value"),
        ("n: list[int] = [i for i in range(3)]", "not a plain value"),
        ("n: date = date(2024, 1, 31)", "not a plain value"),
        ("n: float = other", "not a plain value"),
    ],
)
def test_a_cell_that_declares_no_parameters_is_refused(cell, expected):
    with pytest.raises(ParameterError, match=expected):
        parameters_of(cell, "report.ipynb")
