"""Whether a signed plan, and every version before it, is as it was signed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from confstudy.design.plan.keys import fingerprint, own_public, read_public
from confstudy.design.plan.plan import Plan
from confstudy.design.plan.read import read_plan, text_of
from confstudy.design.plan.schema import Amends
from confstudy.design.plan.seal import Seal, broken, split
from confstudy.errors import ConfstudyError

__all__ = ["Verified", "verify_plan"]

# Clocks of two computers may differ; by a day they do not.
_AHEAD = timedelta(days=1)


@dataclass(frozen=True, repr=False)
class Verified:
    """What became of a signed plan.

    Attributes
    ----------
    problems
        What is not as it was signed, in this version and those before it; empty when whole.
    key
        The public key that signed it; a whole plan is only as good as knowing whose key this is.
    own
        Whether it is one's own key.
    """

    plan: Plan
    problems: tuple[str, ...]
    key: str
    own: bool

    @property
    def whole(self) -> bool:
        """Whether nothing was changed."""
        return not self.problems

    def follows(self, amends: Amends, seal: Seal, version: int) -> Iterator[str]:
        """Why another plan is not the next version of this one."""
        mine, name = self.plan.seal, amends.file
        if mine is None:
            return
        if mine.digest != amends.sha256:
            yield f"'{name}' is not the plan that was amended: its hash is another one"
        if self.plan.version != version - 1:
            yield f"'{name}' is version {self.plan.version}, not {version - 1}"
        if mine.key != seal.key:
            yield f"'{name}' was signed with another key ({fingerprint(mine.key)})"
        if mine.when is None or seal.when is None or mine.when > seal.when:
            yield f"'{name}' bears a later time than its amendment: a clock was wrong"

    def __repr__(self) -> str:
        name = self.plan.file.name if self.plan.file else "the plan"
        if self.problems:
            return "\n".join(
                [f"'{name}' is NOT as it was signed:", *(f"  {p}" for p in self.problems)]
            )
        seal = self.plan.seal
        whose = "your key" if self.own else "a key that is not yours: compare it with the author's"
        return (
            f"'{name}' is whole: version {self.plan.version}, signed "
            f"{seal.signed if seal else ''} by its signer's clock\n"
            f"  key {fingerprint(self.key)}, {whose}"
        )


def verify_plan(
    path: str | Path, *, key: str | Path | None = None, now: datetime | None = None
) -> Verified:
    """Verify a signed plan and the versions that it amends, which stand in the same folder.

    Parameters
    ----------
    key
        The public key that must have signed it: base64, or a file that holds it. Without it,
        compare the fingerprint with what the author says: who changes a plan can sign it anew.
    now
        The time, if not this computer's.

    Raises
    ------
    DeclarationError
        The file is no plan, with the line that is wrong.
    """
    expected = read_public(key) if key is not None else ""
    return _verified(Path(path), expected, now or datetime.now(UTC))


def _verified(place: Path, expected: str, now: datetime, below: int | None = None) -> Verified:
    """Verify a plan; a predecessor has a version under ``below``, so that no chain is a circle."""
    plan = read_plan(place)
    if below is not None and plan.version >= below:
        return Verified(plan, (f"version {plan.version} cannot come before {below}",), "", False)
    seal = plan.seal
    if seal is None:
        return Verified(plan, (f"'{place.name}' is a draft: it bears no signature",), "", False)
    found = [*broken(seal, plan.content, split(text_of(place))[0])]
    if expected and seal.key != expected:
        found.append(f"it was signed with another key ({fingerprint(seal.key)})")
    if seal.when is None:
        found.append("its time of signing is no time")
    elif seal.when > now + _AHEAD:
        found.append("its time of signing lies in the future: a clock was wrong")
    found += _before(plan, place.parent, seal, expected, now)
    return Verified(plan, tuple(found), seal.key, seal.key == _mine())


def _before(plan: Plan, folder: Path, seal: Seal, expected: str, now: datetime) -> Iterator[str]:
    """What is wrong with the version that this one amends, and those before it."""
    amends = plan.content.amends
    if amends is None:
        return
    if Path(amends.file).name != amends.file:
        yield "the plan that it amends is not named as a file of the same folder"
        return
    try:
        before = _verified(folder / amends.file, expected, now, plan.version)
    except ConfstudyError as problem:
        yield f"'{amends.file}', which it amends, cannot be read: {problem}"
        return
    yield from (f"'{amends.file}': {told}" for told in before.problems)
    yield from before.follows(amends, seal, plan.version)


def _mine() -> str:
    try:
        return own_public()
    except ConfstudyError:
        return ""
