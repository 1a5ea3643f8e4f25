"""What a latent-variable model is asked to do, checked before any data are touched."""

from __future__ import annotations

from dataclasses import dataclass

from confstudy.errors import AnalysisError, did_you_mean, unknown
from confstudy.models.latent.specify import Specification, specify
from confstudy.models.latent.syntax import Statement, parse

__all__ = ["Asked", "require"]

_ESTIMATORS = ("ml", "mlr", "fiml", "wlsmv")
_EQUAL = ("loadings", "intercepts", "residuals")


@dataclass(frozen=True)
class Asked:
    """The arguments of :func:`confstudy.models.latent.sem.sem` that every estimator needs."""

    model: str
    estimator: str
    group: str | None
    cluster: str | None
    weights: str | None
    fixed_x: bool
    std_lv: bool
    equal: tuple[str, ...]
    level: float
    incomplete: bool

    @property
    def robust(self) -> bool:
        """Whether errors are to hold without normality or independence."""
        return self.estimator == "mlr" or bool(self.cluster or self.weights)

    @property
    def statements(self) -> tuple[Statement, ...]:
        """The relations the model states."""
        return parse(self.model)

    def specification(self, groups: int = 1) -> Specification:
        """The model's parameters."""
        return specify(
            self.statements,
            groups=groups,
            means=bool(self.cluster) or self.incomplete,
            fixed_x=self.fixed_x,
            std_lv=self.std_lv,
            equal=self.equal,
        )


def require(
    estimator: str, missing: str, bootstrap: int, level: float, equal: tuple[str, ...], group: bool
) -> None:
    """Refuse what no estimator offers."""
    odd = [name for name in equal if name not in _EQUAL]
    if odd:
        raise AnalysisError(unknown("Parts", odd, _EQUAL, "what can be equal"))
    if equal and not group:
        raise AnalysisError("'equal' says what groups have in common: name their column, group=….")
    if estimator not in _ESTIMATORS:
        hint = did_you_mean(estimator, _ESTIMATORS)
        raise AnalysisError(
            f"estimator='{estimator}' is not known.{hint} There are: {', '.join(_ESTIMATORS)}."
        )
    if missing not in ("drop", "fiml"):
        raise AnalysisError(f"missing='{missing}' is not known: it is 'drop' or 'fiml'.")
    if bootstrap and not 20 <= bootstrap <= 1_000_000:
        raise AnalysisError("'bootstrap' is 0, or between 20 and 1,000,000 resamples.")
    if estimator == "wlsmv" and (bootstrap or missing == "fiml"):
        raise AnalysisError("estimator='wlsmv' has no bootstrap and uses complete rows only.")
    if not 0 < level < 1:
        raise AnalysisError(f"'level' lies between 0 and 1, such as .95; {level:g} does not.")
