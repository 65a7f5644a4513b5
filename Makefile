# Commands for developing cnnspec. `make demo` and `make test` also work on a fresh machine, without
# root privileges or Graphviz.

VENV := .venv
PYTHON := python3
BIN := $(VENV)/bin
OTHERS := .others
EDITORS := tests/editors/node_modules
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt
SPEC := specs/mnist_multi_output.yaml
RUNS := runs
TESTS_OF_VERSIONS := $(addprefix tests/test_,archive.py chapter_models.py code.py commands.py export.py \
	keras_backend.py keras_versions.py layer_declarations.py objects.py) tests/runs/test_training_runs.py
NOW := $(shell date -u +%Y%m%d-%H%M%S)

# Without bytecode, each of the many short processes of tests and benchmarks compiles everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo demo-train test test-runs test-core test-jax test-lowest test-newest matrix browser editors docs conformance conformance-steps conformance-operations conformance-others kills fuzz keras-versions lint format golden gallery imported schema release bench clean

demo: $(VENV)/.demo
	$(BIN)/cnnspec build --quiet $(SPEC) --output build
	$(BIN)/cnnspec summary $(SPEC)
	@echo "The diagram is in build/mnist_multi_output/diagram.svg"

demo-train: $(VENV)/.demo
	$(BIN)/cnnspec train $(SPEC) --output $(RUNS)/mnist_multi_output/$(NOW)
	$(BIN)/cnnspec train specs/mnist_transfer.yaml --output $(RUNS)/mnist_transfer/$(NOW) \
		--set base_weights=$(CURDIR)/$(RUNS)/mnist_multi_output/$(NOW)/model.weights.h5

test: $(VENV)/.dev
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal --durations 15 --quiet
	$(BIN)/python -m pytest --quiet --cnnspec-strict specs

test-runs: $(VENV)/.dev
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal --quiet tests/runs

# JAX must not be forked, which the test of killed runs does.
test-jax: $(VENV)/.dev
	$(BIN)/python -m pytest --quiet tests/backends
	KERAS_BACKEND=jax $(BIN)/python -m pytest --numprocesses auto --dist worksteal --quiet \
		-k "not killed" tests/test_keras_backend.py tests/test_chapter_models.py tests/runs/test_training_runs.py

test-core: $(VENV)/.dev
	.ci/core_only

test-lowest: $(VENV)/.dev
	$(BIN)/python -m keras_versions.matrix lowest --tests $(TESTS_OF_VERSIONS)

test-newest: $(VENV)/.dev
	$(BIN)/python -m keras_versions.matrix python-3.11 --tests $(TESTS_OF_VERSIONS)

matrix: $(VENV)/.dev
	$(BIN)/python -m keras_versions.matrix

conformance: $(VENV)/.dev
	$(BIN)/python -m conformance
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal --quiet tests/networks tests/comparisons

conformance-steps: $(VENV)/.dev
	$(BIN)/python -m conformance --configurations 0 --graphs 0 --networks 0 \
		--stepped-configurations 30 --stepped-graphs 1000

conformance-operations: $(VENV)/.dev
	$(BIN)/python -m conformance --configurations 0 --graphs 0 --networks 0 \
		--stepped-configurations 0 --stepped-graphs 0 --operations 18 --mixed-graphs 1000

KILLS :=
kills: $(VENV)/.dev
	$(BIN)/python -m faults $(KILLS)

conformance-others: $(OTHERS)/.installed
	$(OTHERS)/bin/python -m conformance.others

COUNT :=
SECONDS :=
FUZZ :=
fuzz: $(VENV)/.dev
	$(BIN)/python -m fuzz $(if $(COUNT),--count $(COUNT)) $(if $(SECONDS),--seconds $(SECONDS)) $(FUZZ)

keras-versions: $(VENV)/.dev
	$(BIN)/python -m keras_versions

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

golden: $(VENV)/.dev
	$(BIN)/python -m pytest --quiet tests/test_golden.py --update-golden

docs: $(VENV)/.dev
	$(BIN)/python -m sphinx --builder html --jobs auto --fail-on-warning --keep-going --quiet docs build/docs
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal --quiet tests/docs
	@echo "The documentation is in build/docs/index.html"

gallery: $(VENV)/.dev
	$(BIN)/python docs/make_gallery.py

imported: $(VENV)/.dev
	$(BIN)/python -m docs.make_imported

schema: $(VENV)/.dev
	$(BIN)/cnnspec schema > schema/cnnspec-1.json

browser: $(VENV)/.dev
	$(BIN)/python -m pytest --quiet tests/browser

editors: $(VENV)/.dev $(EDITORS)/.installed
	$(BIN)/python -m pytest --quiet tests/editors

release: $(VENV)/.dev
	$(BIN)/python .ci/release.py

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) --editable ".[tensorflow,diagrams]"
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) --editable ".[dev]"
	@touch $@ $(VENV)/.demo

# No script of a package is run, so the checker of SARIF is not made executable by its own.
$(EDITORS)/.installed: tests/editors/package-lock.json
	npm ci --prefix tests/editors --ignore-scripts --no-audit --no-fund --silent
	chmod u+x $(EDITORS)/@microsoft/sarif-multitool-*/Sarif.Multitool*
	@touch $@

# In an environment of its own, because these packages want many others.
$(OTHERS)/.installed: pyproject.toml constraints.txt
	test -x $(OTHERS)/bin/python || $(PYTHON) -m venv $(OTHERS)
	$(OTHERS)/bin/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt \
		--editable ".[models-of-others]"
	@touch $@

clean:
	rm -rf $(VENV) $(OTHERS) $(EDITORS) build dist .pytest_cache .mypy_cache .ruff_cache
