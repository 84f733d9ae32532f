PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNS := $(VENV)/.runs
INSTALLED := $(VENV)/.installed
# A driver alone is enough: CUDA and cuDNN come with the extra.
PROCESSOR := $(shell nvidia-smi -L 2>/dev/null | grep -q GPU && echo gpu || echo cpu)
PIP := $(BIN)/python -m pip install --disable-pip-version-check

.PHONY: run test lint bench fuzz docs clean

run: $(RUNS)
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

$(RUNS): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable '.[proxy,worker,local,$(PROCESSOR)]'
	$(BIN)/python -m worker.matting.closed_form
	@touch $@

$(INSTALLED): $(RUNS)
	$(PIP) --quiet --editable '.[dev]'
	@touch $@
