"""Tasks that other processes can import."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from confstudy.errors import AnalysisError
from confstudy.simulate.model.streams import Streams


@dataclass(frozen=True)
class Draws:
    """Sums over matrices that are large enough for several threads."""

    seed: int = 1
    pause: float = 0.0
    n: int = 20_000

    def __call__(self, first, count):
        time.sleep(self.pause)
        columns = Streams(self.seed, first).normals("x", self.n, count).reshape(count, -1, 50)
        cross = np.array([each.T @ each for each in columns])
        return {"cross": cross, "failed": np.array([""] * count), "n": np.full(count, self.n)}


@dataclass(frozen=True)
class Ends:
    """A process ends over a chunk as often as there are marks left."""

    folder: Path
    chunk: int

    def __call__(self, first, count):
        marks = sorted(self.folder.glob("mark*"))
        if first == self.chunk and marks:
            marks[0].unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        return {"pid": np.array([os.getpid()] * count), "first": np.array([first])}


@dataclass(frozen=True)
class Refuses:
    """A chunk that cannot be analysed."""

    def __call__(self, first, count):
        if first:
            raise AnalysisError("The model cannot be fitted.")
        return {"first": np.arange(first, first + count)}
