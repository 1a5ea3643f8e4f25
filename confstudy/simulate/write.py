"""Write a simulated survey with its codebook, its truth and how it was made."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast, get_args

from confstudy.codebook.read import codebook_path, data_stem
from confstudy.codebook.write import as_yaml
from confstudy.errors import StructureError, listing
from confstudy.files import sha256_of, write_text, write_with
from confstudy.simulate.sample.response import Mechanism
from confstudy.simulate.simulate import Simulation, simulate
from confstudy.survey.save import write_parquet

__all__ = ["Written", "simulate_to", "write_simulation"]


@dataclass(frozen=True, repr=False)
class Written:
    """The files a simulation was written to, the data first."""

    simulation: Simulation
    files: tuple[Path, ...]


def simulate_to(
    out: Path,
    model: str,
    clients: int,
    therapists: int | None,
    seed: int | None,
    nonresponse: str,
    *,
    force: bool = False,
) -> Written:
    """Simulate and write; refuses to replace files unless ``force``."""
    if nonresponse not in get_args(Mechanism):
        raise StructureError(f"'--nonresponse' is one of {listing(get_args(Mechanism))}.")
    if out.suffix != ".parquet":
        raise StructureError(f"'{out.name}': simulated surveys are written as .parquet.")
    taken = [path.name for path in _files(out) if path.exists()]
    if taken and not force:
        raise StructureError(f"{listing(taken)} exist already; give another --out, or --force.")
    simulation = simulate(
        model,
        clients=clients,
        therapists=therapists,
        seed=secrets.randbelow(2**31) if seed is None else seed,
        nonresponse=cast("Mechanism", nonresponse),
    )
    return write_simulation(simulation, out)


def write_simulation(simulation: Simulation, out: Path) -> Written:
    """Write ``<name>.parquet``, ``<name>.codebook.yaml`` and ``<name>.truth.json``.

    The same simulation gives the same bytes.
    """
    data, codebook, truth = _files(out)
    # A survey that the gate refuses is not written.
    respondents = simulation.survey.n
    write_with(data, lambda path: write_parquet(simulation.file, path))
    write_text(codebook, as_yaml(simulation.codebook))
    write_text(
        truth,
        json.dumps(_truth(simulation, respondents, data), indent=1, ensure_ascii=False) + "\n",
    )
    return Written(simulation, (data, codebook, truth))


def _files(out: Path) -> tuple[Path, Path, Path]:
    return out, codebook_path(out), out.with_name(f"{data_stem(out)}.truth.json")


def _truth(simulation: Simulation, respondents: int, data: Path) -> dict[str, Any]:
    population = simulation.population
    return {
        "model": simulation.structure.name,
        "made": {
            "how": f"confstudy simulate {simulation.structure.name} --clients {population.clients} "
            f"--therapists {population.therapists} --seed {population.seed} "
            f"--nonresponse {simulation.nonresponse} --out {data.name}",
            "confstudy": version("confstudy"),
            "invited": population.clients,
            "respondents": respondents,
            "sha256": sha256_of(data),
        },
        "estimands": [asdict(estimand) for estimand in simulation.truth.estimands],
        "reliability": {name: m.alpha for name, m in simulation.structure.scales.items()},
        "paths": {
            name: node.paths for name, node in simulation.structure.variables.items() if node.paths
        },
    }
