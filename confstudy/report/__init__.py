"""Parameterized notebooks into published reports; ``cs.report(...)`` builds one."""

from confstudy.verbs import let_call

let_call(__name__, "confstudy.report.live:report")
