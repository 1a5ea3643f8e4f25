from io import StringIO

import pytest

from confstudy.design.progress import Progress, progress_of


class Terminal(StringIO):
    def isatty(self):
        return True


def told(stream, calls, step):
    moments = iter(range(0, 10_000, step))
    progress = Progress("chunks", stream, now=lambda: next(moments))
    for done in calls:
        progress(done, 10)
    return stream.getvalue()


def test_a_terminal_has_one_line_that_is_wiped_at_the_end():
    text = told(Terminal(), [0, 5, 10], 30)
    assert "━" * 12 + "─" * 12 + " 5 of 10 chunks, about 0:30 left" in text
    assert text.endswith("\r\x1b[K")
    assert "\n" not in text


@pytest.mark.parametrize(
    ("calls", "step", "lines"),
    [
        # What was kept took no time: two chunks in a minute, four are left.
        ([4, 6, 10], 60, ["6 of 10 chunks, about 2:00 left"]),
        ([0, 1, 2, 3, 4], 4, ["3 of 10 chunks, about 0:28 left"]),
        ([10], 60, []),
    ],
)
def test_elsewhere_there_is_a_plain_line_now_and_then(calls, step, lines):
    assert told(StringIO(), calls, step).splitlines() == lines


def test_nobody_is_told_where_nobody_looks_on():
    assert progress_of(False) is None
    assert isinstance(progress_of(True), Progress)
