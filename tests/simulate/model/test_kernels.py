"""The compiled loops: published words, exact quantiles, the same bytes for a row alone."""

import numpy as np
import pytest
from scipy.special import ndtri

from confstudy.simulate.measure.items import Solved
from confstudy.simulate.measure.measurement import likert
from confstudy.simulate.measure.styles import Styles, answers_of
from confstudy.simulate.model import kernels
from confstudy.simulate.model.streams import Streams

KEY = Streams(1).keys(["P"])[0]


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        ((0, 0, 0, 0), (0, 0), "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            "d16cfe09 94fdcceb 5001e420 24126ea1",
        ),
    ],
    ids=["zeros", "ones", "pi"],
)
def test_philox_gives_the_known_answers_of_random123(counter, key, expected):
    out = np.empty(4, np.uint32)
    c0, c1, c2, c3 = counter
    kernels.fill_words(out, np.uint64(c0 + (c1 << 32)), c2, c3, np.array(key, np.uint64))
    assert " ".join(f"{word:08x}" for word in out) == expected


def words_of(kind, blocks):
    out = np.empty(4 * blocks, np.uint32)
    kernels.fill_words(out, 0, 0, kind, KEY)
    return out


def test_normal_numbers_are_the_quantiles_of_their_words():
    n = 400_000
    chance = (words_of(0, n // 4) + 0.5) / 2**32
    np.testing.assert_allclose(Streams(1).normal("P", n), ndtri(chance), rtol=1e-6, atol=1e-12)


def test_uniform_numbers_are_two_words_each():
    words = words_of(1, 500).astype(np.uint64)
    expected = ((words[0::2] << np.uint64(20) | words[1::2] >> np.uint64(12)) + 0.5) * 2.0**-52
    assert np.array_equal(Streams(1).uniform("P", 1000), expected)


@pytest.mark.parametrize("draw", ["normal", "uniform"])
def test_a_row_drawn_alone_has_the_same_bytes(draw):
    streams = Streams(8)
    whole = getattr(streams, draw)("P", 2_100)
    alone = [getattr(streams, draw)("P", 1, start=row) for row in range(2_100)]
    assert np.concatenate(alone).tobytes() == whole.tobytes()
    for start, n in ((1, 2_000), (1_023, 30), (1_025, 1_075), (7, 0), (2**40 + 3, 1_500)):
        part = getattr(streams, draw)("P", n, start=start)
        again = getattr(streams, draw)("P", n + 3, start=start - 1)
        assert part.tobytes() == again[1 : n + 1].tobytes()


@pytest.mark.parametrize(("start", "n"), [(0, 5_000), (3, 1_021), (1_022, 7), (6, 0)])
def test_answers_are_those_of_whole_columns(start, n):
    solved = {"a": Solved(0.8, np.array([-0.4, 0.9])), "b": Solved(0.3, np.array([0.0, 1.2]))}
    latent = Streams(2).normal("P", n, start)
    found = answers_of(latent, solved, (1, 3), ["b"], Styles(), Streams(2), start)
    for name, item in solved.items():
        own = Streams(2).normal(name, n, start)
        expected = likert(latent, own, item.loading, (1, 3), reverse=name == "b", cuts=item.cuts)
        assert np.array_equal(found[name], expected)


def test_answers_with_styles_are_shifted_and_stretched():
    styles, streams, n = Styles(acquiescence=0.6, extremity=0.5), Streams(2), 3_000
    solved = {"a": Solved(0.8, np.array([-0.4, 0.9])), "b": Solved(0.3, np.array([0.0, 1.2]))}
    latent = streams.normal("P", n)
    found = answers_of(latent, solved, (1, 3), ["b"], styles, streams)
    stretch = np.exp(0.5 * streams.normal("style:extremity", n))
    for name, item in solved.items():
        sign = -1 if name == "b" else 1
        own = item.loading * latent + np.sqrt(1 - item.loading**2) * streams.normal(name, n)
        shifted = own + sign * 0.6 * streams.normal("style:acquiescence", n)
        keyed = 1 + (shifted[:, None] / np.sqrt(1.36) * stretch[:, None] > item.cuts).sum(axis=1)
        assert np.array_equal(found[name], 4 - keyed if name == "b" else keyed)


def test_places_count_equal_numbers_in_their_order():
    out = np.empty(6, np.int32)
    kernels.fill_places(out, np.array([0.5, 0.2, 0.5, 0.9, 0.1, 0.1]), np.array([0, 3, 3, 6]))
    assert out.tolist() == [1, 0, 2, 2, 0, 1]
