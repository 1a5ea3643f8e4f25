"""How long a person waits for `import confstudy` and `confstudy --help`, beside pandas alone.

Whole processes, run in turn, the interpreter's own start included. The aim: under .3 s each.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

ROUNDS = 15
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import confstudy": [sys.executable, "-c", "import confstudy"],
    "confstudy --help": [sys.executable, "-m", "confstudy", "--help"],
    "import pandas": [sys.executable, "-c", "import pandas"],
}


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    for command in COMMANDS.values():
        seconds(command)
    taken = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, command in COMMANDS.items():
            taken[name].append(seconds(command))
    base = statistics.median(taken["import pandas"])
    print(f"{'':20} {'median s':>9} {'lowest s':>9} {'of pandas':>9}")
    for name, times in taken.items():
        median = statistics.median(times)
        print(f"{name:20} {median:9.3f} {min(times):9.3f} {median / base:9.2f}")


if __name__ == "__main__":
    main()
