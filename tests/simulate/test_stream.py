"""Draws of any length: the same rows and bytes however they are cut and shared out."""

import pyarrow.parquet as pq
import pytest

import confstudy as cs
from confstudy.errors import StructureError
from confstudy.simulate.stream import draw, draw_to
from confstudy.simulate.write import write_simulation

BOOK = """\
name: mine
design: {cluster: site}
variables:
  site: {type: code, role: cluster}
  age: {levels: [young, old]}
  trust_1: {type: item}
  trust_2: {type: item}
scales:
  trust: {items: [trust_1, trust_2], points: [1, 5]}
"""
MODEL = """\
name: mine
codebook: BOOK
variables:
  age: {kind: binary, share: 0.5}
  T: {paths: {age: 0.3}, noise: 1}
scales:
  trust: {of: T, alpha: 0.7}
columns:
  age: age
nonresponse:
  unit: {rate: 0.6, paths: {age: 1}}
  item: 0.02
"""


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


def test_chosen_columns_are_those_of_the_whole_draw_also_where_something_is_done():
    asked = {"clients": 3_000, "seed": 1, "do": {"A": "none", "E": 1}}
    some = draw("therapy", columns=["arm", "stigma"], window=700, **asked).to_pandas()
    whole = draw("therapy", **asked).to_pandas()
    assert list(some)[:2] == ["therapist", "arm"]
    assert some.shape[1] == 6
    assert some.equals(whole[list(some)])
    assert set(whole["arm"]) == {"none"}


def test_a_model_may_be_a_file(tmp_path):
    path = tmp_path / "mine.yaml"
    (tmp_path / "book.yaml").write_text(BOOK)
    model = MODEL.replace("BOOK", str(tmp_path / "book.yaml"))
    path.write_text(model)
    table = draw(path, clients=400, seed=1, window=100, workers=2)
    assert table.column_names == ["site", "age", "trust_1", "trust_2"]
    drawn = cs.simulate(str(path), clients=400, seed=1)
    assert drawn.everyone["age"].tolist() == table["age"].to_pylist()
    made = write_simulation(drawn, tmp_path / "s.parquet")
    assert cs.load(made.files[0]).n == drawn.answered.sum()
    assert "confstudy simulate mine.yaml --clients 400" in made.files[2].read_text()
    path.write_text(model.replace("rate: 0.6", "rate: 1.6"))
    with pytest.raises(StructureError, match=r"mine\.yaml, line 11: 'nonresponse\.unit\.rate'"):
        draw(path, clients=400, seed=1)


@pytest.mark.parametrize(
    "wrong",
    [{"clients": 0}, {"seed": -1}, {"therapists": 0}, {"columns": ["no"]}, {"do": {"no": 1}}],
)
def test_what_cannot_be_drawn_is_refused(wrong):
    with pytest.raises(StructureError, match=r"client|therapists|not found"):
        draw("therapy", **{"clients": 10, "seed": 1, **wrong})
