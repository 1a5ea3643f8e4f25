"""Draws of any length: the same rows and bytes however they are cut and shared out."""

import pyarrow.parquet as pq
import pytest

import confstudy as cs
from confstudy.errors import StructureError
from confstudy.simulate.stream import draw, draw_to


@pytest.fixture(scope="module")
def bytes_of_one(tmp_path_factory):
    path = tmp_path_factory.mktemp("draw") / "one.parquet"
    return draw_to(path, clients=140_000, seed=4).read_bytes()


@pytest.mark.parametrize(
    ("window", "workers"), [(50_001, 1), (200_000, 1), (40_000, 2), (30_000, 3)]
)
def test_the_same_bytes_for_any_window_and_number_of_workers(
    tmp_path, bytes_of_one, window, workers
):
    path = draw_to(tmp_path / "d.parquet", clients=140_000, seed=4, window=window, workers=workers)
    assert path.read_bytes() == bytes_of_one


def test_a_draw_holds_the_clients_of_the_simulation_with_its_seed():
    table = draw("therapy", clients=3_000, seed=1, window=700).to_pandas()
    everyone = cs.simulate("therapy", clients=3_000, seed=1, nonresponse="none").everyone
    assert list(table) == list(everyone)
    for name in everyone:
        assert (table[name].astype(str) == everyone[name].astype(str)).all()


def test_a_file_is_told_of_and_read_back(tmp_path):
    seen = []
    path = draw_to(
        tmp_path / "d.parquet", clients=9_000, seed=2, window=4_000,
        told=lambda done, of: seen.append((done, of)),
    )  # fmt: skip
    assert seen[-1] == (9_000, 9_000)
    assert len(seen) == 3
    assert pq.read_metadata(path).num_rows == 9_000
    assert pq.read_table(path).equals(pq.read_table(draw_to(path, clients=9_000, seed=2)))


def test_an_interrupted_draw_leaves_nothing_behind(tmp_path):
    path = tmp_path / "d.parquet"

    def stop(done, of):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        draw_to(path, clients=9_000, seed=2, window=4_000, told=stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wrong", [{"clients": 0}, {"seed": -1}, {"therapists": 0}])
def test_what_cannot_be_drawn_is_refused(wrong):
    with pytest.raises(StructureError, match="A draw needs a client or more"):
        draw("therapy", **{"clients": 10, "seed": 1, **wrong})
