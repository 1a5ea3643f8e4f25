"""What tests share: real data where they are, one simulated survey, quiet hypothesis."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

import confstudy as cs
from confstudy.simulate.simulate import Simulation
from confstudy.survey.scoring import Scores

ROOT = Path(__file__).parent.parent

settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


@pytest.fixture(autouse=True, scope="session")
def _study_folder() -> None:
    """Examples in docstrings name files from the project's root."""
    os.chdir(ROOT)


@pytest.fixture(scope="session")
def real() -> Callable[[str], Path]:
    """The path of a public survey file, or a skip that says where it was looked for."""
    folder = Path(os.environ.get("CONFSTUDY_DATA", ROOT.parent / "shared" / "data"))

    def path(name: str) -> Path:
        if not (folder / name).is_file():
            pytest.skip(f"{name} is not in {folder}; set CONFSTUDY_DATA to the folder that has it")
        return folder / name

    return path


@pytest.fixture(scope="session")
def simulation() -> Simulation:
    return cs.simulate("therapy", clients=1200, seed=2026)


@pytest.fixture(scope="session")
def scores(simulation: Simulation) -> Scores:
    return cs.score(simulation.survey)
