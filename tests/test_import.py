import subprocess
import sys

import pytest

import confstudy as cs

HEAVY = {"numpy", "pandas", "scipy", "statsmodels", "matplotlib", "formulaic", "pydantic", "yaml"}


def loaded_by(statement):
    code = f"{statement}\nimport sys; print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in found.stdout.split()}


def test_importing_the_package_imports_nothing_heavy():
    assert not loaded_by("import confstudy") & HEAVY


def test_the_command_line_starts_without_anything_heavy():
    assert not loaded_by("import confstudy.cli") & HEAVY


def test_every_public_name_is_there_and_described():
    assert dir(cs) == sorted(cs.__all__)
    for name in cs.__all__:
        assert getattr(cs, name).__doc__


def test_rooms_that_are_verbs_can_be_called_in_any_order_of_imports():
    code = (
        "import confstudy as cs, confstudy.claims.registry, confstudy.simulate.simulate\n"
        "assert len(cs.claims()) == 33\n"
        "assert cs.simulate('therapy', clients=100, seed=1).population.clients == 100"
    )
    loaded_by(code)


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(
        AttributeError, match=r"confstudy has no 'simulat'\. Did you mean 'simulate'"
    ):
        _ = cs.simulat
