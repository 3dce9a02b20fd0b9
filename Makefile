# Every target works from any folder with `make -C`, and makes the virtual environment it needs from a hashed lock.
# ARGS hands options on: make run ARGS=--once, make test ARGS="tests/unit -x". PYTHON names another Python.
PYTHON ?=
export PYTHON
PY := .venv/bin/python
LOCK := uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

.DEFAULT_GOAL := help
.PHONY: help run year dev clean-data test model check format format-check lint types imports openapi bench lock clean environment dev-environment

help: ## Print every target and what it does.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' Makefile

run: environment ## Start both services on a PostgreSQL of their own and show the main job (ARGS=--once ends after it).
	@$(PY) -m standalone run $(ARGS)

dev: environment ## Start both services, reloading when code changes, without the demonstration.
	@$(PY) -m standalone dev $(ARGS)

year: environment ## Drive a national year through the real processes (ARGS="--share 0.1" for a shorter one).
	@$(PY) -m standalone year $(ARGS)

clean-data: environment ## Delete this checkout's databases, demonstration secrets and logs.
	@$(PY) -m standalone clean-data $(ARGS)

test: dev-environment ## Run the tests (ARGS are pytest's).
	$(PY) -m pytest -n 2 --dist loadfile $(ARGS)

model: dev-environment ## Check the Promela model of the exchange with spin, and that each of its rules is needed.
	$(PY) -m tests.model

check: format-check lint types imports model test ## Everything that must be green: format, lint, types, imports, the model, tests.

format: dev-environment ## Format the code and mend what ruff can mend.
	$(PY) -m ruff check --fix-only --quiet .
	$(PY) -m ruff format .

format-check: dev-environment
	$(PY) -m ruff format --check .

lint: dev-environment ## Look for faults of style and substance with ruff.
	$(PY) -m ruff check .

types: dev-environment ## Check the types with mypy, strictly.
	$(PY) -m mypy

imports: dev-environment ## Check who imports whom.
	$(PY) -c "from importlinter.cli import lint_imports_command; lint_imports_command()"

openapi: environment ## Write openapi/*.json from the apps.
	$(PY) -m local_service openapi --output openapi/local_service.json
	$(PY) -m panel_service openapi --output openapi/panel_service.json

bench: dev-environment ## Measure, side by side in one run (rounds, medians, CPU per operation).
	$(PY) -m tests.bench $(ARGS)

lock: ## Write the hashed locks anew from requirements*.in (needs uv).
	@command -v uv >/dev/null || { echo "make lock needs uv on PATH." >&2; exit 1; }
	$(LOCK) requirements.in -o requirements.lock
	$(LOCK) -c requirements.lock requirements-standalone.in -o requirements-standalone.lock
	$(LOCK) -c requirements-standalone.lock requirements-dev.in -o requirements-dev.lock

clean: ## Remove the virtual environment and all caches; data stay (make clean-data).
	rm -rf .venv .venv.lock .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage htmlcov
	find . -name __pycache__ -type d -not -path './.standalone/*' -prune -exec rm -rf {} +

environment:
	@sh scripts/bootstrap.sh standalone

dev-environment:
	@sh scripts/bootstrap.sh dev
