"""Unmistakable respondents in the data: nothing of them may stand in anything that is written.

All bundled reports, all verbs and many careless notebooks: ``tests/release/benchmark``.
"""

from pathlib import Path

from tests.release.benchmark.busy import BRIEF
from tests.release.benchmark.planted import build, plant, told, write_notebook, written


def test_nothing_of_a_planted_respondent_is_written_by_any_verb(tmp_path):
    plant(tmp_path)
    write_notebook(tmp_path, "one", BRIEF)
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "reports.toml").write_text(
        'schema = 1\n[report.one]\nnotebook = "notebooks/one.ipynb"\ntitle = "One"\n'
    )
    done = build(tmp_path)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    assert {"report.html", "report.ipynb"} <= {Path(name).name for name in written(tmp_path)}
    assert told(tmp_path, done) == {}
