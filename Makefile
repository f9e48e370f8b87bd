# The few commands a person types. Each installs what is missing first, and at once goes on if nothing is.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

DATA ?= shop
OUT ?= out
PRESET ?=
ONLY ?=
TRUTH ?=
RIVAL ?=
SAMPLE ?=
WEEK ?=
RUN ?=
SIZES ?=
DAYS ?=

PYTHON := .venv/bin/python
STAMP := .venv/.installed
ROOMS := lookbook console kubeflow operations pipeline components models pages serving synthetic transforms
CODE := $(ROOMS) benchmarks tests docs .ci setup.py

# The command line sets this for itself; doctests of modules import TensorFlow without it.
export TF_USE_LEGACY_KERAS := 1
export TF_ENABLE_ONEDNN_OPTS := 0
export TF_CPP_MIN_LOG_LEVEL := 3

.PHONY: help install run backtest rolling test pytest style types proof screenshots docs drift bench bench-console bench-serving quality quality-alike quality-arrivals quality-look quality-needs quality-outlook quality-time-split quality-variety lint format lock licenses protos pin-images clean

help: ## list the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

install: ## install the packages of requirements.lock into .venv
	@.ci/install

run: $(STAMP) $(if $(filter shop,$(DATA)),shop/transactions_train.csv) ## [DATA=dir] [OUT=dir] [PRESET=name] run the pipeline; without DATA on a synthetic shop
	@.venv/bin/lookbook run --data "$(DATA)" --out "$(OUT)" $(if $(PRESET),--preset "$(PRESET)")

shop/transactions_train.csv: | $(STAMP)
	@.venv/bin/lookbook synthesize --to shop

backtest: $(STAMP) $(if $(filter shop,$(DATA)),shop/transactions_train.csv) ## [DATA=dir] [OUT=dir] [PRESET=name] compare refreshing and retraining on eight past weeks
	@.venv/bin/lookbook backtest --data "$(DATA)" --work "$(OUT)/backtest" --to "$(OUT)/backtest/table.md" $(if $(PRESET),--preset "$(PRESET)")

rolling: backtest

# mypy takes as long as half a minute, so it runs beside the tests; the other linters stop what they refuse at once.
test: style ## run linters, tests and doctests
	@$(MAKE) --no-print-directory --jobs 2 types pytest

# --verbosity=0 brings back pytest's usual closing line; a file's tests stay in one process, which
# shares their fixtures and imports, and files are handed out in the order of collection.
pytest: $(STAMP)
	$(PYTHON) -m pytest --verbosity=0 -m "not proof" -n 2 --dist loadfile --no-loadscope-reorder \
		--doctest-modules --durations=10 tests $(ROOMS)

proof: $(STAMP) ## run the slow tests
	$(PYTHON) -m pytest --verbosity=0 -m proof --durations=0 tests

screenshots: $(STAMP) ## [OUT=dir] take the pictures of docs/images from the report and the console of a run, in Chromium
	$(PYTHON) -m benchmarks.screenshots --out "$(OUT)" --to docs/images

drift: $(STAMP) $(if $(filter shop,$(DATA)),shop/transactions_train.csv) ## [DATA=dir] measure drift of ordinary weeks and of faults for docs/operations.md; takes seconds
	$(PYTHON) -m benchmarks.drift --data "$(DATA)" --to docs/operations.md

bench: $(STAMP) ## [SIZES=0.1,1] [ONLY='pattern'] measure the stages at several sizes for docs/performance.md; takes hours
	$(PYTHON) -m benchmarks.performance --to docs/performance.md $(if $(SIZES),--sizes '$(SIZES)') $(if $(ONLY),--only '$(ONLY)')

bench-serving: $(STAMP) ## [ONLY='pattern'] measure serving under load for docs/serving.md; about 20 minutes
	$(PYTHON) -m benchmarks.serving --to docs/serving.md $(if $(ONLY),--only '$(ONLY)')

bench-console: $(STAMP) ## [OUT=dir] measure the pages of the console for docs/performance.md; a few minutes
	$(PYTHON) -m benchmarks.console --out "$(OUT)" --full --to docs/performance.md

quality: $(STAMP) $(if $(filter shop,$(DATA)),shop/transactions_train.csv) ## [DATA=dir] [TRUTH=csv] [RIVAL=csv] [SAMPLE=dir] [WEEK=dir] [RUN=out] [ONLY='pattern'] measure the quality for docs/quality.md; takes hours
	$(PYTHON) -m benchmarks.quality --data "$(DATA)" --to docs/quality.md $(if $(TRUTH),--truth "$(TRUTH)") \
		$(if $(RIVAL),--rival "$(RIVAL)") $(if $(SAMPLE),--sample "$(SAMPLE)") $(if $(WEEK),--week "$(WEEK)") \
		$(if $(RUN),--run "$(RUN)") $(if $(ONLY),--only '$(ONLY)')

quality-alike: $(STAMP) ## [OUT=dir] measure what makes articles alike, on a finished run, for docs/quality.md; a minute
	$(PYTHON) -m benchmarks.quality.alike --run "$(OUT)" --to docs/quality.md

quality-arrivals: $(STAMP) $(if $(filter shop,$(DATA)),shop/transactions_train.csv) ## [DATA=dir] [WEEK=dir] [ONLY='pattern'] measure the recommendation of new articles for docs/quality.md
	$(PYTHON) -m benchmarks.quality.arrivals --data "$(DATA)" --to docs/quality.md $(if $(WEEK),--week "$(WEEK)") \
		$(if $(ONLY),--only '$(ONLY)')

quality-outlook: $(STAMP) $(if $(filter shop,$(DATA)),shop/transactions_train.csv) ## [DATA=dir] measure the forecasts of articles for docs/quality.md; takes a minute
	$(PYTHON) -m benchmarks.quality.outlook --data "$(DATA)" --to docs/quality.md

quality-needs: $(STAMP) $(if $(filter shop,$(DATA)),shop/transactions_train.csv) ## [DATA=dir] [SAMPLE=dir] measure the need model for docs/quality.md
	$(PYTHON) -m benchmarks.quality.needs --data "$(DATA)" --to docs/quality.md $(if $(SAMPLE),--sample "$(SAMPLE)")

quality-look: $(STAMP) $(if $(filter shop,$(DATA)),shop/transactions_train.csv) ## [DATA=dir] [DAYS=7] measure what completes a look for docs/quality.md
	$(PYTHON) -m benchmarks.quality.looks --data "$(DATA)" --to docs/quality.md $(if $(DAYS),--label-days "$(DAYS)")

quality-time-split: $(STAMP) $(if $(filter shop,$(DATA)),shop/transactions_train.csv) ## [DATA=dir] [SAMPLE=dir] measure towers with a joint loss under a split by time, for docs/quality.md
	$(PYTHON) -m benchmarks.quality.time_split --data "$(DATA)" --to docs/quality.md $(if $(SAMPLE),--sample "$(SAMPLE)")

quality-variety: $(STAMP) ## [OUT=dir] measure what limits on the answers cost, on a finished run, for docs/quality.md; a minute
	$(PYTHON) -m benchmarks.quality.variety --run "$(OUT)" --to docs/quality.md

lint: style types ## run ruff, mypy and import-linter

style: $(STAMP)
	.venv/bin/ruff check $(CODE)
	.venv/bin/ruff format --check $(CODE)
	.venv/bin/lint-imports

types: $(STAMP)
	.venv/bin/mypy

format: $(STAMP) ## fix and format the code with ruff
	.venv/bin/ruff check --fix-only $(CODE)
	.venv/bin/ruff format $(CODE)

lock: ## compile requirements*.in into the three locks
	.ci/install lock

docs: $(STAMP) ## build the documentation site in build/site; a warning is an error
	.venv/bin/mkdocs build --strict --quiet
	@echo "build/site/index.html"

licenses: $(STAMP) ## list the license of each package in requirements.lock
	@$(PYTHON) .ci/licenses.py

protos: $(STAMP) ## compile serving/protos/*.proto
	$(PYTHON) -W ignore -m grpc_tools.protoc -I . --include_imports \
		--descriptor_set_out=serving/protos/descriptors.binpb serving/protos/*.proto

pin-images: ## append the digests of base images to Dockerfiles and manifests; needs docker and its registries
	@.ci/pin-images

clean: ## delete caches and build files; keeps .venv and outputs of runs
	rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find $(ROOMS) benchmarks tests -name __pycache__ -prune -exec rm -rf {} +

$(STAMP): requirements.lock requirements-uv.lock setup.py .ci/install
	@.ci/install
