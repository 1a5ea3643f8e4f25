"""Plans into files: drafts, signed plans, amendments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from confstudy.codebook.lines import Document
from confstudy.codebook.write import as_yaml
from confstudy.design.plan.plan import Plan
from confstudy.design.plan.problems import validated
from confstudy.design.plan.read import read_plan
from confstudy.design.plan.schema import Amends, Content
from confstudy.design.plan.seal import sealed
from confstudy.design.plan.verify import verify_plan
from confstudy.errors import DeclarationError, UnwritableFile, unknown
from confstudy.files import write_text

__all__ = ["amended", "sign_plan", "write_plan"]

_HEAD = (
    "# A plan, fixed before the data were analysed: `confstudy plan verify` says if it is whole.\n"
)


def write_plan(plan: Plan, path: Path) -> Path:
    """Write a draft as YAML; a file that exists is not replaced."""
    if plan.seal is not None:
        raise DeclarationError(
            "The plan is signed and stands in its file: 'amend' it to change it."
        )
    _require_free(path)
    write_text(path, as_yaml(plan.content.readable))
    return path


def sign_plan(
    plan: Plan, path: Path, *, key: Path | None = None, now: datetime | None = None
) -> Plan:
    """Sign a plan and write it with its seal; comments of a draft do not go along.

    Parameters
    ----------
    path
        A new file. A version that amends another one stands in the same folder as that one.
    key
        A private key other than the user's own, which is made on first use.
    now
        The time, if not this computer's.

    Raises
    ------
    DeclarationError
        The plan is signed already, the version it amends is not there or not whole, was signed
        with another key, or later than now.
    """
    if plan.seal is not None:
        raise DeclarationError("The plan is signed already: 'amend' makes the next version.")
    _require_free(path)
    text = _HEAD + as_yaml(plan.content.readable)
    made = Plan(plan.content, sealed(plan.content, text, key, now or datetime.now(UTC)), path)
    _require_successor(made, path.parent)
    write_text(path, text + as_yaml({"seal": made.seal.model_dump() if made.seal else {}}))
    return read_plan(path)


def amended(plan: Plan, reason: str, changes: Mapping[str, Any]) -> Plan:
    """A draft of the next version of a signed plan."""
    if plan.seal is None or plan.file is None:
        raise DeclarationError("The plan is a draft: change it as it is, then sign it.")
    taken = [*Content.model_fields]
    strange = [name for name in changes if name not in taken or name in ("version", "amends")]
    if strange:
        raise DeclarationError(unknown("Fields", strange, taken, "a plan"))
    before = Amends(file=plan.file.name, sha256=plan.seal.digest, reason=reason)
    content = {**plan.content.plain, **changes}
    content |= {"version": plan.version + 1, "amends": before.model_dump()}
    return Plan(validated(Document("the amendment", content, {})))


def _require_free(path: Path) -> None:
    if path.exists():
        raise UnwritableFile(f"'{path.name}' exists and plans are not replaced: name another file.")


def _require_successor(plan: Plan, folder: Path) -> None:
    amends, seal = plan.content.amends, plan.seal
    if amends is None or seal is None:
        return
    before = verify_plan(folder / amends.file, now=seal.when)
    problems = [*before.problems]
    problems += before.follows(amends, seal, plan.version)
    if problems:
        raise DeclarationError(f"Not signed: {'; '.join(problems)}.")
