import io

from confstudy.simulate.progress import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_terminal_is_told_the_time_left_and_its_line_is_wiped():
    stream, moments = Terminal(), iter([0.0, 10.0, 10.1, 30.0, 40.0])
    told = progress(stream, now=lambda: next(moments))
    for done in (100, 110, 300, 400):
        told(done, 400)
    lines = stream.getvalue().split("\r\x1b[K")
    assert lines == [
        "",
        "100 of 400 clients, about 30 s left",
        "300 of 400 clients, about 10 s left",
        "",
    ]


def test_a_draw_in_one_window_writes_nothing():
    stream = Terminal()
    progress(stream, now=lambda: 0.0)(400, 400)
    assert stream.getvalue() == ""


def test_a_file_is_not_written_to():
    assert progress(io.StringIO()) is None
