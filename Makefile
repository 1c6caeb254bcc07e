# make demo    see it work: collector, agent and kiosk on this machine   (ARGS="--presses 6 --exit-when-synced")
# make test    everything that must hold                                 (ARGS="-k journal")
# make faults  every fault at every moment of a kiosk's life, in full    (ARGS="-k power_cut")
# make bench   every figure beside its limit, measured in one run        (ARGS="journal wire")
# make load    20,000 simulated kiosks on this machine, some ten minutes  (ARGS="--kiosks 200 --minutes 1 --outage 20 --sqlite")

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
SHELL := /bin/bash
.DELETE_ON_ERROR:
.PHONY: setup demo test faults lint bench load assets lock clean pages screens soak packages apt-repo trial rules interop client tampering citus
.PHONY: system-packages locked-packages

setup: $(READY) assets

demo: setup
	@$(BIN)/kiosk demo $(ARGS)

# All tests run with the linters beside them; some, after them.
test: setup
ifeq ($(ARGS),)
	@tests/run
else
	@$(MAKE) --no-print-directory lint
	@$(BIN)/pytest $(ARGS)
endif

# As root: disks are mounted, filled and broken. "make test" runs a seeded sample of the same.
faults: setup
	@FAULTS=long $(BIN)/pytest tests/faults $(ARGS)

lint: setup
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

# The alert rules, tried beside what should and should not set them off; needs promtool (Debian: apt install prometheus).
rules:
	@promtool check rules config/monitoring/alerts.yml
	@promtool test rules config/monitoring/alerts.test.yml

# The public log, read by code that is not ours (Go's golang.org/x/mod/sumdb), where that is installed.
interop: setup
	@$(BIN)/python -m tests.interop.log

# A client is generated from the API description by a program of others, and reads every door of a small office.
client: setup
	@$(BIN)/python -m tests.interop.client

# Who names which tampering, in which words and after how many simulated hours (ARGS="--postgresql --language vi").
tampering: setup
	@$(BIN)/python -m tests.journey.tampering $(ARGS)

# Pictures of every page over the demo province, in build/pages; of some pages alone: ARGS="03-quay 11".
pages: setup
	@$(BIN)/python -m tests.browser.pages build/pages $(ARGS)

# Pictures of every screen in each theme, orientation and language, in build/screens.
screens: setup
	@$(BIN)/python tests/screens.py build/screens $(ARGS)

# 100,000 simulated visits: the screen must not grow. It takes a night; "make test" does a few.
soak: setup
	@$(BIN)/python tests/soak.py $(ARGS)

# Ingest into a distributed database while machines come and go; the URL of an empty one: ARGS="URL --during COMMAND".
citus: setup
	@$(BIN)/python -m tests.citus.run $(ARGS)

bench: setup
	@$(BIN)/python tests/bench/run.py $(ARGS)

# A country's kiosks at rest, then a tenth of them back after two weeks without a network: what it takes, and the limits.
load: setup
	@$(BIN)/python -m tests.load $(ARGS)

# Debian packages with a Python of their own, wheels for other machines, checksums, a bill of materials: build/packages.
packages: setup
	@$(BIN)/python config/packaging/build.py $(if $(REVISION),--revision $(REVISION)) $(ARGS)

# Those packages in a signed repository that kiosks update from: KEY is the id of a key in your gpg.
RING ?= stable
apt-repo:
	@config/packaging/apt-repo build/packages build/repository "$(KEY)" $(RING)

# As root: a clean Debian is made, booted, and taken through the manual with those packages (some ten minutes).
trial:
	@tests/trial/run $(ARGS)

# Pictures from SVG, catalogues from .po; only what is out of date is made anew.
assets: $(READY)
	@$(BIN)/python assets/build.py

# The newest versions that pyproject.toml allows; without a registry's address, so that any mirror serves.
lock: $(READY)
	@$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --upgrade \
		--generate-hashes --no-emit-index-url --no-header --no-annotate --quiet --output-file requirements.lock

clean:
	rm -rf $(VENV) build dist assets/generated

# Both kinds of packages are installed at the same time: one unpacks while the other waits for the network.
$(READY): pyproject.toml requirements.lock kiosk/__about__.py .ci/system-packages
	@.ci/system-packages python3-venv
	@$(MAKE) --no-print-directory --jobs=2 system-packages locked-packages
	@touch $@

system-packages:
	@.ci/system-packages

locked-packages:
	@test -x $(BIN)/python || python3 -m venv $(VENV)
	@grep -A20 '^uv==' requirements.lock | sed '2,$${/^[^ ]/,$$d}' > $(VENV)/uv.lock
	@$(BIN)/python -m pip install --quiet --require-hashes --no-deps --disable-pip-version-check -r $(VENV)/uv.lock
	@echo "Installing the locked packages …"
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-build-isolation --no-deps -e .
