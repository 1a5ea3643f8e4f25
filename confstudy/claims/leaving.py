"""What an event does to leaving, among those to whom it happened."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import minimize
from scipy.special import expit, logit, logsumexp

from confstudy.claims.sample import Theta
from confstudy.models.corrected import jackknife_interval

__all__ = ["Leaving", "Left", "left_of_it"]

Floats = NDArray[np.float64]
_STEP = 1e-4
#: Standard deviation of the normal prior on the event's log odds ratio of leaving: it keeps the
#: estimate finite where nobody, or everybody, left after the event.
_PRIOR = 2.5


@dataclass(frozen=True, repr=False)
class Leaving:
    """Who stayed how long, and to whom an event happened.

    Attributes
    ----------
    until
        (n,) the session after which they left, or the last one.
    left
        (n,) whether they left before the end.
    happened
        (n,) whether the event happened.
    may
        (n,) whether it could happen.
    session
        (n,) at which session it happened; 0 where that is not known.
    causes
        (n, k) common causes of the event and of leaving.
    planned
        How many sessions there were at most.
    """

    until: NDArray[np.intp]
    left: NDArray[np.bool_]
    happened: NDArray[np.bool_]
    may: NDArray[np.bool_]
    session: NDArray[np.intp]
    causes: Floats
    planned: int

    @cached_property
    def treated(self) -> Leaving:
        """Those to whom it happened."""
        rows = [part.name for part in fields(self) if part.name != "planned"]
        return replace(self, **{name: getattr(self, name)[self.happened] for name in rows})

    @cached_property
    def inside(self) -> NDArray[np.bool_]:
        """(n, sessions) who was still there."""
        return np.asarray(self._session <= self.until[:, None])

    @cached_property
    def leaves(self) -> NDArray[np.bool_]:
        """(n, sessions) who left after the session."""
        return np.asarray(self.left[:, None] & (self._session == self.until[:, None]))

    def likelihood(self, theta: Floats) -> Floats:
        """(n,) log likelihood of each respondent.

        ``theta`` holds the event's logit, the logit of leaving, its trend, what the event adds
        to it, and the slopes of the causes.
        """
        rare = -np.logaddexp(0, theta[0])
        each = self._stayed(theta).sum(axis=1) + self.may * self.until * rare
        each[self.happened] = logsumexp(self.treated._timed(theta), axis=1)
        return np.asarray(each)

    def scores(self, theta: Floats) -> Floats:
        """(n, parameters) derivative of each respondent's log likelihood.

        It is the derivative had the session been known, averaged over where it may have been.
        """
        chance, index = expit(theta[0]), self._index(theta)
        before, moved = (
            self.inside * (self.leaves - expit(index + shift)) for shift in (0, theta[3])
        )
        event = -chance * self.may * self.until
        after = np.zeros_like(index)
        if self.happened.any():
            weight = self.treated.weight(theta)
            event[self.happened] = 1 - chance * (weight * self._session).sum(axis=1)
            after[self.happened] = weight.cumsum(axis=1) - weight
        off = (1 - after) * before + after * moved
        total = off.sum(axis=1)
        trend = (off * (self._session - 1)).sum(axis=1)
        shifted = (after * moved).sum(axis=1)
        return np.column_stack([event, total, trend, shifted, self.causes * total[:, None]])

    def chances(self, theta: Floats) -> Floats:
        """(treated, 2) the chance of leaving from the event's session on, without it and with."""
        index = self.treated._index(theta)
        stay, moved = -np.logaddexp(0, index), -np.logaddexp(0, index + theta[3])
        gone = [-np.expm1(stay + _after(log)) for log in (stay, moved)]
        return np.stack([(self.treated.weight(theta) * each).sum(axis=1) for each in gone], axis=1)

    def weight(self, theta: Floats) -> Floats:
        """(n, sessions) how likely the event was at each session, all having had it."""
        timed = self._timed(theta)
        return np.asarray(np.exp(timed - logsumexp(timed, axis=1, keepdims=True)))

    @property
    def _session(self) -> NDArray[np.intp]:
        return np.arange(1, self.planned + 1)

    def _index(self, theta: Floats) -> Floats:
        trend = theta[2] * (self._session - 1)
        return np.asarray(theta[1] + trend + (self.causes @ theta[4:])[:, None])

    def _stayed(self, theta: Floats, shift: float = 0.0) -> Floats:
        """(n, sessions) log likelihood of staying or leaving, the event aside."""
        index = self._index(theta) + shift
        return np.asarray(self.inside * (self.leaves * index - np.logaddexp(0, index)))

    def _timed(self, theta: Floats) -> Floats:
        """(n, sessions) log likelihood jointly with the event's session."""
        known = self.session[:, None]
        possible = self.inside & ((known == 0) | (self._session == known))
        hazard = theta[0] - self._session * np.logaddexp(0, theta[0])
        joint = self._stayed(theta).cumsum(axis=1) + _after(self._stayed(theta, theta[3])) + hazard
        return np.asarray(np.where(possible, joint, -np.inf))


@dataclass(frozen=True, repr=False)
class Left:
    """How many of the treated would have left anyway, and how many more did.

    Attributes
    ----------
    without
        The chance to leave from the event's session on, had it not happened.
    effect
        What the event added to it.
    """

    without: float
    effect: Theta

    def row(self, estimand: str, key: str) -> dict[str, object]:
        """A row of a claim's table.

        The limits are those of the logit of the chance with the event, since few leave and a
        symmetric interval would reach below none.
        """
        groups = len(self.effect.replicates)
        odds, replicates = (
            logit(np.clip(self.without + each, 1e-4, 1 - 1e-4))
            for each in (self.effect.value, self.effect.replicates)
        )
        quantile = float(stats.t.ppf(0.975, groups - 1))
        _, *limits = jackknife_interval(float(odds), replicates, quantile)
        low, high = (float(expit(limit)) - self.without for limit in limits)
        found = self.effect.row(estimand, "probability", key)
        return {**found, "conf_low": low, "conf_high": high}


def left_of_it(leaving: Leaving, groups: NDArray[np.intp]) -> Left:
    """The share of the treated who left because of the event, with groups left out.

    Parameters
    ----------
    leaving
        Arrays over n respondents.
    groups
        (n,): 0 to G − 1.

    Returns
    -------
    Left
        Chance of having left by the end, less what it had been without the event.

    Notes
    -----
    Discrete-time logits of the event and of leaving, the latter with a trend, the causes and a
    shift from the session after the event on. Where the event's session is not known the
    likelihood is summed over the sessions it may have been, so that those who stay long and
    are therefore exposed for long do not pass for those whom the event keeps. Groups are left
    out by one Newton step from the maximum (Wu 1986).

    Estimand: effect on the treated, as a difference of chances. Assumes: the event's hazard is
    the same at each session for whom it may befall; ``causes`` are all common causes; the
    shift lasts. Does not show: an effect that begins before the session after.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> n = 4000
    >>> event = rng.geometric(0.05, n)
    >>> first, then = rng.geometric(0.05, n), rng.geometric(0.20, n)
    >>> left = np.where(first <= event, first, event + then)
    >>> until = np.minimum(left, 12)
    >>> everybody = np.ones(n, dtype=bool)
    >>> none = np.zeros((n, 0))
    >>> seen = Leaving(until, left <= 12, event <= until, everybody, 0 * until, none, 12)
    >>> bool(abs(left_of_it(seen, np.arange(n) % 50).effect.value - 0.36) < 0.08)
    True
    """

    def penalised(theta: Floats) -> float:
        return float(theta[3] ** 2 / (2 * _PRIOR**2) - leaving.likelihood(theta).sum())

    def gradient(theta: Floats) -> Floats:
        found = -leaving.scores(theta).sum(axis=0)
        found[3] += theta[3] / _PRIOR**2
        return np.asarray(found)

    start = np.zeros(4 + leaving.causes.shape[1])
    start[:2] = -3.0
    theta = np.asarray(minimize(penalised, start, jac=gradient, method="BFGS").x)
    steps = _STEP * np.eye(len(theta))
    curves = [(gradient(theta + step) - gradient(theta - step)) / (2 * _STEP) for step in steps]
    information = np.array(curves)
    count = int(groups.max()) + 1
    scores = leaving.scores(theta)
    sums = np.stack([np.bincount(groups, column, count) for column in scores.T], axis=1)
    moved = theta - np.linalg.solve(information * (count - 1) / count, sums.T).T
    treated = groups[leaving.happened]
    without, with_it = leaving.chances(theta).mean(axis=0)
    kept = [leaving.chances(moved[g])[treated != g].mean(axis=0) for g in range(count)]
    return Left(float(without), Theta(float(with_it - without), np.diff(kept)[:, 0]))


def _after(log: Floats) -> Floats:
    """Sums over the later columns."""
    return np.asarray(log.sum(axis=1, keepdims=True) - log.cumsum(axis=1))
