# Touchstone's commands. `make` alone lists them.
# Needs Python 3.11+, Node.js 20+ and make; everything else is fetched by the set-up itself.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PY := .venv/bin/python
# Test processes side by side; `make test WORKERS=0` runs in one.
WORKERS ?= auto
PYTEST_ARGS ?=
FRAMEWORK ?=

export PYTHONUNBUFFERED := 1
export NO_UPDATE_NOTIFIER := 1

# A stamp's name holds the digest of what it was made from, so a changed lock file, or a checkout
# that was moved, is set up anew and an unchanged one costs nothing.
digest = $(shell { pwd; cat $(1) 2>/dev/null; } | cksum | tr ' ' '-')
files = $(shell find $(1) -type f ! -path '*/__pycache__/*' 2>/dev/null | LC_ALL=C sort)

VENV     := .venv/.made-$(call digest,)
RUNTIME  := .venv/.runtime-$(call digest,requirements/uv.lock requirements.lock pyproject.toml)
DEV      := .venv/.dev-$(call digest,requirements/uv.lock requirements/dev.lock)
CHAIN    := node_modules/.made-$(call digest,package-lock.json)
PEERS    := tests/interop/node_modules/.made-$(call digest,tests/interop/package-lock.json)
PYPEERS  := .peers/.made-$(call digest,requirements/peers.lock)
ALONE    := .venv-verifier/.packages-$(call digest,requirements/verifier.lock)
VERIFIER := .venv-verifier/.wheel-$(call digest,requirements/verifier.lock $(call files,verifier credentials keys contracts schemas))

# The first of these that is new enough; PYTHON=… goes before all.
find-python = for p in "$(PYTHON)" python3 python3.14 python3.13 python3.12 python3.11; do \
	  [ -n "$$p" ] && "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	    && found="$$p" && break; \
	done; \
	[ -n "$$found" ] || { \
	  echo "Set-up stopped: no Python 3.11 or newer was found. Install one, or name it:" \
	    "make setup PYTHON=/path/to/python3" >&2; exit 1; }

.PHONY: help setup setup-dev demo conformance test test-slow bench bench-million bench-judge lint format lock docs clean

help: ## List the commands
	@echo "Touchstone: mastery judgments as credentials that a college can check on its own."
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

# --- set-up -----------------------------------------------------------------------------------

setup: $(RUNTIME) $(CHAIN) ## Set up what running Touchstone needs (again: nothing to do)

setup-dev: setup $(DEV) $(PEERS) $(VERIFIER) ## Set up what checking Touchstone needs as well

$(VENV):
	@$(find-python); "$$found" requirements/install.py venv .venv
	@rm -f .venv/.made-* && touch $@

$(RUNTIME): | $(VENV)
	@$(PY) requirements/install.py lock requirements.lock
	@$(PY) requirements/install.py project
	@rm -f .venv/.runtime-* && touch $@

$(DEV): | $(RUNTIME)
	@$(PY) requirements/install.py lock requirements/dev.lock
	@rm -f .venv/.dev-* && touch $@

$(CHAIN): | $(VENV)
	@$(PY) requirements/install.py npm .
	@touch $@

$(PEERS): | $(VENV)
	@$(PY) requirements/install.py npm tests/interop
	@touch $@

$(PYPEERS): | $(VENV)
	@$(PY) requirements/install.py peers
	@touch $@

$(ALONE): | $(RUNTIME)
	@rm -rf .venv-verifier
	@$(PY) requirements/install.py lock requirements/verifier.lock --into .venv-verifier
	@rm -f .venv-verifier/.packages-* && touch $@

$(VERIFIER): $(ALONE)
	@$(PY) requirements/install.py verifier-wheel
	@rm -f .venv-verifier/.wheel-* && touch $@

# --- the product ------------------------------------------------------------------------------

demo: setup ## Walk the whole road with a made-up school (FRAMEWORK=case.json: on that framework)
	@$(PY) -m demo $(if $(FRAMEWORK),--framework "$(FRAMEWORK)")

conformance: setup ## Serve issuer and verifier for conformance suites, on this machine only (ARGS=…)
	@$(PY) -m conformance $(ARGS)

# --- checks -----------------------------------------------------------------------------------

lint: $(DEV) ## Style, types, import rules, and the contracts against their sources
	@echo "ruff";           $(PY) -m ruff check --quiet .
	@echo "ruff format";    $(PY) -m ruff format --check --quiet . \
	  || { echo "Some files are not formatted: make format" >&2; exit 1; }
	@echo "mypy --strict";  $(PY) -m mypy
	@echo "import rules";   .venv/bin/lint-imports --no-logo
	@echo "contracts";      $(PY) -m contracts.compile --check && $(PY) -m contracts.gas --check

format: $(DEV) ## Put the sources into shape
	@$(PY) -m ruff check --fix --quiet . ; $(PY) -m ruff format .

test: setup-dev lint ## Everything that checks the project, in minutes
	@$(PY) -m pytest -n $(WORKERS) --dist worksteal $(PYTEST_ARGS)

# pytest answers 5 where no test is marked slow: nothing to run is no failure.
# Without the Python programs to compare with, the benchmark's own tests are skipped, and say so.
test-slow: setup-dev ## The tests that take longer
	-@$(MAKE) $(PYPEERS)
	@$(PY) -m pytest -m slow -n $(WORKERS) --dist worksteal $(PYTEST_ARGS) || [ $$? -eq 5 ]

bench: setup-dev $(PYPEERS) ## Minted and verified per second, beside the npm peers
	@$(PY) tests/benchmarks/bench.py

bench-million: setup-dev ## Ten thousand, a hundred thousand and a million credentials (half an hour)
	@$(PY) tests/benchmarks/million.py

bench-judge: setup-dev ## 20 million pieces of evidence judged on PostgreSQL, 2 million on SQLite (ARGS=…)
	@$(PY) tests/benchmarks/judge.py $(ARGS)

# --- upkeep -----------------------------------------------------------------------------------

docs: setup ## Write the generated pages anew
	@$(PY) docs/list_errors.py
	@$(PY) docs/draw_rules.py
	@$(PY) docs/list_api.py

lock: $(VENV) ## Write the Python lock files anew (UPGRADE=1: with newer versions)
	@$(PY) requirements/install.py compile $(if $(UPGRADE),--upgrade)

clean: ## Remove what set-up, tests and demo made (never a school's own home)
	rm -rf .venv .venv-verifier .peers node_modules tests/interop/node_modules build dist .demo \
	  .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
