"""Whether a file is safe to hand to a library in C: its signature, and a trial in a process apart.

ReadStat, which reads the files of SPSS, Stata and SAS, can crash on a damaged file, and would take
the notebook with it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

__all__ = ["readable"]

_SIGNATURES = {
    ".sav": rb"\$FL[23]",
    ".zsav": rb"\$FL[23]",
    ".por": rb"(?s).{0,250}SPSS PORT FILE",
    ".dta": rb"<stata_dta>|[\x66-\x77][\x00-\x02]",
    ".sas7bdat": rb"\x00{12}\xc2\xea\x81\x60",
    ".sas7bcat": rb"\x00{12}\xc2\xea\x81\x63",
    ".xpt": rb"HEADER RECORD\*{7}LIB",
}
_TRIAL = """
import json, sys
import pyreadstat
read, path, options = getattr(pyreadstat, sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
try:
    read(path, output_format="dict", **options)
except BaseException:
    pass
"""


def readable(reader: str, path: Path, options: Mapping[str, object]) -> bool:
    """Whether a file starts as its kind does, and pyreadstat does not crash on it."""
    try:
        with path.open("rb") as stream:
            start = stream.read(300)
    except OSError:
        return False
    if re.match(_SIGNATURES[path.suffix.lower()], start) is None:
        return False
    command = [sys.executable, "-I", "-c", _TRIAL, reader, str(path), json.dumps(options)]
    return subprocess.run(command, capture_output=True, check=False).returncode in (0, 1)
