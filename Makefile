# `make` alone lists the targets. Everything happens in .venv; nothing is installed elsewhere.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# The version of torch that everything is tested with; `make constraints` pins the rest.
TORCH := 2.13.0

# Two installations share one environment: the run-time one is enough for the demo, the
# development one contains it. A stamp is younger than what it was made from, or made again.
RUNTIME := $(VENV)/.runtime-installed
DEVELOPMENT := $(VENV)/.development-installed
PROJECT := pyproject.toml constraints.txt

.DEFAULT_GOAL := help
.PHONY: help setup test demo results pictures readme-picture constraints clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

setup: $(DEVELOPMENT) ## the full development environment in .venv, pinned

test: setup ## format, lint, types and every test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest --numprocesses auto --maxprocesses 8 --dist loadfile

demo: $(RUNTIME) ## fuse the example pictures into demo-output/ and make a contact sheet of them
	$(BIN)/python scripts/demo.py

results: setup ## docs/results.md: all methods on the development sets, an hour or two
	$(BIN)/python scripts/make_results.py

pictures: setup ## make the example pictures again from those of scikit-image
	$(BIN)/python scripts/make_example_pictures.py

readme-picture: $(RUNTIME) ## the picture at the top of the README, from the demo
	$(BIN)/python scripts/demo.py --sheet docs/images/demo.jpg --cell 300

constraints: $(BIN)/pip ## pin anew what the development environment installs
	$(BIN)/python -m venv --clear build/constraints
	printf 'torch==%s\n' $(TORCH) > build/torch-only.txt
	build/constraints/bin/python -m pip install --quiet -c build/torch-only.txt -e '.[dev]'
	build/constraints/bin/python scripts/pin_constraints.py

clean: ## remove what was made here, .venv too
	rm -rf $(VENV) build dist demo-output .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage
	find src tests scripts benchmarks -type d -name __pycache__ -prune -exec rm -rf {} +

$(BIN)/pip:
	@command -v $(PYTHON) > /dev/null || { \
	  echo "gifnet needs Python 3.11 or newer, and '$(PYTHON)' was not found:" \
	       "name one with  make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "gifnet needs Python 3.11 or newer, and '$(PYTHON)' is $$($(PYTHON) --version 2>&1):" \
	       "name a newer one with  make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(DEVELOPMENT): $(PROJECT) | $(BIN)/pip
	$(PIP) install --quiet -c constraints.txt -e '.[dev]'
	@touch $(RUNTIME) $@

$(RUNTIME): $(PROJECT) | $(BIN)/pip
	$(PIP) install --quiet -c constraints.txt -e .
	@touch $@
