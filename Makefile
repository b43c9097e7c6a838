# Lotweave: everything a newcomer needs. `make help` lists the verbs.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin

.PHONY: help
help: ## list the verbs
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 14

$(VENV)/.ready: requirements/dev.lock pyproject.toml deploy/setup.sh
	@deploy/setup.sh $(VENV)

.PHONY: setup
setup: $(VENV)/.ready ## make .venv from the lock file

.PHONY: demo
demo: setup ## two plants, two ERPs, one trace: the main job end to end
	@$(BIN)/lotweave demo --folder demo-site

.PHONY: test
test: setup ## run the tests on real PostgreSQL, Valkey and sockets
	@$(BIN)/python -m pytest -n $$(( $$(nproc) < 4 ? $$(nproc) + 1 : 4 )) --dist worksteal

.PHONY: real
real: setup ## the same job on Tryton, an ERP that nobody here wrote
	@$(BIN)/lotweave real --folder real-site

.PHONY: bench-trace
bench-trace: setup ## the genealogy at 50 million links beside PostgreSQL and the limit (about 15 minutes)
	@$(BIN)/python -m bench.trace
	@$(BIN)/python -m bench.trace.ingest

.PHONY: bench-trace-month
bench-trace-month: setup ## a month of 150 million links, without the peer
	@$(BIN)/python -m bench.trace --units 2050000 --name g150 --no-peer

.PHONY: bench-mapping
bench-mapping: setup ## 100,000 records mapped, beside closures, msgspec, polars, pydantic and marshmallow (about 3 minutes)
	@$(BIN)/pip install --quiet --require-hashes -r requirements/bench.lock
	@$(BIN)/python -m bench.mapping

.PHONY: bench-connectors
bench-connectors: setup ## a pull of 200,000 Kingdee rows: calls, memory, rows a second beside bare calls
	@$(BIN)/python -m bench.connectors.pull

.PHONY: faults
faults: setup ## the whole matrix of faults: kills at every moment, pairs, every fault of the ERPs (about 90 minutes)
	@LOTWEAVE_FAULTS=all LOTWEAVE_FAULTS_TABLE=bench/results/faults.md $(BIN)/python -m pytest -q -p no:randomly tests/faults/test_matrix.py tests/faults/test_killed_reconcile.py tests/faults/test_network.py tests/faults/test_rabbitmq.py tests/faults/test_clock_steps.py tests/faults/test_plants.py tests/faults/test_full_disk.py

.PHONY: bench-reconcile
bench-reconcile: setup ## a million documents compared with a system, a thousandth of them changed: calls, CPU, memory (about 10 minutes)
	@$(BIN)/python -m bench.sync.reconcile

.bench/%/.ready: bench/sync/peers/%.txt
	@$(BIN)/python -m venv .bench/$* && .bench/$*/bin/pip install --quiet -r $< && touch $@

.PHONY: bench-sync
bench-sync: setup .bench/dlt/.ready .bench/singer/.ready ## 200,000 orders pulled and carried to the end, beside dlt, Singer and raw COPY (about 12 minutes)
	@$(BIN)/python -m compileall -q lotweave scheduler pipelines connectors mappings trace_core # as an installation does
	@$(BIN)/python -m bench.sync --dlt .bench/dlt/bin/python --singer .bench/singer/bin/python

.PHONY: conformance
conformance: setup ## every connector judged against its simulator, and every simulator by the vendor's own client
	@$(BIN)/lotweave connector conform
	@$(BIN)/python -m pytest -q tests/conformance

.PHONY: lint
lint: setup ## format check, lint, types, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: check
check: lint test ## all that CI checks

.PHONY: format
format: setup ## format the code
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

.PHONY: lock
lock: ## renew the lock files (needs uv)
	@uv pip compile pyproject.toml --universal --python-version 3.11 --no-emit-index-url --generate-hashes --no-header -q -o requirements/run.lock
	@uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --no-emit-index-url --generate-hashes --no-header -q -o requirements/dev.lock
	@uv pip compile pyproject.toml --extra bench --universal --python-version 3.11 --no-emit-index-url --generate-hashes --no-header -q -o requirements/bench.lock

.PHONY: clean
clean: ## remove what the other verbs made
	@rm -rf $(VENV) demo-site real-site .pytest_cache .mypy_cache .ruff_cache .import_linter_cache build dist *.egg-info
