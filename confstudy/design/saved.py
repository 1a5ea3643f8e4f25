"""A diagnosis in one file, with its designs, so that any replication can be drawn again."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

from confstudy.design.batch import Estimates
from confstudy.design.declare import Design
from confstudy.design.diagnosands import Diagnosand
from confstudy.design.finding import Finding
from confstudy.design.formulas import ClosedForm
from confstudy.design.parts import Reading, Unit
from confstudy.design.result import Diagnosis
from confstudy.errors import StructureError, UnreadableFile
from confstudy.files import write_with
from confstudy.simulate.model.structure import Structure
from confstudy.simulate.sample.sampling import Sampling

__all__ = ["read", "write"]

_FORMAT = "confstudy diagnosis 1"
_NULL = ("null_p", "null_failed")
_WORDS = ("design", "estimand", "answer", "path", "truth", "truth_mcse", "clients", "level")


def write(found: Diagnosis, path: Path) -> None:
    """Write a diagnosis; an existing file is replaced in one step."""
    content = {
        "format": _FORMAT,
        "designs": {name: _told(design) for name, design in found.designs.items()},
        "findings": [_words(each) for each in found.findings],
        "columns": found.columns,
        "realised": {
            design: {name: asdict(each) for name, each in parts.items()}
            for design, parts in found.realised.items()
        },
        "stopped": dict(found.stopped),
        "doubts": found.doubts,
    }
    arrays: dict[str, Any] = {"content": np.array(json.dumps(content))}
    for number, each in enumerate(found.findings):
        arrays |= {f"{number}.{f.name}": getattr(each.found, f.name) for f in fields(Estimates)}
        arrays |= {f"{number}.{name}": getattr(each, name) for name in _NULL}

    def fill(beside: Path) -> None:
        with beside.open("wb") as stream:
            np.savez_compressed(stream, **arrays)

    write_with(path, fill)


def read(path: Path) -> Diagnosis:
    """Read what :func:`write` wrote; UnreadableFile for anything else."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            arrays = dict(stored)
        content = json.loads(str(arrays["content"]))
        if content["format"] != _FORMAT:
            raise ValueError
        return Diagnosis(
            {name: _design(told) for name, told in content["designs"].items()},
            tuple(_finding(arrays, n, told) for n, told in enumerate(content["findings"])),
            tuple(content["columns"]),
            {
                design: {name: Diagnosand(**each) for name, each in parts.items()}
                for design, parts in content["realised"].items()
            },
            content["stopped"],
            tuple(content["doubts"]),
        )
    except (OSError, ValueError, LookupError, TypeError, StructureError, zipfile.BadZipFile):
        raise UnreadableFile(
            f"'{path.name}' is not a diagnosis that this version can read. "
            "Write one with the method 'save' of a diagnosis."
        ) from None


def _words(each: Finding) -> dict[str, Any]:
    closed = asdict(each.closed) if each.closed else None
    return {name: getattr(each, name) for name in _WORDS} | {"closed": closed}


def _finding(arrays: Mapping[str, Any], number: int, told: Mapping[str, Any]) -> Finding:
    found = Estimates(**{f.name: arrays[f"{number}.{f.name}"] for f in fields(Estimates)})
    closed = ClosedForm(**told["closed"]) if told["closed"] else None
    null = {name: arrays[f"{number}.{name}"] for name in _NULL}
    return Finding(**{**told, "closed": closed}, found=found, **null)


def _told(design: Design) -> dict[str, Any]:
    unit, sampling = design.unit, design.sampling
    return {
        "structure": design.structure.model_dump(mode="json", exclude={"calibration"}),
        "size": [design.seed, design.therapists, design.each, design.item],
        "measures": {
            name: scale.model_dump(mode="json") for name, scale in design.measures.items()
        },
        "unit": unit.model_dump(mode="json") if unit else None,
        "sampling": sampling.model_dump(mode="json") if sampling else None,
    }


def _design(told: Mapping[str, Any]) -> Design:
    seed, therapists, each, item = told["size"]
    return Design(
        Structure.model_validate(told["structure"]),
        seed,
        therapists,
        each,
        {name: Reading.model_validate(given) for name, given in told["measures"].items()},
        Unit.model_validate(told["unit"]) if told["unit"] else None,
        item,
        Sampling.model_validate(told["sampling"]) if told["sampling"] else None,
    )
