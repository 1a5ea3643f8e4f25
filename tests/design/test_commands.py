import json

import pytest

from confstudy.design.commands import powered
from confstudy.errors import DeclarationError

TEXT = """\
model: {two_arms: 0.5, per_arm: 64}
seed: 1
estimands: [{ate: y, arm: [treated, control]}]
answers: [{difference: y, by: arm}]
replications: 500
"""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "design.yaml"
    path.write_text(TEXT)
    return path


def test_a_file_is_diagnosed_and_goes_on_from_its_record(path, tmp_path):
    found, again = (powered(path, record=tmp_path / "kept") for _ in range(2))
    (row,) = json.loads(found.json)["table"]
    assert (row["replications"], row["usable"]) == (500, 500)
    assert row["power"] == pytest.approx(0.8015, abs=4 * row["power_mcse"])
    assert found.json == again.json
    assert "y by arm, t test" in str(found)


def test_a_number_is_gone_over_and_a_size_is_found(path):
    path.write_text(f"{TEXT}find: {{n: {{power: .8, replications: 1000}}}}\n")
    found = powered(path, over=["n=60,120"])
    told = json.loads(found.json)
    assert [row["n"] for row in told["table"]] == [60, 120]
    (size,) = told["sizes"]
    assert size["conf_low"] < 128 < size["conf_high"]


def test_one_way_to_stop_is_given(path):
    with pytest.raises(DeclarationError, match="not both"):
        powered(path, replications=500, until=0.005)
