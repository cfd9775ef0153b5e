# Everything is set up by the targets themselves; a machine needs Python 3.11 or newer and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := 0.13.8
PYTEST_ARGS ?=
LEFT_OUT := $(CURDIR)/$(VENV)/left-out
NO_INDEX = echo "error: Python packages cannot be installed; the lines above say why"; \
  echo "hint: check the network; for a mirror set PIP_INDEX_URL;" \
  "for a proxy whose certificate is not trusted set SSL_CERT_FILE to its PEM file"; exit 3
ifdef PIP_INDEX_URL
export UV_DEFAULT_INDEX ?= $(PIP_INDEX_URL)
endif
# uv reads it by itself; pip before 24.2 reads only its own name.
ifdef SSL_CERT_FILE
export PIP_CERT ?= $(SSL_CERT_FILE)
endif

define RELEASED
import json, sys
sys.exit(not any(one["name"] == "Money" and one["release"] for one in json.load(sys.stdin)["assets"]))
endef
export RELEASED

# Bytecode is kept: without it each of thousands of processes would compile the same modules anew. The serial tests come
# first, and leave the tests' own for the others.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo setup test long check bench clean

demo: setup ## publish the examples on this machine and print the address
	@$(BIN)/odcpub publish examples/money
	@$(BIN)/odcpub status --json | $(BIN)/python -c "$$RELEASED" || \
	  $(BIN)/odcpub release money --version 1.0.0 --notes "first"
	@$(BIN)/odcpub publish examples/helpdesk

setup: $(VENV)/.ready ## what publishing needs

test: $(VENV)/.ready-dev ## all tests that this machine can run; what is left out is said
	@rm -f $(LEFT_OUT); code=0; export ODCPUB_TEST_LEFT_OUT=$(LEFT_OUT); \
	$(BIN)/python -m pytest -m "serial and not long" $(PYTEST_ARGS) || code=$$?; \
	$(BIN)/python -m pytest -n 5 --dist loadfile --no-loadscope-reorder -m "not serial and not long" $(PYTEST_ARGS) || code=$$?; \
	$(BIN)/python -m tests.absence $(LEFT_OUT); exit $$code

# Exit code 5: nothing was chosen, as where PYTEST_ARGS name a part that has no such tests.
long: $(VENV)/.ready-dev ## what `make test` takes a few of, whole: every moment of a kill, random models by the thousand
	@code=0; export ODCPUB_TEST_LONG=1; \
	part() { $(BIN)/python -m pytest --timeout 3600 "$$@" $(PYTEST_ARGS) || [ $$? -eq 5 ] || code=1; }; \
	part -m "serial and long"; \
	part -n 4 --dist loadfile --no-loadscope-reorder -m "(long or hypothesis) and not serial"; \
	exit $$code

check: $(VENV)/.ready-dev ## style, types, layers
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

bench: $(VENV)/.ready-dev ## the benchmarks, each beside a floor or a peer
	@$(BIN)/python -m bench

$(VENV)/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "error: $(PYTHON) is missing or older than 3.11"; \
	  echo "hint: install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3.13"; exit 2; }
	@echo "Setting up Python packages, once for this checkout"
	@$(PYTHON) -m venv $(VENV) || { echo "error: $(PYTHON) cannot make a virtual environment"; \
	  echo "hint: install its venv module (Debian, Ubuntu: apt install python3-venv)"; exit 3; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV) || { $(NO_INDEX); }

$(VENV)/.ready: requirements.lock pyproject.toml $(VENV)/bin/uv
	@$(BIN)/uv pip install --quiet --require-hashes -r requirements.lock || { $(NO_INDEX); }
	@$(BIN)/uv pip install --quiet --no-deps --editable . || { $(NO_INDEX); }
	@touch $@

$(VENV)/.ready-dev: requirements-dev.lock $(VENV)/.ready
	@echo "Setting up what the tests need besides"
	@$(BIN)/uv pip install --quiet --require-hashes -r requirements-dev.lock || { $(NO_INDEX); }
	@touch $@

clean: ## forgets the virtual environment; data and cache stay
	rm -rf $(VENV)
