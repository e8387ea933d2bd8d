# Stylesite from a terminal. `make help` lists what there is.
#
# STYLESITE_VENV  where the virtual environment lives (default .venv)
# STYLESITE_PORT  the port of the site (default 8000)
# PYTHON          the Python to make it with (default python3.11, else python3)

export STYLESITE_VENV ?= .venv
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := $(STYLESITE_VENV)/bin
TESTS ?= tests
# As many at a time as the smallest machine has cores: with more, tests that wait for painting wait
# too long. They begin in the order that tests/conftest.py gives them, not with the largest files.
AT_ONCE := -n 2 --no-loadscope-reorder
# Where nothing compiled is kept, each process compiles all tests anew: ten seconds each
unexport PYTHONDONTWRITEBYTECODE
# What is tested on PostgreSQL too, when everything is tested
ON_POSTGRES := tests/transfers tests/gallery tests/accounts --ignore=tests/transfers/api/test_schema.py
# For every platform and Python from 3.11 on; no source packages, whose building needs more packages.
# Extras are named: to pip `coverage[toml]` is another package than `coverage`, and it would look for
# the newest, whose hash is not there.
LOCK = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--only-binary :all: --no-strip-extras --custom-compile-command "make lock" $(UPGRADE)

.DEFAULT_GOAL := help
.PHONY: help run install python dev browser servers assets lint lock licences types test coverage chaos fuzz bench bench-engine clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 16

run: install ## set everything up and start the site: web and worker together
	@$(BIN)/python manage.py prepare
	@exec $(BIN)/python manage.py up

install: python
	@$(PYTHON) -m stylesite.bootstrap

python:
	@test -n "$(PYTHON)" || { echo "Python is missing: install Python 3.11 (sudo apt-get install python3 python3-venv) and run this again." >&2; exit 1; }

dev: python
	@$(PYTHON) -m stylesite.bootstrap --dev --always

browser: dev
	@$(BIN)/python -m tests.browser.install

servers: dev
	@$(BIN)/python -m tests.services.install

assets: dev
	@$(BIN)/python manage.py tailwind build

lint: dev ## check style, types, templates, and known weaknesses of packages
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy engine transfers gallery accounts stylesite
	$(BIN)/djlint --check --lint templates
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python -m tests.importable
	@$(BIN)/python -m tests.supply.audit

lock: dev ## pin all that requirements*.txt need, with hashes (UPGRADE=--upgrade for the newest)
	$(LOCK) requirements.txt --output-file requirements.lock
	$(LOCK) requirements-dev.txt --constraints requirements.lock --output-file requirements-dev.lock

licences: dev ## write docs/licences.md: what every package of the site is licensed under
	@$(BIN)/python -m tests.supply.licences

test: lint browser servers assets ## everything: lint, types, unit, real VGG19, browser and servers (TESTS=path for a part)
	$(BIN)/python -m pytest $(AT_ONCE) $(TESTS)
	$(if $(filter tests,$(TESTS)),$(BIN)/python -m tests.services $(BIN)/python -m pytest -q $(AT_ONCE) $(ON_POSTGRES))

coverage: browser servers assets ## run the tests once more and print what they do not reach, branch by branch
	$(BIN)/python -m pytest $(AT_ONCE) $(TESTS) --cov --cov-report=term:skip-covered

chaos: browser servers assets ## kill, freeze and starve everything, and run all other long tests, for an hour
	@$(BIN)/python -m tests.services.install --for-chaos
	$(BIN)/python -m pytest tests -m "long or chaos" -rP

fuzz: dev ## send 5,000 hostile files to a real site (FUZZ="--files 50000 --seed 2" for more)
	@$(BIN)/python -m tests.fuzz $(FUZZ)

bench: dev ## measure the engine and the way from submit to saved picture
	$(BIN)/python -m tests.benchmarks

bench-engine: dev ## compare the engine with the plain loop and two others (BENCH=--help lists options)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	$(BIN)/python -m tests.benchmarks.engines.compare $(BENCH)

clean: ## remove what the checks leave behind; your data in var/ stays
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
