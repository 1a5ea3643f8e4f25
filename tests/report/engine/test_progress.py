"""Progress: a bar on a terminal, plain lines elsewhere."""

import io

import pytest

from confstudy.report.engine import progress
from confstudy.report.engine.progress import Stage, shown, stages


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_has_a_bar_that_leaves_nothing():
    out = Terminal()
    show = shown("one", out)
    show(Stage(1, 2, 1.0, 1.0))
    assert "one ━━━━━━━━━━━━──────────── 1 of 2 cells, about 0:01 left" in out.getvalue()
    show(Stage(2, 2, 2.0, 0.0))
    assert out.getvalue().endswith("\r\x1b[K")


def test_elsewhere_a_plain_line_comes_every_ten_seconds():
    out = io.StringIO()
    show = shown("one", out)
    for second in range(26):
        show(Stage(second, 30, float(second), 30.0 - second))
    lines = out.getvalue().splitlines()
    assert lines == [
        "  one: 10 of 30 cells, about 0:20 left",
        "  one: 20 of 30 cells, about 0:10 left",
    ]


@pytest.mark.parametrize(
    ("expected", "left"), [((), [30.0, 10.0, 0.0]), ((8.0, 1.0, 1.0), [2.5, 2.22, 0.0])]
)
def test_the_time_left_is_judged_by_what_is_known(monkeypatch, expected, left):
    moments = iter([0.0, 15.0 if not expected else 10.0, 20.0, 30.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(moments))
    ended = stages(3, expected)
    assert [pytest.approx(ended().left, abs=0.01) for _ in left] == left
