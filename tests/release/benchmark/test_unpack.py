"""The search for planted respondents finds them however they are packed."""

import numpy as np
import pytest

from tests.release.benchmark.planted import NUMBERS, canaries
from tests.release.benchmark.unpack import opened, packed

SAID = b"a quokka with 7,310,000 crowns"
PACKED = packed()


@pytest.mark.parametrize("way", PACKED)
def test_what_is_packed_once_is_found(way):
    assert canaries(PACKED[way](SAID)) == {"quokka", "7310000"}


@pytest.mark.parametrize("inner", ["zlib", "gzip", "zip", "PNG text"])
@pytest.mark.parametrize("outer", ["base64", "hex", "zip"])
def test_what_is_packed_twice_is_found(inner, outer):
    assert canaries(PACKED[outer](PACKED[inner](SAID))) == {"quokka", "7310000"}


@pytest.mark.parametrize(
    "said", ["income 7310000.25", "7.31e+06", "7\u202f310\u202f000", "-8642097"]
)
def test_numbers_are_found_as_they_are_written(said):
    assert canaries(said.encode())


def test_numbers_are_found_as_they_are_stored():
    assert canaries(b"..." + np.array([1.0, NUMBERS[2]]).tobytes()) == {"9753186.0"}


def test_text_of_a_pdf_is_read():
    typst = pytest.importorskip("typst")
    made = typst.compile(b"The income was 7310000, of a quokka.")
    assert canaries(made) == {"quokka", "7310000"}
    assert b"quokka" not in made


@pytest.mark.parametrize(
    "said", [b"17310000", b"a97531b", b"a cat with 2,000 crowns", b"7 310 000"]
)
def test_other_words_and_numbers_are_not(said):
    assert canaries(said) == frozenset()
    assert said not in opened(said)
