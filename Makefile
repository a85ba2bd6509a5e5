# make run    the app; needs Python 3.11 or 3.12, does the rest itself
# make test   the whole suite, with a browser
# make lint   format, lint and type checks
# make soak   ten minutes of two browsers before the app, and what they left behind
#             (make test SOAK=1: while the tests without a browser run)
# make audit  known weaknesses of the pinned packages, as the package index tells them
# make clean  removes the virtual environment and caches; sessions are kept
#
# ARGS goes to the program that is called:  make run ARGS="--server.port 8600"
#                                           make test ARGS="tests/test_reps.py -x"

.PHONY: run test soak lint audit clean
.DEFAULT_GOAL := run

ARGS ?=
VENV_PYTHON := .venv/bin/python

# Each name is tried by running it: a name on the path may be another version, or pyenv's stub for
# one that is not active.
PYTHONS = $(PYTHON) $(VENV_PYTHON) python3.12 python3.11 python3 python
CHECK = import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))
PREPARE = @for python in $(PYTHONS); do \
	  if "$$python" -c "$(CHECK)" >/dev/null 2>&1; then exec "$$python" scripts/prepare.py $(1); fi; \
	done; \
	echo "PoseCoach: no Python 3.11 or 3.12 found; install one (sudo apt-get install python3.11" \
	  "python3.11-venv, or python.org), or name it: make $@ PYTHON=/path/to/python3.12" >&2; \
	exit 1

run:
	$(call PREPARE,run)
	@exec $(VENV_PYTHON) serve.py $(ARGS)

test:
	$(call PREPARE,test)
ifeq ($(strip $(ARGS)),)
	@exec $(VENV_PYTHON) scripts/whole_suite.py $(if $(SOAK),beside)
else
	@exec $(VENV_PYTHON) -m pytest $(ARGS)
endif

soak:
	$(call PREPARE,test)
	@exec $(VENV_PYTHON) scripts/whole_suite.py soak

lint:
	$(call PREPARE,test)
	$(VENV_PYTHON) -m ruff check .
	$(VENV_PYTHON) -m ruff format --check .
	$(VENV_PYTHON) -m mypy

# In an environment of its own: what it needs is none of the app's business.
audit:
	$(call PREPARE,run)
	@test -x .audit/bin/pip-audit || { $(VENV_PYTHON) -m venv .audit && \
	  .audit/bin/python -m pip install --quiet pip-audit==2.10.1; }
	.audit/bin/pip-audit --strict --no-deps --disable-pip --progress-spinner off -r requirements.txt $(ARGS)

clean:
	rm -rf .venv .audit .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
