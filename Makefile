# The two commands to know: `make demo` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := UV_PROJECT_ENVIRONMENT=$(VENV) UV_PYTHON_DOWNLOADS=never $(BIN)/uv
OUT    := build/out
.DEFAULT_GOAL := help
.PHONY: help demo up test check types rules scan bench golden clean

help: ## list these commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

$(VENV)/.locked: uv.lock pyproject.toml Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Plimsoll needs Python 3.11 or newer; say which one with: make PYTHON=/path/to/python3"; exit 4; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check "$$($(BIN)/python -c 'import tomllib; print("uv==" + next(p["version"] for p in tomllib.load(open("uv.lock", "rb"))["package"] if p["name"] == "uv"))')"
	@$(UV) sync --quiet --locked --compile-bytecode
	@$(BIN)/python -m compileall -q src
	@touch $@

demo: $(VENV)/.locked ## the risk of three real-name books, as text and as HTML in build/out
	@mkdir -p $(OUT)
	@for book in long_only long_short option_overlay; do \
	  $(BIN)/plimsoll report examples/portfolios/$$book.csv --prices demo --html $(OUT)/$$book.html || exit $$?; \
	done

up: $(VENV)/.locked ## the platform on this machine: database, demo books and risk API, until Ctrl-C
	@$(BIN)/plimsoll up

test: check ## everything: make check, then every test with branch coverage
	@$(BIN)/pytest --measure

check: $(VENV)/.locked ## format, lint, types, import contracts and house rules, in less than a minute
	@$(MAKE) --no-print-directory --jobs=2 types rules

types:
	@$(BIN)/mypy --no-error-summary

rules:
	@$(BIN)/ruff format --no-cache --check --quiet .
	@$(BIN)/ruff check --no-cache --quiet .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/pytest --quiet --numprocesses=0 tests/unit/test_house.py

scan: $(VENV)/.locked ## look for weaknesses, secrets, licences and advisories; bill of materials in build/out
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive src
	@git ls-files -z | grep -zv '^uv\.lock$$' | xargs -0 $(BIN)/detect-secrets-hook --baseline .secrets.baseline --no-verify
	@$(BIN)/python tests/supply_chain.py

bench: $(VENV)/.locked ## measure every performance claim and rewrite benchmarks/RESULTS.md
	@$(UV) sync --quiet --locked --group bench
	@$(BIN)/python benchmarks/run.py
	@$(UV) sync --quiet --locked

golden: $(VENV)/.locked ## rewrite the golden files; explain each changed number in CHANGELOG.md
	@GOLDEN=rewrite $(BIN)/pytest --quiet --numprocesses=0 tests/integration/test_golden.py tests/integration/test_api_reference.py tests/unit/security/test_roles.py

clean: ## remove what the other commands made
	@rm -rf $(VENV) $(OUT) dist .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
