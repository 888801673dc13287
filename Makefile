# The two set-up commands: `make demo` and `make test`. Each makes what it needs.
SHELL  := /bin/bash
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
DEMO   ?= demo-out

# Debian packages: python3-venv for a bare Python; Dovecot and PostgreSQL are the real servers of the tests;
# Chromium prints and photographs pages, libseccomp2 knows the kernel's call numbers, the fonts are those that the
# tests print papers with.
DEBIAN_DEMO := python3-venv
DEBIAN_TEST := python3-venv dovecot-imapd dovecot-lmtpd postgresql chromium libseccomp2 fonts-dejavu-core \
               fonts-liberation

.PHONY: demo test lint bench wheel clean debian-demo debian-test

# Compiled beforehand, so that a start is as quick where Python itself may not write its cache (read-only, or told not to).
COMPILE := $(BIN)/python -m compileall -q mailbot

demo: debian-demo $(VENV)/.demo
	$(COMPILE)
	$(BIN)/mailbot demo --out $(DEMO)

test: debian-test $(VENV)/.dev
	$(COMPILE)
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	$(BIN)/python bench/read.py
	$(BIN)/python bench/latency.py
	$(BIN)/python bench/kill.py

wheel: $(VENV)/.dev
	$(BIN)/python -m build --wheel

clean:
	rm -rf $(VENV) demo-out dist

debian-demo:
	@tools/debian.sh $(DEBIAN_DEMO)

debian-test:
	@tools/debian.sh $(DEBIAN_TEST)

$(VENV)/.venv:
	$(PYTHON) -c 'import sys; sys.exit("mailbot needs Python 3.11 or newer; this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.demo: $(VENV)/.venv pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[demo]'
	$(COMPILE)
	touch $@

$(VENV)/.dev: $(VENV)/.venv pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	$(COMPILE)
	touch $@ $(VENV)/.demo
