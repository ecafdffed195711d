# Khlang: what a person types. Everything else is in infra/native (set-up, checks) and src/khlang/stack (the servers).
PYTHON ?= python3
PEOPLE ?= 20000
MONTHS ?= 3
SEED ?= 7
DOMAINS ?= welfare
HISTORY ?=
SECOND ?=
ROWS ?= 5000000
KHLANG := .venv/bin/khlang
# A machine that forbids Python to keep what it compiled pays for it at each start: 10 s of GX instead of 3.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
.PHONY: help setup up down status logs demo domains volume tour test soak check bench docs site lab superset kernel dist windows clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: ## Install and build what is missing (cached; seconds when all is there)
	@$(PYTHON) infra/native/bootstrap.py

demo: setup ## Run the main job: extracts to an answer (PEOPLE=20000 MONTHS=3 SEED=7 DOMAINS=welfare HISTORY=1 SECOND=1)
	@$(KHLANG) demo --people $(PEOPLE) --months $(MONTHS) --seed $(SEED) --domains $(DOMAINS) $(if $(HISTORY),--history) $(if $(SECOND),--second)

domains: setup ## Write docs/domains from the last demo, its servers up: figures and notebooks, run as the analyst
	@$(KHLANG) domains docs

volume: setup ## Take millions of rows through every hop, in var/volume, and measure it (ROWS=5000000)
	@export KHLANG_VAR="$(CURDIR)/var/volume"; trap '$(KHLANG) stack down' EXIT; \
	  $(KHLANG) volume --rows $(ROWS) --seed $(SEED) --report "$$KHLANG_VAR/report.json"

up: setup ## Start the servers
	@$(KHLANG) stack up

down: ## Stop what `make up` or `make demo` started
	@$(KHLANG) stack down

status: ## Show each server, and where to log in
	@$(KHLANG) stack status

logs: ## Show the end of a server's log (S=trino)
	@$(KHLANG) stack logs -s $(or $(S),trino)

tour: setup ## Walk a project from request to certificate of destruction, on the stack that is up
	@$(KHLANG) project tour

test: kernel ## Run every test, on real servers
	@.venv/bin/pytest -n 2 --no-loadscope-reorder -m "not soak" $(T) $(ARGS)

soak: kernel ## Run the long cases: more kills, leaks, a larger extract through every hop
	@.venv/bin/pytest -n 2 --no-loadscope-reorder -m soak $(T) $(ARGS)

check: setup ## Run every static check; changes nothing
	@.venv/bin/python infra/native/check.py

bench: kernel ## Run the benchmarks (ID=P4 for one)
	@.venv/bin/python -m benchmarks $(if $(ID),--id $(ID))

docs: setup ## Write what is derived from the contracts: reference pages, the index the DAGs read
	@$(KHLANG) contract docs
	@.venv/bin/python -m khlang.orchestration.index
	@.venv/bin/python -m infra.reference.refusals
	@.venv/bin/python -m infra.reference.attacks
	@.venv/bin/python -m infra.reference.manifest

site: ## Build the documentation as a site, var/site/html: reference, lineage, how-tos; needs no outside host
	@$(PYTHON) infra/native/bootstrap.py --with=site
	@.venv/bin/python -m infra.site.build

lab: ## Open JupyterLab as the analyst of the running stack, in the foreground (R=1: with R, or say what it lacks)
	@$(PYTHON) infra/native/bootstrap.py --with=lab
	@$(KHLANG) lab $(if $(R),--r)

superset: ## Open Apache Superset as the analyst of the running stack, in the foreground (PROJECT=p PERSON=a: in its workspace)
	@$(PYTHON) infra/native/bootstrap.py --with=superset
	@$(KHLANG) $(if $(PROJECT),project enter $(PROJECT) --person $(or $(PERSON),$(error give PERSON=)) -- khlang )superset

kernel: ## Set up with the optional sealing kernel: faster sealing, where there is cargo
	@$(PYTHON) infra/native/bootstrap.py --kernel

dist: setup ## Build the agency tool's wheel and its single file (ALL=1: every extra)
	@.venv/bin/python -m infra.packaging.dist $(if $(ALL),--all)

windows: setup ## Assemble the portable Windows folder (EMBED=python-3.11.9-embed-amd64.zip SHA256=…)
	@.venv/bin/python -m infra.packaging.windows $(if $(EMBED),--python $(EMBED) --sha256 $(SHA256))

clean: down ## Remove all state under var/ (caches stay)
	@rm -rf var
