"""Write a simulated survey with its codebook, its truth and how it was made."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from confstudy.codebook.read import codebook_path, data_stem
from confstudy.codebook.schema import Codebook
from confstudy.codebook.write import as_yaml
from confstudy.errors import StructureError, listing
from confstudy.files import sha256_of, write_text, write_with
from confstudy.simulate.model.read import bundled_models
from confstudy.simulate.model.truth import truth_of
from confstudy.simulate.progress import Told
from confstudy.simulate.request import Request, request
from confstudy.simulate.simulate import Simulation, as_complete, simulate
from confstudy.simulate.stream import fill
from confstudy.survey.save import write_parquet

__all__ = ["Written", "complete_to", "simulate_to", "write_simulation"]


@dataclass(frozen=True, repr=False)
class Written:
    """The files something simulated was written to, the data first, and what it is."""

    files: tuple[Path, ...]
    words: str


def simulate_to(out: Path, *, seed: int | None, force: bool = False, **options: Any) -> Written:
    """Simulate a survey and write it; refuses to replace files unless ``force``.

    Parameters
    ----------
    out
        A .parquet file; codebook and truth are written beside it.
    seed
        Drawn where it is None.
    **options
        As :func:`confstudy.simulate` takes them.

    Raises
    ------
    StructureError
        When files exist, or what is asked for cannot be simulated; nothing was written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = simulate_to(Path(folder, "s.parquet"), seed=1, clients=300)
    ...     [path.name for path in made.files]
    ['s.parquet', 's.codebook.yaml', 's.truth.json']
    """
    _require_free(out, force)
    return write_simulation(simulate(seed=_seed(seed), **options), out)


def complete_to(
    out: Path,
    *,
    seed: int | None,
    force: bool = False,
    workers: int = 1,
    told: Told | None = None,
    **options: Any,
) -> Written:
    """Draw everybody's complete answers window by window, for any number of clients.

    Parameters
    ----------
    out, seed, force
        As in :func:`simulate_to`.
    workers
        Processes that draw; the bytes do not depend on them.
    told
        Called with the clients drawn so far and all of them.
    **options
        As :func:`confstudy.simulate.stream.draw` takes them: model, clients, therapists, do,
        columns.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     complete_to(Path(folder, "s.parquet"), seed=1, clients=300).words
    "Complete answers of 300 clients of 15 therapists from model 'therapy', seed 1"
    """
    _require_free(out, force)
    given = {"model": "therapy", "therapists": None, **options, "seed": _seed(seed)}
    asked = request(**given)
    people = asked.population
    # What the model cannot answer is told before a long draw, not after it.
    truth_of(asked.structure)
    files = _write(
        out,
        lambda path: fill(path, asked, workers=workers, told=told),
        as_complete(asked.codebook),
        lambda path: _truth(asked, path, {"how": _command(asked, out, ["--complete"])}),
    )
    return Written(
        files,
        f"Complete answers of {people.clients:,} clients of {people.therapists:,} therapists from "
        f"model '{asked.structure.name}', seed {people.seed}",
    )


def write_simulation(simulation: Simulation, out: Path) -> Written:
    """Write ``<name>.parquet``, ``<name>.codebook.yaml`` and ``<name>.truth.json``.

    The same simulation gives the same bytes. The data take their place last.
    """
    # A survey that the gate refuses is not written.
    respondents = simulation.survey.n
    asked, invited = simulation.request, simulation.invited
    options = ["--nonresponse", simulation.nonresponse]
    if simulation.response_rate is not None:
        options += ["--response-rate", f"{simulation.response_rate:g}"]
    made: dict[str, Any] = {}
    if invited is not None:
        options += ["--sampling", "sampling.yaml"]
        made["sampling"] = invited.sampling.model_dump(mode="json", exclude_defaults=True)
        made["population"] = asked.population.clients
    made = {"how": _command(asked, out, options), **made, "respondents": respondents}
    if invited is not None:
        made["invited"] = len(invited.columns)
    files = _write(
        out,
        lambda path: write_parquet(simulation.file, path),
        simulation.codebook,
        lambda path: _truth(asked, path, made),
    )
    return Written(files, str(simulation))


def _seed(seed: int | None) -> int:
    return secrets.randbelow(2**31) if seed is None else seed


def _require_free(out: Path, force: bool) -> None:
    if out.suffix != ".parquet":
        raise StructureError(f"'{out.name}': simulated surveys are written as .parquet.")
    taken = [path.name for path in _files(out) if path.exists()]
    if taken and not force:
        raise StructureError(f"{listing(taken)} exist already; give another --out, or --force.")


def _files(out: Path) -> tuple[Path, Path, Path]:
    return out, codebook_path(out), out.with_name(f"{data_stem(out)}.truth.json")


def _write(
    out: Path,
    fill_data: Callable[[Path], None],
    codebook: Codebook,
    truth: Callable[[Path], dict[str, Any]],
) -> tuple[Path, ...]:
    """Write the three files; an interruption leaves none that was not there."""
    data, book, beside = _files(out)
    new = [path for path in (book, beside) if not path.exists()]

    def write(path: Path) -> None:
        fill_data(path)
        text = json.dumps(truth(path), indent=1, ensure_ascii=False) + "\n"
        write_text(book, as_yaml(codebook))
        write_text(beside, text)

    try:
        write_with(data, write)
    except BaseException:
        for path in new:
            path.unlink(missing_ok=True)
        raise
    return data, book, beside


def _command(asked: Request, out: Path, options: list[str]) -> str:
    """The command that draws the same again."""
    people = asked.population
    numbers = f"--clients {people.clients} --therapists {people.therapists} --seed {people.seed}"
    name = asked.structure.name
    model = name if name in bundled_models() else f"{name}.yaml"
    words = ["confstudy simulate", model, numbers, *options]
    words += [f"--do {held}" for held in asked.held]
    if asked.columns is not None:
        words.append(f"--columns {','.join(asked.columns)}")
    return " ".join([*words, f"--out {out.name}"])


def _truth(asked: Request, data: Path, made: dict[str, Any]) -> dict[str, Any]:
    structure, clients = asked.structure, asked.population.clients
    made = {"invited": clients, "respondents": clients, **made}
    first = {"how": made.pop("how"), "confstudy": version("confstudy")}
    return {
        "model": structure.name,
        "made": {**first, **made, "sha256": sha256_of(data)},
        "estimands": [asdict(estimand) for estimand in truth_of(structure).estimands],
        "reliability": {name: m.alpha for name, m in structure.scales.items()},
        "paths": {name: node.paths for name, node in structure.variables.items() if node.paths},
    }
