"""Decide what stays published: accept or refuse, pin, prune, unlock."""

from __future__ import annotations

from confstudy.report.commands.study import Say, here, shelf_of, shelves

__all__ = ["accept", "keep_run", "prune_all", "refuse", "unlock"]


def accept(name: str, variant: str, *, say: Say) -> None:
    """Publish the build that is held."""
    from confstudy.report.index import write_index

    run = shelf_of(name, variant).accept()
    say(f"{name}: {run.name} is published")
    write_index(here())


def refuse(name: str, variant: str, why: str, *, say: Say) -> None:
    """Say that the build that is held is not to be published."""
    from confstudy.report.index import write_index

    shelf_of(name, variant).refuse(why)
    say(f"{name}: refused; it is built again when something changes")
    write_index(here())


def keep_run(name: str, variant: str, run: str, *, pinned: bool, say: Say) -> None:
    """Keep a run for good, or let it be pruned again."""
    shelf = shelf_of(name, variant)
    (shelf.pin if pinned else shelf.unpin)(run)
    say(f"{name}: {run} is {'kept for good' if pinned else 'kept like any other'}")


def prune_all(*, say: Say) -> None:
    """Remove runs beyond those that are kept."""
    config = here()
    for name in config.report:
        for shelf in shelves(config, [name]):
            gone = shelf.prune(config.settings(name).keep)
            say(f"{name}/{shelf.folder.name}: {len(gone)} runs removed")


def unlock(name: str, variant: str, *, say: Say) -> None:
    """Remove a lock whose process is dead."""
    freed = shelf_of(name, variant).unlock()
    say(f"{name}: {'unlocked' if freed else 'was not locked'}")
