import pandas as pd

from confstudy.show.tables import Table, model_table
from confstudy.show.words import interval, join, number, percent


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
