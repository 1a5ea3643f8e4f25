import hashlib

import pytest

from confstudy.files import sha256_of, write_bytes, write_text, write_with


def test_a_file_is_replaced_in_one_step(tmp_path):
    path = tmp_path / "report.html"
    write_text(path, "old")
    write_bytes(path, b"new")
    assert path.read_text() == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_a_failing_write_keeps_the_old_content_and_leaves_nothing_beside_it(tmp_path):
    path = tmp_path / "report.html"
    write_text(path, "old")

    def fail(beside):
        beside.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_with(path, fail)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_folders_are_made_when_needed(tmp_path):
    write_text(tmp_path / "a" / "b" / "c.txt", "x")
    assert (tmp_path / "a" / "b" / "c.txt").read_text() == "x"


def test_the_hash_is_that_of_the_bytes(tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes(b"a,b\n1,2\n")
    assert sha256_of(path) == hashlib.sha256(b"a,b\n1,2\n").hexdigest()
