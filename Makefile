# From a fresh clone, `make demo` runs the main job and `make test` the quick tests. Only make and
# Python >= 3.11 are needed: everything else goes into $(VENV), once.

PYTHON ?= python3
VENV ?= .venv
WORKERS ?= 2
BIN = $(VENV)/bin

export OMP_NUM_THREADS = 1

.PHONY: demo test slow lint notebooks docs browser clean

demo: $(VENV)/.installed
	$(BIN)/qdenseam compare

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

slow: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n $(WORKERS) -m "slow and not notebook and not gpu and not hardware"

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

# Every notebook must run from its first to its last cell, and agree with its .py file.
notebooks: $(VENV)/.installed-dev
	$(BIN)/python -m pytest --nbmake notebooks tests/end_to_end/test_notebook_pairs.py

# The site, from the repository's pages, notebooks, docstrings and registries; warnings are errors.
docs: $(VENV)/.installed-dev
	$(BIN)/python -m pip install --quiet --editable ".[docs]"
	$(BIN)/python -m sphinx -W --keep-going -q -n -c docs . build/site
	@echo "The site: build/site/index.html"

# Pages in the Chromium of this machine, and what else an extra makes.
browser: docs
	$(BIN)/python -m pip install --quiet --editable ".[browser,parquet,view]"
	$(BIN)/python -m pytest tests/qdenseam/report tests/qdenseam/experiments/collecting/test_results_table.py

clean:
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find qdenseam classical_ref circuits tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.installed-dev: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch $@ $(VENV)/.installed
