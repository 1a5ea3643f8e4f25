"""Every claim of the essays as data, and the tests of those that work; ``cs.claims()``."""

from confstudy.verbs import let_call

let_call(__name__, "confstudy.claims.registry:claims")
