"""From a YAML file, a bundled name or a mapping to a validated codebook."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from confstudy.codebook import schema
from confstudy.codebook.lines import Document, parse_yaml
from confstudy.codebook.rules import problems
from confstudy.codebook.runs import expand
from confstudy.codebook.schema import Codebook
from confstudy.errors import CodebookError, UnreadableFile, did_you_mean, listing

__all__ = [
    "bundled_codebooks", "codebook_beside", "codebook_path", "data_stem", "parse_codebook",
    "read_codebook",
]  # fmt: skip

#: What pydantic says of a value, in words for people who write YAML.
_KINDS = {
    "a valid dictionary": "a mapping, {name: value}",
    "a valid tuple": "a list, [first, second]",
    "a valid string": "text",
    "a valid boolean, unable to interpret input": "true or false",
    "a valid integer, unable to parse string as an integer": "a whole number",
    "a valid number, unable to parse string as a number": "a number",
}


def bundled_codebooks() -> list[str]:
    """Names of the codebooks that come with confstudy.

    >>> bundled_codebooks()
    ['hints-7', 'osmi', 'osmi-2014', 'therapy']
    """
    folder = files("confstudy.codebook") / "bundled"
    return sorted(Path(entry.name).stem for entry in folder.iterdir())


def read_codebook(codebook: str | Path | Mapping[str, Any] | Codebook) -> Codebook:
    """Read a codebook from a file, a bundled name, a mapping, or pass one through.

    Raises
    ------
    CodebookError
        Naming file and line of every mistake.

    Examples
    --------
    >>> read_codebook("therapy").scales["privacy"].reverse
    ('privacy_2', 'privacy_5')
    """
    if isinstance(codebook, Codebook):
        return codebook
    if isinstance(codebook, Mapping):
        return _validated(Document("codebook", dict(codebook), {}))
    if str(codebook) in bundled_codebooks():
        resource = files("confstudy.codebook") / "bundled" / f"{codebook}.yaml"
        return parse_codebook(resource.read_text("utf-8"), f"{codebook}.yaml")
    path = Path(codebook)
    if not path.is_file():
        bundled = bundled_codebooks()
        known = [*bundled, *(str(path.with_name(name)) for name in _names(path.parent, ".yaml"))]
        raise CodebookError(
            f"No codebook '{path}': neither a file nor bundled."
            f"{did_you_mean(str(codebook), known)} Bundled: {listing(bundled)}."
        )
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise CodebookError(f"{path.name}: a codebook is UTF-8 text; this file is not.") from None
    return parse_codebook(text, path.name)


def codebook_path(data: Path) -> Path:
    """Where the codebook of a data file stands: ``wave1.codebook.yaml`` beside ``wave1.csv``.

    >>> codebook_path(Path("waves/wave.1.csv.gz")).name
    'wave.1.codebook.yaml'
    """
    return data.with_name(f"{data_stem(data)}.codebook.yaml")


def data_stem(data: Path) -> str:
    """The name of a data file without its kind."""
    return Path(data.stem).stem if data.suffix.lower() == ".gz" else data.stem


def codebook_beside(data: Path) -> Path:
    """The codebook that stands beside a data file, or an error that says where it should."""
    if not data.is_file():
        if data.is_dir():
            raise UnreadableFile(f"'{data.name or data}' is a folder: name a file in it.")
        near = did_you_mean(data.name, _names(data.parent))
        raise UnreadableFile(f"No file '{data.name or data}' in that folder.{near}")
    beside = codebook_path(data)
    if not beside.is_file():
        raise CodebookError(
            f"No codebook given for '{data.name}' and no '{beside.name}' beside it. "
            "Pass codebook='…' (a YAML file or a bundled name)."
        )
    return beside


def _names(folder: Path, ending: str = "") -> list[str]:
    found = folder.iterdir() if folder.is_dir() else ()
    return [entry.name for entry in found if entry.is_file() and entry.name.endswith(ending)]


def parse_codebook(text: str, name: str = "codebook.yaml") -> Codebook:
    r"""Parse and validate the text of a codebook.

    Examples
    --------
    >>> parse_codebook("name: mine\nvariables: {trust: {rnage: [1, 5]}}", "mine.yaml")
    Traceback (most recent call last):
    confstudy.errors.CodebookError: mine.yaml, line 2: 'rnage' is not known. Did you mean 'range'?
    """
    document = parse_yaml(text, name, CodebookError)
    if not isinstance(document.content, dict):
        raise CodebookError(f"{name}, line 1: a codebook is a mapping with 'name' and 'variables'.")
    return _validated(document)


def _validated(document: Document) -> Codebook:
    document = expand(document)
    try:
        codebook = Codebook.model_validate(document.content)
    except ValidationError as failed:
        errors = failed.errors(include_url=False)
        found = [(tuple(error["loc"]), _worded(dict(error))) for error in errors]
    else:
        found = problems(codebook)
        if not found:
            return codebook
    lines = [f"{document.where(place)}: {text}" for place, text in found]
    raise CodebookError("\n".join(dict.fromkeys(lines)))


def _worded(error: dict[str, Any]) -> str:
    place = [str(part) for part in error["loc"] if part != "[key]"]
    if error["type"] == "extra_forbidden":
        allowed = sorted(_model_at(place[:-1]).model_fields)
        hint = did_you_mean(place[-1], allowed)
        return f"'{place[-1]}' is not known.{hint} Allowed: {listing(allowed, most=20)}."
    message = str(error["msg"]).removeprefix("Input should be ")
    hint = ""
    if error["type"] == "literal_error":
        given = place[-1] if "[key]" in error["loc"] else str(error["input"])
        hint = did_you_mean(given, re.findall(r"'([^']*)'", message))
    if message != error["msg"]:
        also = " or a list of labels" if place[-1] == "levels" else ""
        return f"'{'.'.join(place)}' should be {_KINDS.get(message, message)}{also}.{hint}"
    return f"'{'.'.join(place)}': {message[0].lower()}{message[1:]}."


def _model_at(place: list[str]) -> type[BaseModel]:
    if place[:2] == ["design", "replicates"]:
        return schema.Replicates
    if place[:1] == ["variables"] and place[2:3] == ["by_wave"]:
        return schema.Variation
    parts: dict[str, type[BaseModel]] = {
        "variables": schema.Variable,
        "scales": schema.Scale,
        "design": schema.SampleDesign,
        "protection": schema.Protection,
        "fieldwork": schema.Fieldwork,
    }
    return parts[place[0]] if place else Codebook
