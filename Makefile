# KanbanAI. `make` says what there is. Only `make`, a POSIX shell and Python 3.11 or later are needed for `make run`.

BIN := .venv/bin
# What follows the command: make run ARGS="--port 4000", make test ARGS="-k rt5".
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run venv web agents test check lint types arrows unit frontend fmt bench openapi schema golden lock upgrade clean distclean

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Set everything up and serve on http://127.0.0.1:3000 (options: ARGS="--port 4000")
	@scripts/setup-venv runtime
	@scripts/build-web
	@exec $(BIN)/kanbanai serve $(ARGS)

venv: ## Make or refresh .venv with everything that development needs
	@scripts/setup-venv dev

web: venv ## Build the web client, if its sources changed
	@scripts/build-web

check: lint types arrows unit frontend ## Before every commit: style, types, arrows, unit tests (under two minutes)

lint: venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: venv
	$(BIN)/mypy

arrows: venv
	$(BIN)/lint-imports --no-logo

unit: venv
	$(BIN)/pytest -q -n 2 -m "not system and not e2e and not slow" $(ARGS)

frontend: ## The web client's style, types and unit tests (where there is Node)
	@scripts/check-web

agents: ## Install the real coding agents that some tests run (1.5 GB, below tests/agents; needs npm)
	@scripts/install-agents

test: venv ## Every test; what could not run here is listed at the end, with the reason
	@scripts/test $(ARGS)

bench: venv ## The benchmarks (one of them: ARGS="fanout"); bench/README.md has method and figures
	@$(BIN)/python -m bench $(ARGS)

fmt: venv ## Format the code and mend what a machine can mend
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	@scripts/check-web --fix

openapi: venv ## Write the generated documents anew: docs/api/*.json, web/src/api/*.gen.ts
	$(BIN)/python -m tests.http.record
	$(BIN)/python -m kanbanai.http.describe
	@scripts/check-web --types

schema: openapi ## The same

golden: venv ## Write tests/golden anew: boards before and after each event
	$(BIN)/python -m tests.golden.write

lock: venv ## Write requirements/*.txt anew after a change of an .in file
	@scripts/lock

upgrade: venv ## The same, with the newest versions
	@scripts/lock --upgrade

clean: ## Remove what was built or cached
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## The same, and .venv and node_modules
	rm -rf .venv tests/e2e/node_modules tests/agents/node_modules web/node_modules src/kanbanai/_ui
