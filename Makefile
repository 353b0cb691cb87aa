# Two commands: `make run` (the whole product on this machine) and `make test` (everything that must hold).
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
STAGE ?= dev

.PHONY: run test lint bench screens package deploy requirements clean

run: $(VENV)/ready
	@$(BIN)/python -m infra.local --port $(PORT) $(if $(filter 1,$(FRESH)),--fresh)

test: $(VENV)/ready lint
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy app.py chalicelib infra tests
	$(BIN)/lint-imports

bench: $(VENV)/ready
	$(BIN)/python -m tests.bench

# A picture of every page into docs/screens; needs a chromium.
screens: $(VENV)/ready
	$(BIN)/python -m tests.browser.screens

package: $(VENV)/ready
	$(BIN)/python -m infra.package --stage $(STAGE) --out build/$(STAGE)

# make deploy STAGE=prod BUCKET=my-artefacts PARAMETERS="EmailFrom=notice@example.org SmsOrigination=arn:aws:sms-voice:…"
# PARAMETERS: only what is new, a stack keeps what it has. YES=1 does not ask.
deploy: $(VENV)/ready
	@test -n "$(BUCKET)" || { echo 'Name an S3 bucket in the same region: make deploy STAGE=$(STAGE) BUCKET=...'; exit 2; }
	$(BIN)/python -m infra.deploy --stage $(STAGE) --bucket $(BUCKET) $(if $(YES),--yes) \
	  $(if $(PARAMETERS),--parameters $(PARAMETERS)) $(if $(ENDPOINT_URL),--endpoint-url $(ENDPOINT_URL))

# After editing requirements*.in; UPGRADE=--upgrade takes newer versions.
PIN = $(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
  $(UPGRADE) --custom-compile-command "make requirements"
requirements: $(VENV)/ready
	$(BIN)/python -m pip install --quiet uv
	$(PIN) requirements.in -o requirements.txt
	$(PIN) -c requirements.txt requirements-dev.in -o requirements-dev.txt

clean:
	rm -rf $(VENV) build .local .chalice/deployments

$(VENV)/ready: requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	  || { echo "Accord needs Python 3.11, 3.12 or 3.13; name one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@echo "Installing what Accord needs into $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
