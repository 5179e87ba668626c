# Everything starts here; `make help` lists it. Python 3.11 or later and make are all that `run` and `test` need.
PYTHON ?= python3.11
ifeq ($(shell command -v $(PYTHON)),)
PYTHON := python3
endif
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Else each test worker, and each process that tests start, compiles all modules anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test load chaos check format bench schemas dashboard docs messages lock clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

$(VENV)/.run: requirements/run.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --require-hashes -r requirements/run.lock
	$(BIN)/python -m pip install -q --require-hashes -r requirements/build.lock
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.lock
	$(BIN)/python -m pip install -q --require-hashes -r requirements/dev.lock
	@touch $@

$(VENV)/.bench: $(VENV)/.dev requirements/bench.lock
	$(BIN)/python -m pip install -q --require-hashes -r requirements/bench.lock
	@touch $@

run: $(VENV)/.run ## the whole product on an embedded broker, SQLite and a simulated bank; Ctrl-C ends it
	@$(BIN)/ebbwatch run --embedded --simulate

test: $(VENV)/.dev ## every test that this machine has the servers for, but those that take minutes
	@$(BIN)/python -m pytest -n 4 --dist worksteal -p no:cacheprovider

check: $(VENV)/.dev ## format, lint, types, import walls
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev ## put the source into the house format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.bench ## speed and detection quality beside what a user would pick instead
	$(BIN)/python -m bench

kafka-up: ## one Apache Kafka broker on 127.0.0.1 (needs Java, and Maven the first time)
	@deploy/kafka/kafka.sh up

kafka-down: ## stop that broker; its data stays in var/kafka
	@deploy/kafka/kafka.sh down

load: $(VENV)/.dev ## the desk on a large bank, and its story in a browser: how long people wait
	@$(BIN)/python -m pytest -m load -s -p no:cacheprovider

SEEDS ?= 10000
chaos: $(VENV)/.dev ## a simulated quarter for each of SEEDS seeds, in which everything goes wrong; SEED=n plays one again
	@PYTHONHASHSEED=0 $(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED),--seeds $(SEEDS))

schemas: $(VENV)/.run ## write schemas/published/ anew from the types
	$(BIN)/python -m schemas.publish

dashboard: $(VENV)/.dev ## write deploy/grafana/ebbwatch.json anew from its panels
	$(BIN)/python -W ignore::DeprecationWarning -m deploy.grafana.dashboard

LOCALE = language/locale
messages: $(VENV)/.run ## gather all texts into the catalogues; then fill in what has no Chinese
	$(BIN)/pybabel -q extract -F $(LOCALE)/babel.cfg -k N_ --no-location --sort-output --omit-header -o $(LOCALE)/ebbwatch.pot language casework api
	$(BIN)/pybabel -q update -D ebbwatch -i $(LOCALE)/ebbwatch.pot -d $(LOCALE) --ignore-obsolete --no-fuzzy-matching --omit-header
	@rm $(LOCALE)/ebbwatch.pot

LOCK = $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links --upgrade -q
docs: $(VENV)/.run ## write docs/settings.md anew from the settings
	$(BIN)/python -m services.settings_table > docs/settings.md

lock: $(VENV)/.dev ## pin every dependency anew
	$(BIN)/python -m pip install -q uv
	$(LOCK) pyproject.toml --all-extras -o requirements/run.lock
	$(LOCK) --group build -o requirements/build.lock
	$(LOCK) pyproject.toml --all-extras --group dev -c requirements/run.lock -o requirements/dev.lock
	$(LOCK) pyproject.toml --all-extras --group dev --group bench -c requirements/dev.lock -o requirements/bench.lock

clean: ## forget the environment and the embedded run's data
	rm -rf $(VENV) var
