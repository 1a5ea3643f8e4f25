import pandas as pd
import pytest

import confstudy as cs
from confstudy.codebook.read import read_codebook
from confstudy.study.standin import stand_in, write_stand_in

BOOK = {
    "name": "wave",
    "protection": {"suppress": ["age"]},
    "design": {"weight": "w", "cluster": "site"},
    "variables": {
        "email": {"drop": "identifier"},
        "age": {"bands": {"18–39": [18, 39], "40+": [40, 99]}, "role": "quasi_identifier"},
        "conceals": {"source": "Do you?", "type": "binary", "levels": {"0": "No", "1": "Yes"}},
        "visits": {"type": "numeric", "range": [0, 12]},
        "share": {"type": "numeric", "range": [0, 1]},
        "q_1..4": {"type": "item"},
        "site": {"type": "code", "role": "cluster"},
        "w": {"type": "numeric", "role": "weight"},
    },
    "scales": {"trust": {"items": "q_1..4", "reverse": ["q_2"], "points": [1, 5]}},
}


@pytest.fixture(scope="module")
def book():
    return read_codebook(BOOK)


def test_the_seed_decides(book):
    first, again, other = (stand_in(book, 300, seed)[0] for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


def test_answers_fit_the_codebook_and_are_marked_as_nobodys(book, tmp_path):
    write_stand_in(book, tmp_path / "s.parquet", 600, seed=1)
    survey = cs.load(tmp_path / "s.parquet")
    assert survey.synthetic
    assert "nobody" in survey.codebook.source
    frame = survey.frame
    assert list(frame) == [name for name in book.variables if name != "email"]
    assert frame["visits"].dropna().between(0, 12).all()
    assert frame["share"].dropna().between(0, 1).all()
    assert frame[["site", "w"]].notna().all().all()
    assert frame["w"].between(0.5, 1.5).all()
    shares = frame["conceals"].value_counts(normalize=True)
    assert shares["Yes"] == pytest.approx(0.5, abs=4 * 0.5 / 600**0.5)
    assert frame["conceals"].isna().mean() == pytest.approx(0.03, abs=4 * 0.17 / 600**0.5)


def test_items_of_a_scale_have_half_of_their_variance_in_common(book, tmp_path):
    write_stand_in(book, tmp_path / "s.parquet", 2000, seed=1)
    scores = cs.score(cs.load(tmp_path / "s.parquet"))
    # Four parallel items that correlate .5 have an alpha of .8; five points take a little.
    assert 0.75 < scores.table["alpha"].iloc[0] < 0.82
