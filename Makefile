PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: run test lint bench fuzz docs clean

run: $(INSTALLED)
	@exec $(BIN)/cutout dev

test: $(INSTALLED)
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(INSTALLED)
	$(BIN)/python -m tests.benchmarks.render
	$(BIN)/python -m pytest tests/benchmarks -s -o python_files='bench_*.py'

fuzz: $(INSTALLED)
	nice -n 10 $(BIN)/python -m tests.attacks.fuzz_files --seconds 600
	nice -n 10 $(BIN)/python -m tests.attacks.fuzz_urls --seconds 600

docs: $(INSTALLED)
	$(BIN)/python docs/generate.py

clean:
	rm -rf $(VENV)

$(INSTALLED): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	$(BIN)/python -m worker.matting.closed_form
	@touch $@
