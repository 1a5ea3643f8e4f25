"""Headers of files without a header row are the first respondent's answers, and never repeated."""

import numpy as np
import pandas as pd
import pytest

from confstudy.privacy.headers import answers_in_header, shown_headers

RNG = np.random.default_rng(5)
GIVEN = "Anna Jan Maria Aisha Wei Priya Olga Kofi Luca Emma".split()
FAMILY = "Smith Jansen Dubois Rossi Novak Okafor Sharma Tanaka Silva Nagy".split()
NAMES = [f"{given} {family}" for given in GIVEN for family in FAMILY]
WORDS = "I my husband left house never again they found secret record crying alone night".split()
SAID = [" ".join(RNG.permutation(WORDS)[:8]) for _ in range(40)]
CODES = [f"{a}{b}{k:03}" for k, (a, b) in enumerate(zip("qwertyuiop", "asdfghjklz", strict=True))]

ANSWERS = {
    "a name": ("Olga Rossi", NAMES),
    "a given name": ("Emma", GIVEN),
    "a statement": ("they never found my secret record again", SAID),
    "a number of five digits": ("51877", RNG.integers(1000, 99_999, 40)),
    "a number with decimals": ("-1.19946", RNG.normal(size=40)),
    "a code like those below": ("p0007", [f"p{k:04}" for k in range(40)]),
    "an answer of several": ("Depressed", ["Depressed", "Anxious", "Neither"] * 12),
}
HEADERS = {
    "a question's number": ("q43", CODES),
    "a question": ("What happened in your therapy?", SAID),
    "an instruction": ("Please describe it in a few words", SAID),
    "a word over names": ("therapist", NAMES),
    "a person of a vignette": ("Anna", RNG.integers(1, 8, 40)),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_in_the_place_of_a_header_is_not_repeated(name):
    header, cells = ANSWERS[name]
    frame = pd.DataFrame({header: cells})
    assert answers_in_header(frame) == 1
    assert shown_headers(frame) == ["column 1 (its header looks like an answer)"]


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_is_repeated(name):
    header, cells = HEADERS[name]
    assert shown_headers(pd.DataFrame({header: cells})) == [header]
