"""Plans from files: drafts are checked against their codebook, signed ones stand as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from confstudy.codebook.lines import Document, parse_yaml
from confstudy.codebook.read import bundled_codebooks, read_codebook
from confstudy.codebook.schema import Codebook
from confstudy.design.plan.plan import Plan
from confstudy.design.plan.problems import validated
from confstudy.design.plan.seal import Seal
from confstudy.errors import DeclarationError, UnreadableFile, did_you_mean, listing

__all__ = ["read_plan", "text_of"]


def read_plan(path: str | Path) -> Plan:
    """Read a plan, signed or not; ``verify_plan`` tells whether a signed one is whole.

    Raises
    ------
    DeclarationError
        Every mistake with its line. The variables of a draft are looked up in its codebook.
    UnreadableFile
        There is no such file, or it is no text.
    """
    place = Path(path)
    document = parse_yaml(text_of(place), place.name, DeclarationError)
    if not isinstance(document.content, dict) or "seal" not in document.content:
        return Plan(validated(document, _codebook(document, place.parent)), file=place)
    content = {name: part for name, part in document.content.items() if name != "seal"}
    seal = _seal(document)
    return Plan(validated(Document(document.name, content, document.lines)), seal, place)


def text_of(path: Path) -> str:
    """The text of a plan's file."""
    if not path.is_file():
        folder = path.parent
        near = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
        raise UnreadableFile(f"No plan '{path.name}' there.{did_you_mean(path.name, near)}")
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableFile(f"'{path.name}': a plan is UTF-8 text; this file is not.") from None


def _seal(document: Document) -> Seal:
    try:
        return Seal.model_validate(document.content["seal"])
    except ValidationError as failed:
        names = sorted({str(error["loc"][0]) for error in failed.errors() if error["loc"]})
        where = document.where(("seal",))
        raise DeclarationError(
            f"{where}: the seal is damaged ({', '.join(names) or 'no mapping'}): this is no "
            "signed plan any more. Fetch the original, or remove the seal to make it a draft."
        ) from None


def _codebook(document: Document, folder: Path) -> Codebook | None:
    """The codebook that a draft names, looked up beside it; None where it names none."""
    content: Any = document.content
    named = content.get("codebook") if isinstance(content, dict) else None
    name = named.get("name") if isinstance(named, dict) else named
    if not isinstance(name, str):
        return None
    where, bundled = document.where(("codebook",)), bundled_codebooks()
    if name not in bundled and not (folder / name).is_file():
        beside = [entry.name for entry in folder.iterdir() if entry.suffix in (".yaml", ".yml")]
        raise DeclarationError(
            f"{where}: no codebook '{name}', neither bundled nor beside the plan."
            f"{did_you_mean(name, [*beside, *bundled])} Bundled: {listing(bundled)}."
        )
    try:
        return read_codebook(name if name in bundled else folder / name)
    except DeclarationError as problem:
        raise DeclarationError(f"{where}: {problem}") from None
