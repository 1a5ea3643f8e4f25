"""What the benchmark's notebooks show may not be published, whether an audit finds it or not."""

from pathlib import Path

import nbformat
import pytest

from confstudy.errors import DisclosureRefused
from confstudy.report.gate import Gate
from tests.release.audit.fragments import fragment
from tests.release.audit.leaks import LEAKS, LISTED
from tests.release.audit.leaks_people import study


def assert_refused(made, tmp_path):
    gate = Gate(Path(tmp_path) / ".confstudy", Path(tmp_path) / "stage.jsonl")
    with pytest.raises(DisclosureRefused):
        gate.require(nbformat.from_dict(made), study().survey)


@pytest.mark.parametrize("name", LISTED)
def test_every_listed_leak_is_refused_before_publishing(name, tmp_path):
    assert_refused(LEAKS[name](1), tmp_path)


@pytest.mark.validate
@pytest.mark.parametrize("seed", [0, 2, 3])
@pytest.mark.parametrize("name", sorted(LEAKS))
def test_every_leak_is_refused_before_publishing(name, seed, tmp_path):
    assert_refused(LEAKS[name](seed), tmp_path)


@pytest.mark.parametrize("start", [0, pytest.param(60, marks=pytest.mark.validate)])
def test_fragments_of_records_are_refused_before_publishing(start, tmp_path):
    # What a person typed into code or text is no output: the audit judges it.
    for seed in range(start, 60 if start == 0 else 600):
        made = fragment(seed)
        if made.form not in ("source", "prose"):
            assert_refused(made.notebook, tmp_path)
