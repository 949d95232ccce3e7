# `make demo` and `make test` are all that a new user needs; both install what is missing.
# `make env MMCV_OPS=1` compiles mmcv's operators, where ours in PyTorch are not enough.
PYTHON ?= python3
RUN := .venv/bin/python

.PHONY: env demo serve test test-long lint format clean help

help:  ## say what there is
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*##/\t/'

env:  ## make the environment in .venv; does nothing if it is complete
	@$(PYTHON) tools/install.py $(if $(filter-out 0,$(MMCV_OPS)),--mmcv-ops)

demo: env  ## make data, train, test and predict: about 10 minutes on 2 cores
	@$(RUN) tools/demo.py

serve: env  ## serve the demo's network at http://127.0.0.1:8000
	$(RUN) tools/serve.py

test: env  ## run the tests, on all cores
	OMP_NUM_THREADS=1 $(RUN) -m pytest -q -n auto --dist loadfile

test-long: env  ## run the tests that take minutes
	$(RUN) -m pytest -q -m long

lint: env  ## check style
	$(RUN) -m ruff check . && $(RUN) -m ruff format --check .

format: env  ## mend style
	$(RUN) -m ruff check --fix . && $(RUN) -m ruff format .

clean:  ## remove the environment, the demo's data and its results
	rm -rf .venv data/fruit work_dirs/demo
