# Each target sets up what it needs. `make demo` and `make test` are all that a new machine takes.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.complete

.PHONY: venv demo test lint parity bench strategies sweep tensorflow zoo dist clean

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

# Keras has three backends, and torch is the one that is installed here.
test parity: export KERAS_BACKEND = torch

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
	$(BIN)/python -m tools.bench.kernels
	$(BIN)/python -m tools.bench.rows
	$(BIN)/python -m tools.bench.strategies

# What test-time augmentation and ensembles cost and buy on CIFAR-10, which stands beside the repository.
strategies: $(STAMP)
	$(BIN)/python -m tools.strategies

# One architecture of every timm family and every torchvision classifier: some hours of two cores, not in CI. An
# interrupted run goes on where it stopped; `python -m tools.zoo --retry-failed` or `--only NAME` does some again.
zoo: $(STAMP)
	$(BIN)/python -m tools.zoo

# Every published recipe against its own library: an environment of its own (4 GB), up to an hour, not in CI. Every name
# once; then every distinct recipe with the literal kernels, and with both under Pillow 12.
SWEEP := .venv-sweep
RECORDED := tests/parity/recipes/recorded.jsonl.gz

sweep: $(SWEEP)/.complete
	mkdir -p build
	$(SWEEP)/bin/python -m tools.sweep --mutate --record $(RECORDED) --json build/sweep-fast-pillow13.json
	$(SWEEP)/bin/python -m tools.sweep --distinct --kernels literal --json build/sweep-literal-pillow13.json
	PYTHONPATH=$(SWEEP)/pillow12 $(SWEEP)/bin/python -m tools.sweep --distinct --json build/sweep-fast-pillow12.json
	PYTHONPATH=$(SWEEP)/pillow12 $(SWEEP)/bin/python -m tools.sweep --distinct --kernels literal --json build/sweep-literal-pillow12.json
	$(SWEEP)/bin/python -m tools.sweep.page build/sweep-fast-pillow13.json build/sweep-literal-pillow13.json \
		build/sweep-fast-pillow12.json build/sweep-literal-pillow12.json

$(SWEEP)/.complete: requirements/sweep.txt requirements/sweep-alone.txt tools/torchvision_hook.py
	$(PYTHON) -m venv $(SWEEP)
	$(SWEEP)/bin/python -m pip install --quiet --upgrade pip
	@echo "installing the libraries of the sweep (some minutes)"
	$(SWEEP)/bin/python -m pip install --quiet --requirement requirements/sweep.txt
	$(SWEEP)/bin/python -m pip install --quiet --no-deps --requirement requirements/sweep-alone.txt
	$(SWEEP)/bin/python -m pip install --quiet --no-deps --target $(SWEEP)/pillow12 pillow==12.3.0
	$(SWEEP)/bin/python -m pip install --quiet --no-build-isolation --no-deps --editable runtime --editable export
	$(SWEEP)/bin/python tools/torchvision_hook.py
	touch $@

# SavedModels, older Keras files and TensorFlow.js models against TensorFlow itself: an environment of its own (3 GB), some
# minutes, not in CI, where the tests that need TensorFlow are skipped.
TENSORFLOW := .venv-tensorflow

tensorflow: $(TENSORFLOW)/.complete
	$(TENSORFLOW)/bin/python -m pytest $(wildcard tests/export/networks/test_network_tensorflow*.py) \
		tests/export/networks/test_network_tfjs.py tests/export/networks/test_network_keras2.py \
		tests/e2e/test_real_tensorflow.py

# tf_keras asks for `tensorflow`, which is the build with CUDA; the CPU build is called otherwise: so without dependencies.
$(TENSORFLOW)/.complete: requirements/tensorflow.txt tools/torchvision_hook.py
	$(PYTHON) -m venv $(TENSORFLOW)
	$(TENSORFLOW)/bin/python -m pip install --quiet --upgrade pip
	@echo "installing TensorFlow and the development environment (some minutes)"
	$(TENSORFLOW)/bin/python -m pip install --quiet --requirement requirements/tensorflow.txt
	$(TENSORFLOW)/bin/python -m pip install --quiet --no-deps tf_keras==2.21.0
	$(TENSORFLOW)/bin/python -m pip install --quiet --no-build-isolation --no-deps --editable runtime --editable export
	$(TENSORFLOW)/bin/python tools/torchvision_hook.py
	touch $@

dist: $(STAMP)
	$(BIN)/python -m build --no-isolation --outdir dist runtime
	$(BIN)/python -m build --no-isolation --outdir dist export

clean:
	rm -rf .venv demo dist
