# Needs Python >= 3.11 and make, nothing else. `make help` lists what there is.
.DEFAULT_GOAL := help
.PHONY: help demo up test faults bench check lock migration clean

PY := .venv/bin/python
# Without bytecode beside the sources every process would compile them anew, seconds each.
unexport PYTHONDONTWRITEBYTECODE
# A copy of the lock inside the environment says what the environment was built from.
BUILT := .venv/requirements.lock
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
  then command -v $$python; break; fi; done)
# Two makes in one clone build one environment, one after the other, where flock exists.
ALONE := $(shell if command -v flock >/dev/null 2>&1; then echo flock requirements.lock; fi)
# Not auto: that counts physical cores, and a virtual machine's two may share one.
WORKERS ?= logical
PORT ?= 8000
SERVE ?= 1
SANDBOX ?= 0

help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

$(BUILT): requirements.lock
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python"; exit 1; }
	@$(ALONE) sh deploy/environment.sh "$(PYTHON)"

demo: $(BUILT)  ## live the main job in a fresh sandbox, then serve its pages (SERVE=0: exit at once)
	@SERVE=$(SERVE) $(PY) -m services demo

up: $(BUILT)  ## run the suite, kept under .data/up, at http://127.0.0.1:8000 (PORT=, SANDBOX=1)
	@PORT=$(PORT) SANDBOX=$(SANDBOX) $(PY) -m services up

test: $(BUILT)  ## run every test on a real PostgreSQL (WORKERS=, ARGS=)
	@$(PY) -m pytest -n $(WORKERS) --maxprocesses=8 $(ARGS)

faults: $(BUILT)  ## the proof in full: faults and attack, 40 minutes at most (ONLY=name[,name], SEED=)
	@$(PY) -m tests.faults

bench: $(BUILT)  ## speed against limits of the same run (ONLY=name[,name], FLOORS=write raises floors)
	@$(PY) -m tests.bench

check: $(BUILT)  ## lint, format, types, import contracts, then every test
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-cache
	@$(MAKE) --no-print-directory test

lock:  ## choose the newest versions that pyproject.toml allows and write requirements.lock (needs uv)
	@uv pip compile pyproject.toml --group dev --universal --upgrade --generate-hashes \
	  --no-annotate --no-header --no-emit-index-url --quiet --output-file requirements.lock

migration: $(BUILT)  ## start a migration: service=registry message="add notes"
	@test -n "$(service)" && test -n "$(message)" || \
	  { echo 'make migration service=registry message="add notes"'; exit 2; }
	@$(PY) -m services migration "$(service)" "$(message)"

clean:  ## remove the environment and the tools' caches; data under .data stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -path ./.data -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
