# Needs Python >= 3.11 and make, nothing else: `make demo` and `make test` create .venv themselves.
# `make lint` needs npm too (for pyright), `make test-all` what `python -m tests.tools list` shows.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: audit bandit bench clean core-only demo directions docs fuzz help hostile lint matrix mutants mypy pyright style suite test test-all tools venv wheels

PYTHON := .venv/bin/python
STAMP := .venv/installed
PROCESSES := 2
PROVIDERS := aws gcp azure
# Neighbours stay together, and with them the servers that they share: a process that is idle takes over half of what
# another still has. Each process starts its own servers, on free ports.
PYTEST := $(PYTHON) -m pytest -p tests.tools.collecting -p tests.tools.counting --numprocesses $(PROCESSES) --dist worksteal
# CLOUDLESS_PASSED=FILE: `make test` lists there what passed, `make test-all` leaves it out. For .ci/run, which does both.
NOTE := $(if $(CLOUDLESS_PASSED),-p tests.tools.passed --note-passed=$(CLOUDLESS_PASSED))
LEAVE_OUT := $(if $(CLOUDLESS_PASSED),-p tests.tools.passed --leave-out=$(CLOUDLESS_PASSED))
# Beside the suite, which waits for emulators now and then: what only computes takes those moments, and disturbs nothing.
GIVING_WAY := nice -n 19
UV := .venv/bin/uv
INSTALL := $(UV) pip install --quiet --compile-bytecode --python $(PYTHON) \
	--constraint constraints.txt --build-constraints constraints.txt
# Tests start hundreds of Pythons: without bytecode, each compiles all that it imports.
BYTECODE := $(PYTHON) -m compileall -q cloudless $(foreach name,$(PROVIDERS),providers/$(name)/cloudless_$(name))
# Older interpreters first: the constraints were resolved on 3.11. A Python without venv (Debian's) does not count.
FIND_PYTHON := for python in python3.11 python3.12 python3.13 python3 python; do \
	$$python -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$python; exit; }; done; \
	echo "no Python >= 3.11 with venv found: install it, e.g. apt-get install python3 python3-venv" >&2; exit 1

help:  ## Show the targets.
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

venv: $(STAMP)  ## Create .venv with the four distributions (editable) and our tools.

$(STAMP): constraints.txt pyproject.toml $(PROVIDERS:%=providers/%/pyproject.toml)
	@test -x $(PYTHON) || { python=$$($(FIND_PYTHON)) && $$python -m venv .venv; }
	@$(PYTHON) -m pip install -qq --disable-pip-version-check --constraint constraints.txt --upgrade pip uv
	$(INSTALL) --editable '.[cli,dev,jwt,test]' $(PROVIDERS:%=--editable providers/%) --group all
	@touch $@

demo: $(STAMP)  ## Run the examples on the in-memory cloud, with their tests, and compile them for Azure, one for all three clouds.
	@export PATH="$(CURDIR)/.venv/bin:$$PATH"; for example in examples/*/; do \
		echo "== $$example"; (cd $$example && sh demo.sh) || exit 1; done

test: $(STAMP)  ## Run the quick tests that need nothing but Python packages; others are left out, or skipped and say what they need.
	@$(BYTECODE)
	CLOUDLESS_LEAVE_TOOLS=1 $(PYTEST) $(NOTE) -m "not slow and not fuzz"

test-all: suite mutants core-only  ## Run every test with every tool; the mutants; and the core alone on other Pythons.

suite: $(STAMP) tools
	CLOUDLESS_REQUIRE_TOOLS=1 $(PYTEST) $(LEAVE_OUT)

matrix: $(STAMP) tools  ## Run what shows that every cloud does the same, and record it: `cloudless matrix`, README, docs.
	$(PYTHON) -m tests.matrix.record
	$(PYTHON) -m tests.docs.support_matrix

mutants: $(STAMP)  ## Show that the conformance suite alone kills every mutant of the in-memory cloud, the fuzzer those of the engine.
	$(GIVING_WAY) $(PYTHON) -m tests.mutants
	$(GIVING_WAY) $(PYTHON) -m tests.fuzz.mutants

fuzz: $(STAMP)  ## Run random orchestrations by CPython and by the engine: make fuzz PROGRAMS=10000 SEED=… ON=aws
	$(PYTHON) -m tests.fuzz --programs $(or $(PROGRAMS),10000) $(if $(SEED),--seed $(SEED)) $(if $(ON),--on $(ON))

hostile: $(STAMP)  ## Try hostile input of every kind: make hostile EXAMPLES=10000
	CLOUDLESS_EXAMPLES=$(or $(EXAMPLES),2000) $(PYTEST) tests/unit/hostile $(PROVIDERS:%=providers/%/tests/hostile)

tools: $(STAMP)  ## Install the emulators under .tools/ and list what is missing.
	@$(PYTHON) -m tests.tools install
	@$(PYTHON) -m tests.tools list

lint: style bandit mypy pyright directions  ## Check style, risky code, types (pyright: of what is shipped) and the dependency directions; --jobs=2 takes half the time.

style: $(STAMP)
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check

bandit: $(STAMP)
	$(PYTHON) -m bandit --quiet --recursive --configfile pyproject.toml cloudless $(foreach name,$(PROVIDERS),providers/$(name)/cloudless_$(name))

audit: $(STAMP)  ## Look the pinned versions up in the databases of known vulnerabilities; says so where none can be reached.
	@PYTHON=$(PYTHON) sh .ci/audit

mypy: $(STAMP)
	$(PYTHON) -m mypy

pyright: $(STAMP)
	@$(PYTHON) -m tests.tools install pyright
	.tools/pyright/node_modules/.bin/pyright --project pyproject.toml

directions: $(STAMP)
	.venv/bin/lint-imports

docs: $(STAMP)  ## Build the documentation strictly into .site/.
	$(PYTHON) -m zensical build --clean --strict --config-file .mkdocs.yml

bench: $(STAMP)  ## Measure us and everybody else in one run, some ten minutes; write the record and the page.
	$(PYTHON) -m tests.benchmarks

wheels: $(STAMP)  ## Build the four distributions into dist/ and try them in a fresh environment.
	PYTHON=$(PYTHON) sh .ci/wheels

core-only: wheels  ## Test the core's wheel without any provider, on Python 3.13 and in part on 3.12, or else on 3.11.
	PYTHON=$(PYTHON) $(GIVING_WAY) sh .ci/core-only

clean:  ## Remove what the other targets made.
	rm -rf .venv .venvs .tools .site .cache dist build
