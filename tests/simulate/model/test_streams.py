import subprocess
import sys

import numpy as np
import pytest
from scipy.stats import kstest

from confstudy.errors import StructureError
from confstudy.simulate.model.streams import Streams

N = 400_000
#: One in some 3,000 sound generators would fail a test at this level.
LEVEL = 3e-4


def columns(draw):
    """Different names, seeds, replications and distant rows."""
    return np.stack(
        [
            *(getattr(Streams(1), draw)(name, N) for name in ("P", "T", "p", "P:therapist")),
            getattr(Streams(2), draw)("P", N),
            getattr(Streams(1, replication=1), draw)("P", N),
            getattr(Streams(1, replication=2**32 - 1), draw)("P", N),
            getattr(Streams(1), draw)("P", N, start=2**34 + 4),
        ]
    )


NORMAL, UNIFORM = columns("normal"), columns("uniform")


@pytest.mark.parametrize("column", NORMAL)
def test_normal_numbers_have_their_moments_and_their_distribution(column):
    for power, moment in enumerate([0, 1, 0, 3, 0, 15], start=1):
        spread = np.sqrt(np.prod(np.arange(1, 2 * power, 2.0)) - moment**2)
        assert abs((column**power).mean() - moment) < 4 * spread / np.sqrt(N)
    assert kstest(column, "norm").pvalue > LEVEL


@pytest.mark.parametrize("column", UNIFORM)
def test_uniform_numbers_have_their_moments_and_their_distribution(column):
    assert abs(column.mean() - 0.5) < 4 * np.sqrt(1 / 12 / N)
    assert abs(column.var() - 1 / 12) < 4 * np.sqrt(1 / 180 / N)
    assert column.min() > 0
    assert column.max() < 1
    assert kstest(column, "uniform").pvalue > LEVEL


@pytest.mark.parametrize("transform", [np.abs, np.asarray], ids=["size", "value"])
def test_columns_seeds_replications_and_rows_are_unrelated(transform):
    neighbours = np.stack([NORMAL[0], *(np.roll(NORMAL[0], lag) for lag in (1, 2, 3, 4, 8))])
    for drawn in (NORMAL, neighbours, np.stack([NORMAL[0], UNIFORM[0] - 0.5])):
        r = np.corrcoef(transform(drawn))
        assert abs(r[np.triu_indices(len(r), 1)]).max() < 4.5 / np.sqrt(N)


def test_seeds_and_replications_in_a_row_are_unrelated():
    by_seed = np.stack([Streams(seed).normal("P", 50) for seed in range(2_000)])
    by_replication = Streams(1).normals("P", n=50, replications=2_000)
    for drawn in (by_seed, by_replication):
        means = drawn.mean(axis=1) * np.sqrt(50)
        assert kstest(means, "norm").pvalue > LEVEL
        assert abs(np.corrcoef(means[1:], means[:-1])[0, 1]) < 4 / np.sqrt(2_000)


def test_no_two_columns_hold_the_same_numbers():
    assert len({column[:50].tobytes() for column in (*NORMAL, *UNIFORM)}) == 16


@pytest.mark.parametrize("draw", ["normal", "uniform"])
def test_many_replications_are_each_of_them(draw):
    many = getattr(Streams(5, replication=3), f"{draw}s")("P", n=77, replications=6, start=9)
    each = [getattr(Streams(5, replication=3 + k), draw)("P", 77, start=9) for k in range(6)]
    assert many.tobytes() == np.stack(each).tobytes()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Streams(-1),
        lambda: Streams(1, replication=-1),
        lambda: Streams(1, replication=2**32),
        lambda: Streams(1, replication=2**32 - 1).normals("P", 3, replications=2),
        lambda: Streams(1).uniform("P", 3, start=-1),
    ],
)
def test_what_cannot_be_counted_is_refused(wrong):
    with pytest.raises(StructureError, match=r"replication.* 2³²"):
        wrong()


def test_nothing_is_compiled_before_a_number_is_drawn():
    script = (
        "import sys, confstudy as cs; from confstudy.simulate.model.read import read_structure; "
        "read_structure('therapy'); assert 'numba' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
