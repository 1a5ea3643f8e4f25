"""Structural models and the surveys drawn from them; ``cs.simulate(...)`` draws one."""

from confstudy.verbs import let_call

let_call(__name__, "confstudy.simulate.simulate:simulate")
