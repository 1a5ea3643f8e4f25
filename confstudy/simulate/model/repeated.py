"""Many replications of a population side by side, each as it would be alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from confstudy.errors import StructureError
from confstudy.simulate.model.population import Floats, Population
from confstudy.simulate.model.streams import Streams

__all__ = ["Repeated", "repeated"]


@dataclass(frozen=True)
class Repeated(Population):
    """``replications`` populations, the rows of one after those of the other.

    The numbers of clients, therapists and practices are those of all of them together; the
    random numbers of each are those it has when it is drawn alone.
    """

    replication: int = 0
    replications: int = 1

    @cached_property
    def streams(self) -> Streams:
        """The random columns of these replications."""
        return Streams(self.seed, self.replication, self.replications)

    def rows(self, column: Floats) -> Floats:
        """(replications, clients of one) a column of all rows."""
        return np.asarray(column).reshape(self.replications, -1)


def repeated(
    clients: int,
    therapists: int,
    seed: int,
    *,
    practices: int = 0,
    first: int = 0,
    replications: int = 1,
) -> Repeated:
    """Replications ``first`` and following of a population of this size.

    Examples
    --------
    >>> two = repeated(6, 3, seed=1, first=4, replications=2)
    >>> alone = repeated(6, 3, seed=1, first=5)
    >>> bool((two.rows(two.normal("P", "therapist"))[1] == alone.normal("P", "therapist")).all())
    True
    """
    if not 1 <= therapists <= clients or replications < 1:
        raise StructureError(
            f"{clients} clients cannot be spread over {therapists} therapists: name fewer."
        )
    practices = practices or max(1, therapists // 5)
    return Repeated(
        clients * replications,
        therapists * replications,
        seed,
        practices=practices * replications,
        replication=first,
        replications=replications,
    )
