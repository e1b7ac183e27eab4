# From a fresh clone, `make demo` runs the main job and `make test` the quick tests. Only make and
# Python >= 3.11 are needed: everything else goes into $(VENV), once, in the versions of $(TESTED).
# `make TESTED= test` takes the newest instead.

PYTHON ?= python3
VENV ?= .venv
WORKERS ?= 2
TESTED ?= .ci/tested.txt
REPEAT ?= 20
SEED ?= 1
BIN = $(VENV)/bin
INSTALL = $(BIN)/python -m pip install --quiet $(TESTED:%=--constraint %) --editable

export OMP_NUM_THREADS = 1

.PHONY: demo test slow flakes lint lock audit notebooks docs browser clean

demo: $(VENV)/.installed
	$(BIN)/qdenseam compare

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

slow: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n $(WORKERS) -m "slow and not notebook and not gpu and not hardware"

# The quick tests again and again, each time in another order.
flakes: $(VENV)/.installed-dev
	@failed=0; for seed in $$(seq $(SEED) $$(($(SEED) + $(REPEAT) - 1))); do \
	  echo "=== random order, seed $$seed"; \
	  $(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal \
	    --random-order-bucket=global --random-order-seed=$$seed || failed=$$((failed + 1)); \
	done; \
	echo "runs in random order: $$(($(REPEAT) - failed)) passed, $$failed failed"; test $$failed -eq 0

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry --config pyproject.toml .
	$(BIN)/python -m pip check

# The newest versions of all that `.ci/run` installs, for every Python and system.
lock: $(VENV)/.installed-dev
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --upgrade --quiet \
	  $(foreach extra,cluster parquet view browser docs dev,--extra $(extra)) \
	  --no-annotate --custom-compile-command "make lock" --output-file .ci/tested.txt

# Known weaknesses of these versions, where PyPI's service for them answers; fails where it does not.
audit: $(VENV)/.installed-dev
	$(BIN)/uvx pip-audit --strict --no-deps --disable-pip --requirement .ci/tested.txt

# Every notebook must run from its first to its last cell, and agree with its .py file.
notebooks: $(VENV)/.installed-dev
	$(BIN)/python -m pytest --nbmake notebooks tests/end_to_end/test_notebook_pairs.py

# The site, from the repository's pages, notebooks, docstrings and registries; warnings are errors.
docs: $(VENV)/.installed-dev
	$(INSTALL) ".[docs]"
	$(BIN)/python -m sphinx -W --keep-going -q -n -c docs . build/site
	@echo "The site: build/site/index.html"

# Pages in the Chromium of this machine, and what else an extra makes.
browser: docs
	$(INSTALL) ".[browser,parquet,view]"
	$(BIN)/python -m pytest tests/qdenseam/report tests/qdenseam/experiments/collecting/test_results_table.py

clean:
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find qdenseam classical_ref circuits tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.installed: pyproject.toml $(TESTED)
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) .
	touch $@

$(VENV)/.installed-dev: pyproject.toml $(TESTED)
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) ".[dev]"
	touch $@ $(VENV)/.installed
