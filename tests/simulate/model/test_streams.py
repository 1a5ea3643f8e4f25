import numpy as np

from confstudy.simulate.model.streams import BLOCK, Streams


def test_a_column_is_the_same_however_long_it_is():
    long, short = Streams(5).normal("P", 3 * BLOCK // 2), Streams(5).normal("P", 100)
    assert np.array_equal(long[:100], short)


def test_columns_and_seeds_differ():
    drawn = [Streams(seed).uniform(name, 50) for seed in (1, 2) for name in ("P", "T")]
    assert len({column.tobytes() for column in drawn}) == 4


def test_columns_are_uncorrelated():
    columns = np.stack([Streams(1).normal(f"c{number}", 100_000) for number in range(6)])
    off = np.corrcoef(columns)[np.triu_indices(6, 1)]
    assert abs(off).max() < 4 / np.sqrt(100_000)


def test_numbers_have_the_moments_they_should():
    normal, uniform = Streams(3).normal("z", 400_000), Streams(3).uniform("u", 400_000)
    assert abs(normal.mean()) < 4 / np.sqrt(400_000)
    assert abs(normal.var() - 1) < 4 * np.sqrt(2 / 400_000)
    assert abs(uniform.mean() - 0.5) < 4 * np.sqrt(1 / 12 / 400_000)


def test_blocks_do_not_repeat():
    drawn = Streams(1).uniform("P", 2 * BLOCK)
    assert not np.array_equal(drawn[:BLOCK], drawn[BLOCK:])
