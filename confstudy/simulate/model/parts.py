"""Declarations that stand in a file of their own: a knowledge test, a set of vignettes."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from confstudy.codebook.lines import parse_yaml
from confstudy.errors import StructureError, did_you_mean, listing

__all__ = ["Part", "bundled_parts", "parse_part", "read_part"]


class Part(BaseModel):
    """A piece of a declaration: it takes no other fields than its own and does not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


P = TypeVar("P", bound=Part)


def bundled_parts() -> list[str]:
    """Names of the declarations that come with confstudy.

    >>> bundled_parts()
    ['candour', 'judgement', 'knowledge', 'limits']
    """
    folder = files("confstudy.simulate") / "bundled_items"
    return sorted(Path(entry.name).stem for entry in folder.iterdir())


def read_part(kind: type[P], source: str | Path) -> P:
    """Read a declaration of this kind from a file or a bundled name.

    Raises
    ------
    StructureError
        When there is none, or with file and line of what is wrong in it.

    Examples
    --------
    >>> from confstudy.simulate.measure.knowledge import KnowledgeTest
    >>> len(read_part(KnowledgeTest, "knowledge").items)
    8
    """
    bundled = bundled_parts()
    if str(source) in bundled:
        resource = files("confstudy.simulate") / "bundled_items" / f"{source}.yaml"
        return parse_part(kind, resource.read_text("utf-8"), f"{source}.yaml")
    path = Path(source)
    if not path.is_file():
        raise StructureError(
            f"No declaration '{path}': neither a file nor bundled."
            f"{did_you_mean(str(source), bundled)} Bundled: {listing(bundled)}."
        )
    return parse_part(kind, path.read_text("utf-8-sig"), path.name)


def parse_part(kind: type[P], text: str, name: str = "items.yaml") -> P:
    """Parse and validate the text of a declaration; errors name the line."""
    document = parse_yaml(text, name, StructureError)
    try:
        return kind.model_validate(document.content)
    except ValidationError as failed:
        lines = [
            f"{document.where(tuple(error['loc']))}: "
            f"{'.'.join(map(str, error['loc']))}: {error['msg'].removeprefix('Value error, ')}."
            for error in failed.errors(include_url=False, include_input=False)
        ]
        raise StructureError("\n".join(dict.fromkeys(lines)).replace(": : ", ": ")) from None
