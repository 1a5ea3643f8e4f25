# Everything a person runs. `make` alone lists it.
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
UV := .tools/bin/uv
# Several processes share the cores: threads of linear algebra would only get in their way.
ONE := OPENBLAS_NUM_THREADS=1

.DEFAULT_GOAL := help
.PHONY: help setup reports test lint validate digits bench data lock lab clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile

setup: $(READY) ## set up the environment in .venv (the others do it when needed)

$(UV): requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "confstudy needs Python 3.11 or newer: make PYTHON=/path/to/python"; exit 2; }
	@echo "1/3 fetching the installer"
	@PIP_ROOT_USER_ACTION=ignore $(PYTHON) -m pip install --quiet --disable-pip-version-check \
	  --upgrade --target .tools --require-hashes -r requirements/uv.txt
	@touch $(UV)

$(READY): $(UV) requirements/lock.txt pyproject.toml
	@echo "2/3 making .venv"
	@$(UV) venv --quiet --allow-existing --no-python-downloads --python "$$(command -v $(PYTHON))" .venv
	@echo "3/3 installing the locked packages"
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements/lock.txt || \
	  $(PYTHON) -m pip --python $(BIN)/python install --require-hashes -r requirements/lock.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(READY)

reports: $(READY) ## build the reports from the bundled synthetic survey
	@$(BIN)/confstudy report build

test: $(READY) lint ## check style, types, floors and run the tests
	@$(ONE) $(BIN)/pytest -n auto -m "not validate"

lint: $(READY) ## check style, types, spelling and floors
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/codespell confstudy tests benchmarks *.md
	@$(BIN)/lint-imports --no-logo > .venv/floors.log 2>&1 || { cat .venv/floors.log; exit 1; }

validate: $(READY) ## run the slow statistical suites
	@$(ONE) $(BIN)/pytest -n auto -m validate

digits: $(READY) ## write docs/oracle.md: how many digits of R are reached
	@CONFSTUDY_DIGITS=docs/oracle.md $(BIN)/pytest -q -n 0 tests/oracle

bench: $(READY) ## measure speed, each beside a peer or a plain version
	@for file in benchmarks/bench_*.py; do $(ONE) $(BIN)/python $$file || exit 1; done

data: $(READY) ## draw the bundled synthetic survey again, byte for byte
	@$(BIN)/confstudy simulate therapy --clients 1200 --seed 2026 --out data_synthetic/therapy.parquet --force

lock: $(UV) ## resolve the locked packages again from pyproject.toml
	@$(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --all-extras pyproject.toml --output-file requirements/lock.txt

lab: $(READY) ## open the notebooks in JupyterLab
	@$(BIN)/jupyter lab notebooks

clean: ## remove the environment, caches and built reports
	rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
	find reports -mindepth 1 -maxdepth 1 ! -name reports.toml ! -name README.md -exec rm -rf {} +
