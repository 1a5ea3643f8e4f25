import pytest
from hypothesis import given
from hypothesis import strategies as st

from confstudy.codebook.lines import parse_yaml
from confstudy.codebook.read import bundled_codebooks, parse_codebook, read_codebook
from confstudy.codebook.runs import run
from confstudy.errors import CodebookError

SMALL = """\
name: small
variables:
  treatment: {type: binary, levels: [No, Yes], role: outcome}
  item_1..3: {type: item}
scales:
  trust:
    items: item_1..3
    reverse: [item_2]
    points: [1, 5]
"""


def problem(text: str) -> str:
    with pytest.raises(CodebookError) as caught:
        parse_codebook(text, "mine.yaml")
    return str(caught.value)


@pytest.mark.parametrize("name", bundled_codebooks())
def test_bundled_codebooks_are_valid(name):
    codebook = read_codebook(name)
    assert codebook.name == name
    assert codebook.title
    assert codebook.licence


def test_yes_and_no_stay_words():
    codebook = parse_codebook(SMALL)
    assert codebook.variables["treatment"].categories == ("No", "Yes")


def test_numbered_names_are_written_out():
    codebook = parse_codebook(SMALL)
    assert codebook.scales["trust"].items == ("item_1", "item_2", "item_3")
    assert set(codebook.variables) == {"treatment", "item_1", "item_2", "item_3"}


def test_numbered_sources_go_with_numbered_names():
    text = "name: x\nvariables:\n  p1..2: {type: item, source: Q7..8}\n"
    codebook = parse_codebook(text)
    assert [codebook.header(name) for name in ("p1", "p2")] == ["Q7", "Q8"]


def test_an_unknown_key_names_its_line_and_the_nearest_key():
    text = SMALL.replace("role: outcome", "rle: outcome")
    message = problem(text)
    assert message.startswith("mine.yaml, line 3: 'rle' is not known. Did you mean 'role'?")


def test_all_mistakes_are_told_at_once_each_with_its_line():
    text = SMALL.replace("reverse: [item_2]", "reverse: [itm_2]").replace("[1, 5]", "[5, 1]")
    message = problem(text)
    assert "mine.yaml, line 8: 'itm_2' is reverse-keyed but no item of 'trust'" in message
    assert "Did you mean 'item_2'?" in message
    assert "mine.yaml, line 9: scale 'trust': 'points' is [lowest, highest]." in message


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("levels: [No, Yes]", "levels: [No, Maybe, Yes]"), "binary and needs two levels"),
        (("type: binary", "type: binry"), "should be 'binary', 'categorical'"),
        (("item_1..3: {type: item}", "item_1..3: {type: numeric}"), "needs 'type: item'"),
        (("  treatment:", "  has treatment:"), "cannot stand in a formula"),
        (("[1, 5]", "[1, 5]\n    anchors: [low, high]"), "needs 5 anchors, one a point"),
        (("role: outcome}", "role: outcome, unlisted: guess}"), "'unlisted' is one of"),
        (("role: outcome}", "role: outcome, range: [9, 1]}"), "the range starts above its end"),
        (("name: small", "name: small\ndesign: {cluster: clinic}"), "'clinic' is not a variable"),
        (("name: small", "name: small\nprotection: {k: 3}"), "a k under 5 needs a 'reason'"),
        (("type: item}", "type: item, range: [0, 4]}"), "has another range than the points"),
        (("levels: [No, Yes]", "levels: [No, Yes, yes]"), "differ in case or spaces only"),
        (("role: outcome}", "missing: {lost: [yes]}}"), "a missing code that is one of its levels"),
        (
            ("role: outcome}", "recode: {No: [n], Yes: [N, y]}}"),
            "'treatment' recodes a spelling twice: [n]",
        ),
        (("type: item}", "type: item, levels: {1: low, high: 5}}"), "'levels' starts from numbers"),
        (("type: item}", "type: item, bands: {low: [1, 2]}}"), "has bands and so is ordinal"),
        (("type: binary", "type: code"), "is an open set of codes"),
        (
            ("name: small", "name: small\nprotection: {suppress: [treatment]}"),
            "only be suppressed if its role is quasi_identifier",
        ),
    ],
)
def test_what_is_wrong_is_said(change, expected):
    message = problem(SMALL.replace(*change))
    assert expected in message
    assert "mine.yaml, line " in message


def test_overlapping_bands_are_refused():
    text = "name: x\nvariables:\n  age:\n    type: ordinal\n    bands: {a: [1, 5], b: [5, 9]}\n"
    assert "mine.yaml, line 5: 'age': bands 'a' and 'b' overlap." in problem(text)


def test_a_key_given_twice_names_both_lines():
    text = SMALL + "name: again\n"
    assert problem(text) == "mine.yaml, line 10: 'name' stands already on line 1."


def test_broken_yaml_names_its_line():
    assert problem("name: x\nvariables: [a, b\n").startswith("mine.yaml, line 3: not valid YAML")


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a list\n", "just words"])
def test_a_file_that_is_no_codebook_is_refused(text):
    assert problem(text).startswith("mine.yaml")


@pytest.mark.parametrize(
    "text", ["a: !!python/object:x {}", "? [a, b]\n: c", "a: &x [*x]", "a: !x 1"]
)
def test_yaml_that_is_more_than_data_is_refused(text):
    assert problem(text).startswith("mine.yaml")


def test_an_unknown_name_lists_what_is_bundled():
    with pytest.raises(CodebookError, match=r"Did you mean 'therapy'\? Bundled: \[hints-7"):
        read_codebook("theraphy")


def test_a_codebook_that_is_not_utf8_is_refused(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_bytes(SMALL.replace("small", "größe").encode("latin-1"))
    with pytest.raises(CodebookError, match="a codebook is UTF-8 text"):
        read_codebook(path)


def test_a_mapping_is_a_codebook_too():
    codebook = read_codebook({"name": "m", "variables": {"x": {"type": "numeric"}}})
    assert codebook.label("x") == "x"


def test_a_label_of_nothing_is_an_error_with_the_nearest_name():
    with pytest.raises(CodebookError, match="Did you mean 'privacy'"):
        read_codebook("therapy").label("privcy")


@given(st.text(max_size=200))
def test_any_text_is_a_codebook_or_a_clear_error(text):
    with pytest.raises(CodebookError, match=r"codebook\.yaml"):
        parse_codebook(f"{text}\nnot a codebook")


@given(st.integers(0, 30), st.integers(0, 30))
def test_a_run_that_goes_up_has_every_number_once(first, more):
    expected = [f"q{number}" for number in range(first, first + more + 1)]
    assert run(f"q{first}..{first + more}") == expected


def test_zeros_in_front_are_kept():
    assert run("Q08..10") == ["Q08", "Q09", "Q10"]


@pytest.mark.parametrize(
    ("key", "source", "expected"),
    [
        ("p_6..1", "", "'p_6..1' is no run of numbers"),
        ("p_1..99999", "", "is no run of numbers"),
        ("p_1..6", "Q1..3", "stands for 6 variables, 'Q1..3' for 3 columns"),
    ],
)
def test_a_run_that_does_not_fit_is_refused(key, source, expected):
    source = f", source: {source}" if source else ""
    text = f"name: x\nvariables:\n  {key}: {{type: item{source}}}\n"
    message = problem(text)
    assert message.startswith("mine.yaml, line 3: ")
    assert expected in message


@pytest.mark.parametrize(
    ("yaml", "expected"),
    [
        ("x: {type: ordnal}", "Did you mean 'ordinal'?"),
        ("x: {role: quasi_identifer}", "Did you mean 'quasi_identifier'?"),
        ("x: {levels: [a, b], missing: {refusd: ['9']}}", "Did you mean 'refused'?"),
        ("x: {levels: north}", "should be a mapping, {name: value} or a list of labels."),
        ("x: {type: numeric, range: [low, 5]}", "should be a number."),
        ("x: {label: Safe? or not, type: numeric}\n  y: {label: a: b}", "needs quotation marks"),
        ("x:\n\t  type: item", "Indent with spaces, not tabs."),
        ("class: {type: numeric}", "'class' is a word of Python"),
    ],
)
def test_mistakes_are_told_in_plain_words_with_the_nearest(yaml, expected):
    message = problem(f"name: x\nvariables:\n  {yaml}\n")
    assert message.startswith("mine.yaml, line ")
    assert expected in message


def test_the_key_of_a_test_may_be_numbers():
    levels = {"type": "categorical", "levels": [1, 2, 3]}
    scale = {"items": ["q1"], "key": {"q1": 3}}
    book = {"name": "k", "variables": {"q1": levels}, "scales": {"known": scale}}
    assert read_codebook(book).scales["known"].key == {"q1": "3"}


def test_lines_are_known_for_every_place():
    document = parse_yaml(SMALL, "mine.yaml", CodebookError)
    assert document.where(("scales", "trust", "points")) == "mine.yaml, line 9"
    assert document.where(("scales", "trust", "nowhere")) == "mine.yaml, line 6"
