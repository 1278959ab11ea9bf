# Each target sets up what it needs. `make demo` and `make test` are all that a new machine takes.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.complete

.PHONY: venv demo test lint parity bench dist clean

venv: $(STAMP)

$(STAMP): requirements/dev.txt runtime/pyproject.toml export/pyproject.toml tools/torchvision_hook.py
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	@echo "installing the development environment (about a minute)"
	$(BIN)/python -m pip install --quiet --requirement requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-build-isolation --no-deps --editable runtime --editable export
	$(BIN)/python tools/torchvision_hook.py
	touch $(STAMP)

demo: $(STAMP)
	$(BIN)/python -m tools.demo

test: $(STAMP)
	$(BIN)/python -m pytest -m "not slow"

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

parity: $(STAMP)
	$(BIN)/python -m pytest -m slow

bench: $(STAMP)
	$(BIN)/python -m tools.bench

dist: $(STAMP)
	$(BIN)/python -m build --no-isolation --outdir dist runtime
	$(BIN)/python -m build --no-isolation --outdir dist export

clean:
	rm -rf .venv demo dist
