"""From a YAML file or a bundled name to a validated structural model."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from confstudy.codebook.lines import Document, parse_yaml
from confstudy.codebook.read import read_codebook
from confstudy.errors import DeclarationError, StructureError, did_you_mean, listing
from confstudy.simulate.measure.items import solve
from confstudy.simulate.model.calibration import without_sources
from confstudy.simulate.model.names import Misplaced
from confstudy.simulate.model.structure import Structure

__all__ = ["bundled_models", "parse_structure", "read_structure"]


def bundled_models() -> list[str]:
    """Names of the structural models that come with confstudy.

    >>> bundled_models()
    ['therapy']
    """
    folder = files("confstudy.simulate") / "bundled"
    return sorted(Path(entry.name).stem for entry in folder.iterdir())


def read_structure(model: str | Path | Structure) -> Structure:
    """Read a structural model from a file or a bundled name, or pass one through."""
    if isinstance(model, Structure):
        return model
    bundled = bundled_models()
    if str(model) in bundled:
        return _bundled(str(model))
    path = Path(model)
    if not path.is_file():
        raise StructureError(
            f"No model '{path}': neither a file nor bundled.{did_you_mean(str(model), bundled)} "
            f"Bundled: {listing(bundled)}."
        )
    return parse_structure(path.read_text("utf-8-sig"), path.name)


@lru_cache(maxsize=8)
def _bundled(name: str) -> Structure:
    resource = files("confstudy.simulate") / "bundled" / f"{name}.yaml"
    return parse_structure(resource.read_text("utf-8"), f"{name}.yaml")


def parse_structure(text: str, name: str = "model.yaml") -> Structure:
    """Parse and validate the text of a structural model; errors name the line."""
    document, sources = without_sources(parse_yaml(text, name, StructureError))
    try:
        structure = Structure.model_validate(document.content)
    except ValidationError as failed:
        lines = [
            f"{document.where(_place(error))}: {_worded(error['loc'], error['msg'])}"
            for error in failed.errors(include_url=False, include_input=False)
        ]
        raise StructureError("\n".join(dict.fromkeys(lines))) from None
    _require_reach(structure, document)
    return structure.model_copy(update={"calibration": sources})


def _require_reach(structure: Structure, document: Document) -> None:
    """The reliability of each scale must be within reach of its items."""
    try:
        scales = read_codebook(structure.codebook).scales
    except DeclarationError:
        return  # It is told when the model is drawn from; a structure alone needs no codebook.
    for name, measure in structure.scales.items():
        if name not in scales:
            hint = did_you_mean(name, scales)
            raise StructureError(
                f"{document.where(('scales', name))}: codebook '{structure.codebook}' has no scale "
                f"'{name}'.{hint} There are: {listing(scales, most=30)}."
            )
        try:
            solve(measure, scales[name].items, scales[name].points[1] - scales[name].points[0] + 1)
        except StructureError as problem:
            raise StructureError(f"{document.where(('scales', name))}: {problem}") from None


def _place(error: ErrorDetails) -> tuple[str | int, ...]:
    """Where it is wrong: what the error itself says, or what pydantic found."""
    cause = error.get("ctx", {}).get("error")
    return cause.place if isinstance(cause, Misplaced) else tuple(error["loc"])


def _worded(place: tuple[str | int, ...], message: str) -> str:
    text = message.removeprefix("Value error, ")
    where = ".".join(map(str, place))
    return f"'{where}': {text}." if where else f"{text}."
