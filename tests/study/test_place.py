import shutil
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from confstudy.errors import ConfigError, StructureError, UnwritableFile
from confstudy.study.place import free_place, whole_folder


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("my study", "such as 'my-study'"),
        ("Ünder wåter", "such as 'Under-water'"),
        ("-x", "such as 'x'"),
        ("con", "such as 'my-study'"),
        ("日本", "such as 'my-study'"),
        ("a" * 65, "at most 64"),
        (".", "'.' cannot be"),
        ("..", "a new folder"),
        ("gone/x", "no folder 'gone'"),
    ],
)
def test_a_place_that_cannot_be_is_told_with_one_that_can(name, told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=told):
        free_place(Path(name))


def test_what_is_there_is_named_and_left(tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / ".git").mkdir()
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name, told in (("full", r"holds \[.git\]"), ("file", "is a file"), ("link", "is a link")):
        with pytest.raises(ConfigError, match=told):
            free_place(tmp_path / name)
    assert free_place(tmp_path / "new") == tmp_path / "new"


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "mine").mkdir()
    with whole_folder(free_place(tmp_path / "mine")) as stage:
        (stage / "a").write_text("a")
    assert [path.name for path in tmp_path.rglob("*")] == ["mine", "a"]


def fill(place, then):
    with whole_folder(place) as stage:
        (stage / "a").write_text("a")
        then()


def fail(wrong):
    raise wrong


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (KeyboardInterrupt(), KeyboardInterrupt),
        (StructureError("x"), StructureError),
        (OSError(28, "No space left on device"), UnwritableFile),
    ],
)
def test_what_goes_wrong_leaves_nothing(wrong, told, tmp_path):
    with pytest.raises(told):
        fill(tmp_path / "mine", partial(fail, wrong))
    assert not list(tmp_path.iterdir())


def test_what_came_meanwhile_is_not_written_over(tmp_path):
    place = tmp_path / "mine"
    with pytest.raises(UnwritableFile):
        fill(place, partial(shutil.copytree, Path(__file__).parent, place))
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert not (place / "a").exists()


KILLED = """\
import sys, time
from pathlib import Path
from confstudy.study.place import whole_folder

with whole_folder(Path(sys.argv[1])) as stage:
    (stage / "half").write_text("half")
    print("half", flush=True)
    time.sleep(60)
"""


def test_a_killed_writer_leaves_no_study_and_the_next_one_sweeps(tmp_path):
    place = tmp_path / "mine"
    command = [sys.executable, "-c", KILLED, str(place)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "half\n"
        process.send_signal(signal.SIGKILL)
    assert not place.exists()
    assert [path.name[:6] for path in tmp_path.iterdir()] == [".mine."]
    with whole_folder(place) as stage:
        (stage / "whole").write_text("whole")
    assert [path.name for path in tmp_path.rglob("*")] == ["mine", "whole"]
