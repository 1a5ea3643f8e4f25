import numpy as np
import pandas as pd
import pytest

from confstudy.codebook.read import read_codebook
from confstudy.survey.recode import MISSING_REASONS, decode


def decoded(cells, variable, **codebook):
    book = read_codebook({"name": "t", "variables": {"x": variable}, **codebook})
    return decode(pd.Series(cells, dtype=object), "x", book)


def reasons(result):
    return [MISSING_REASONS[code - 1] if code else "" for code in result.reasons]


def test_levels_come_out_as_ordered_categories():
    result = decoded(["Yes", "No", "Yes"], {"type": "ordinal", "levels": ["No", "Yes"]})
    assert result.decoded.tolist() == ["Yes", "No", "Yes"]
    assert result.decoded.cat.ordered
    assert result.recodes == {}


def test_codes_of_any_number_type_meet_their_labels():
    levels = {"1": "Yes", "2": "No"}
    for cells in (["1", "2"], [1, 2], [1.0, 2.0], ["1.0", " 2 "]):
        assert decoded(cells, {"levels": levels}).decoded.tolist() == ["Yes", "No"]


def test_spaces_and_case_do_not_make_another_level():
    result = decoded(["  yes", "NO\u00a0"], {"levels": ["No", "Yes"]})
    assert result.decoded.tolist() == ["Yes", "No"]


def test_recodes_are_counted():
    variable = {"levels": ["Man", "Woman"], "recode": {"Man": ["m", "male"], "Woman": ["f"]}}
    result = decoded(["m", "Male", "f", "Woman", ""], variable)
    assert result.decoded.tolist()[:4] == ["Man", "Man", "Woman", "Woman"]
    assert result.recodes == {("m", "Man"): 1, ("male", "Man"): 1, ("f", "Woman"): 1}
    assert len(result.spellings) == 4


def test_each_missing_answer_keeps_its_reason():
    variable = {"levels": ["No", "Yes"], "missing": {"refused": ["-9"], "not_asked": ["Skip*"]}}
    result = decoded(["Yes", "-9", "Skipped, coded 2", "", None, "NA"], variable)
    assert reasons(result) == ["", "refused", "not_asked", "blank", "blank", "blank"]


def test_a_variable_s_own_missing_code_goes_before_the_common_one():
    variable = {"levels": ["No"], "missing": {"not_asked": ["NA"]}}
    result = decoded(["NA"], variable, missing={"lost": ["NA"]})
    assert reasons(result) == ["not_asked"]


def test_a_level_goes_before_a_missing_code():
    variable = {"levels": ["No", "Don't know", "Yes"]}
    result = decoded(["Don't know"], variable, missing={"dont_know": ["Don't know"]})
    assert reasons(result) == [""]


def test_numbers_out_of_range_are_missing_and_counted():
    cells = ["-1726", "5", "37", "329", "99999999999", "1e999", "nan"]
    result = decoded(cells, {"type": "numeric", "range": [18, 80]})
    np.testing.assert_array_equal(result.decoded, [np.nan, np.nan, 37, *[np.nan] * 4])
    assert reasons(result).count("out_of_range") == 5


def test_bands_take_both_ends():
    variable = {"type": "ordinal", "bands": {"18-24": [18, 24], "25+": [25, 80]}}
    result = decoded(["18", "24", "25", "81"], variable)
    assert result.decoded.tolist()[:3] == ["18-24", "18-24", "25+"]
    assert reasons(result)[3] == "out_of_range"


@pytest.mark.parametrize(
    ("policy", "refused"), [("refuse", {"": 1}), ("missing", {}), ("Other", {})]
)
def test_what_no_rule_covers_follows_the_declared_policy(policy, refused):
    variable = {"levels": ["Yes", "Other"], "unlisted": policy}
    result = decoded(["Yes", "perhaps"], variable)
    assert result.refused == refused


def test_numbers_can_be_recoded_from_words():
    variable = {"type": "numeric", "recode": {1: ["Excellent"], 2: ["Good"]}}
    assert decoded(["Good", "Excellent"], variable).decoded.tolist() == [2.0, 1.0]


@pytest.mark.parametrize(
    ("repairs", "values", "refused"),
    [(["decimal_commas"], [3.5, 2, -0.25], {}), ([], [np.nan, 2, np.nan], {"comma": 2})],
)
def test_decimal_commas_are_read_where_declared_and_never_lost(repairs, values, refused):
    variable = {"type": "numeric", "unlisted": "missing"}
    result = decoded(["3,5", "2", "-,25"], variable, repairs=repairs)
    np.testing.assert_array_equal(result.decoded, values)
    assert result.refused == refused


def test_a_non_breaking_space_is_no_obstacle_to_a_repair():
    variable = {"levels": ["voilà", "non"]}
    result = decoded(["voil\u00c3\u00a0", "non"], variable, repairs=["wrong_encoding"])
    assert result.decoded.tolist() == ["voilà", "non"]


def test_items_take_the_points_of_their_scale():
    book = {
        "name": "t",
        "variables": {"x": {"type": "item"}},
        "scales": {"s": {"items": ["x"], "points": [1, 5]}},
    }
    result = decode(pd.Series(["0", "1", "5", "6"]), "x", read_codebook(book))
    assert reasons(result) == ["out_of_range", "", "", "out_of_range"]
