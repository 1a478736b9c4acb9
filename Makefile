# One door for people and for CI.  Needs make, a POSIX sh and Python 3.11–3.13.
#
#   make demo    environment, invented municipality, deliveries read, pages made
#   make sandviken   Sandviken on open data alone, out of $(OPEN): workspace and pages
#   make test    everything that CI runs
#   make check   the fast part: format, lint, unit tests
#   make sbom    what the program is made of, CycloneDX, in build/sbom.cdx.json
#   make licences   docs/licenser.md anew, out of it
#   make audit   known faults of what is locked, where the list can be reached
#   make hashes  a lock with hashes for this platform, in build/
#   make clean   back to a fresh clone; no other municipality's data is touched
#
# The package is installed as editable, so that every process, also a notebook's
# kernel, runs the tree that is edited and not an old copy of it.

PYTHON ?= python3
CYCLE  := 2026-K3
HANDED := 2026-K2

# without bytecode every process pays two to three times the import
unexport PYTHONDONTWRITEBYTECODE
# the demo and the tests are never to touch a workspace that holds real data
unexport LAGESBILD_WORKSPACE

BIN     := .venv/bin/
# what is never imported is never compiled, and that is four files of five
PIP     := $(BIN)python -m pip --disable-pip-version-check install --quiet --no-compile
RUNNING := .venv/.installed-running
TESTING := .venv/.installed-testing
DEMO    := data/exempelkommun
PAGES   := outputs/exempelkommun/$(CYCLE)/offentlig/index.html
SOURCES := $(shell find lagesbild notebooks -type f \
	! -path '*/__pycache__/*' ! -path '*/.ipynb_checkpoints/*' 2>/dev/null)
NOTEBOOKS := $(wildcard notebooks/*.ipynb)

.PHONY: demo sandviken test check lint unit clean sbom licences audit hashes
.DELETE_ON_ERROR:

# --- demo: only what running needs ------------------------------------------------

demo: $(PAGES)
	@echo
	@echo "Klart. Öppna sidan i en webbläsare / Done. Open this page in a browser:"
	@echo "$(PAGES)"

$(PAGES): $(RUNNING) $(DEMO)/kommun.toml $(SOURCES)
	$(BIN)lagesbild ingest
	$(BIN)lagesbild statistics --on 2026-10-05
	@cycles=$$($(BIN)lagesbild status --json | $(BIN)python -c "import json, sys; \
	print(*[c['cycle'] for c in json.load(sys.stdin)['cycles'] \
	if not c['is_closed'] and c['cycle'] < '$(CYCLE)'])") && \
	if [ -n "$$cycles" ]; then $(BIN)lagesbild close $$cycles; fi
	@audiences=$$($(BIN)lagesbild status --json | $(BIN)python -c "import json, sys; \
	print(*[a for c in json.load(sys.stdin)['cycles'] if c['cycle'] == '$(HANDED)' \
	for a in ('radet', 'offentlig') if a not in c['released']])") && \
	for audience in $$audiences; do \
	$(BIN)lagesbild release $(HANDED) --audience $$audience || exit $$?; done
	$(BIN)lagesbild run $(CYCLE)
	@touch $@

$(DEMO)/kommun.toml: | $(RUNNING)
	$(BIN)lagesbild demo

$(RUNNING): pyproject.toml requirements.txt | .venv/bin/python
	$(PIP) -c requirements.txt -e .
	@touch $@

# --- a real municipality, open data only -------------------------------------------

OPEN := ../shared/data

sandviken: $(RUNNING)
	$(BIN)lagesbild opendata data/sandviken --kommun 2181 --files $(OPEN)
	$(BIN)lagesbild ingest -w data/sandviken
	$(BIN)lagesbild statistics -w data/sandviken
	$(BIN)lagesbild run $$($(BIN)python -c "import datetime, lagesbild.period as p; \
	print(p.Period.containing(datetime.date.today()).previous)") -w data/sandviken

# --- tests ------------------------------------------------------------------------

test: $(TESTING) lint
	$(BIN)python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: $(TESTING)
	$(BIN)ruff format .
	@$(MAKE) --no-print-directory lint unit

lint: $(TESTING)
	$(BIN)ruff format --check .
	$(BIN)ruff check .
	$(BIN)lint-imports
	$(if $(NOTEBOOKS),$(BIN)nbstripout --keep-id --verify $(NOTEBOOKS))

unit: $(TESTING)
	$(BIN)python -m pytest -q -m "not slow and not web and not demo"

$(TESTING): requirements.txt $(RUNNING)
	$(PIP) -r requirements.txt
	@touch $@

# --- what it is made of ---------------------------------------------------------------

SBOM   := build/sbom.cdx.json
SUPPLY := $(BIN)python .ci/supply.py

sbom: $(TESTING)
	@mkdir -p build
	$(BIN)cyclonedx-py environment --output-reproducible --no-validate \
	--pyproject pyproject.toml -o $(SBOM) $(BIN)python

licences: sbom
	$(SUPPLY) licences $(SBOM) > build/licenser.md
	mv build/licenser.md docs/licenser.md

audit: $(TESTING)
	@mkdir -p build
	$(BIN)pip-audit -r requirements.txt --no-deps --disable-pip -f json \
	-o build/audit.json --progress-spinner off || test -s build/audit.json
	$(SUPPLY) audited build/audit.json

hashes: $(TESTING)
	@mkdir -p build
	$(PIP) --dry-run --ignore-installed --no-deps --only-binary :all: \
	--report build/report.json -r requirements.txt
	$(SUPPLY) hashes build/report.json > build/requirements-hashes.txt

# --- environment ------------------------------------------------------------------

.venv/bin/python:
	@$(PYTHON) -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))" \
	|| { echo "Python 3.11, 3.12 eller 3.13 behövs / is needed. '$(PYTHON)' är / is:"; \
	$(PYTHON) --version; echo "Skriv / try: make demo PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c "import ensurepip, venv" || { \
	echo "Pythons venv saknas / is missing. Debian: apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv

clean:
	rm -rf .venv build *.egg-info $(DEMO) outputs/exempelkommun
	rm -rf .pytest_cache .ruff_cache .hypothesis .benchmarks .import_linter_cache
	find lagesbild tests -name __pycache__ -type d -prune -exec rm -rf {} +
