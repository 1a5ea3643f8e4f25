"""Temporary files of notebooks do not stay, not even those of a builder that was killed."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from confstudy.report.engine.folder import own_folder

KILLED = """\
import os, signal
from confstudy.report.engine.folder import own_folder
with own_folder() as folder:
    print(folder, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name != "posix", reason="a process is asked by a signal")
def test_the_folder_of_a_killed_builder_is_removed_by_the_next(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    ended = subprocess.run(
        [sys.executable, "-c", KILLED], capture_output=True, text=True, check=False
    )
    left = Path(ended.stdout.strip())
    assert left.is_dir()
    with own_folder() as one, own_folder() as other:
        assert not left.exists()
        assert one != other
        assert Path(one).is_dir()
    assert list(tmp_path.iterdir()) == []
