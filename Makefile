# Two commands do the work: `make pdf` and `make test`. Both set up what they need, once.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules  # make would look for ways to make each of a thousand files

# The project has an environment of its own, whichever one is active.
unexport VIRTUAL_ENV CONDA_PREFIX

BUILD  := build
PYTHON_IN_VENV := .venv/bin/python
TREADLE := .venv/bin/treadle
FLAGS  ?=
WEAVER := $(shell find src templates -name __pycache__ -prune -o -type f -print)
# What is asked for together is installed first: the tests skip what they lack for other scripts.
SCRIPTS := $(if $(filter tex-scripts,$(MAKECMDGOALS)),.venv/tex-scripts-ready)
REPORT := $(BUILD)/assignment9.pdf $(BUILD)/proposal.pdf

# Other FLAGS, and other data, make another report: a draft must not pass for it.
GIVEN := $(strip $(FLAGS) $(TREADLE_IMDB))
LAST_GIVEN := $(BUILD)/.treadle/given
ifneq ($(strip $(file < $(LAST_GIVEN))),$(GIVEN))
$(shell mkdir -p $(dir $(LAST_GIVEN)))
$(file > $(LAST_GIVEN),$(GIVEN))
endif

.PHONY: help setup tex tex-classes tex-scripts data data-imdb pdf proposal gallery gallery-pictures submission test test-cache test-long fuzz lint code lock bench watch clean distclean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

pdf: $(REPORT)  ## run the code, typeset the report and the proposal

proposal: $(BUILD)/proposal.pdf  ## typeset the proposal alone

gallery: $(BUILD)/gallery.pdf  ## each kind of output beside the code that made it, optional libraries' included

gallery-pictures: $(BUILD)/gallery.pdf  ## its pages as docs/gallery-1.png and so on
	rm -f docs/gallery-*.png
	pdftoppm -r 70 -png $< docs/gallery

submission: $(REPORT)  ## an archive to hand in, verified first (UNVERIFIED=1: not): PDFs, code with tests, LaTeX
	$(PYTHON_IN_VENV) scripts/submission.py report/assignment9.pmd -o $(BUILD) --with $(BUILD)/proposal.pdf \
	    $(if $(UNVERIFIED),--unverified)

test: setup tex data | $(SCRIPTS)  ## test the weaver and the code extracted from the report
	$(PYTHON_IN_VENV) -m pytest --ignore=tests/functional/staleness -n 2 --dist loadgroup

test-cache: setup tex  ## 800 pairs of builds with a change between (five minutes)
	$(PYTHON_IN_VENV) -m pytest tests/functional/staleness -n 2 --dist worksteal

test-long: setup tex  ## for longer: 500 random edits, 50 builds killed, 567 with a fault, no value kept, each alone (an hour)
	TREADLE_EXAMPLES=500 $(PYTHON_IN_VENV) -m pytest tests/functional/test_random_edits.py
	TREADLE_KEEPING=0 TREADLE_EXAMPLES=100 $(PYTHON_IN_VENV) -m pytest tests/functional/test_random_edits.py
	TREADLE_ALONE=1 $(PYTHON_IN_VENV) -m pytest tests/broken tests/strange tests/scripts \
	    tests/functional/staleness -n 2 --dist worksteal
	TREADLE_KEEPING=0 $(PYTHON_IN_VENV) -m pytest tests/functional/staleness -n 2 --dist worksteal
	TREADLE_KILLS=50 $(PYTHON_IN_VENV) -m pytest tests/functional/test_killed.py
	TREADLE_FAULTS=1000 $(PYTHON_IN_VENV) -m pytest tests/functional/faults/test_injected.py
	TREADLE_VERIFY=report $(PYTHON_IN_VENV) -m pytest tests/report/test_verified.py

fuzz: setup  ## random documents and logs, ten minutes each: read, woven, understood
	TREADLE_FUZZ_SECONDS=600 $(PYTHON_IN_VENV) -m pytest tests/fuzz

lint: setup  ## ruff and mypy
	$(PYTHON_IN_VENV) -m ruff check .
	$(PYTHON_IN_VENV) -m ruff format --check .
	$(PYTHON_IN_VENV) -m mypy

code: setup  ## extract code/ from the report
	$(TREADLE) tangle report/assignment9.pmd

bench: setup tex data  ## measure Treadle beside its peers (some minutes)
	$(PYTHON_IN_VENV) benchmarks/overhead.py
	$(PYTHON_IN_VENV) benchmarks/training_speed.py
	$(PYTHON_IN_VENV) benchmarks/loop.py

watch: setup  ## build again whenever a source changes
	@while true; do touch .venv/watched; $(MAKE) --no-print-directory pdf || true; \
	    until find report templates src -newer .venv/watched | grep -q .; do sleep 0.5; done; \
	done

clean:  ## remove what was generated
	@if [ -x $(TREADLE) ]; then $(TREADLE) clean -o $(BUILD); fi

distclean:  ## remove the virtual environment too
	rm -rf $(BUILD) .venv

setup: .venv/ready  ## the virtual environment, from requirements.lock
tex: .venv/tex-ready  ## TeX, where it is missing (Debian, as root; else it says what to install)
tex-classes: .venv/tex-classes-ready  ## publishers' classes, biblatex and Biber, which tests/classes needs (35 s)
tex-scripts: .venv/tex-scripts-ready  ## LuaTeX, fonts and hyphens for other scripts and languages (160 MB)
data: .venv/data-ready  ## the data the report needs, into the user's cache
data-imdb: setup  ## the Large Movie Review Dataset (80 MB), used by exercise 4 from then on
	@PYTHONPATH=code $(PYTHON_IN_VENV) -m assignment9.data imdb

lock:  ## resolve pyproject.toml anew into requirements.lock and that of the gallery (needs uv)
	uv pip compile pyproject.toml --extra report --extra dev --universal \
	    --generate-hashes --python-version 3.11 --no-header -o requirements.lock
	uv pip compile pyproject.toml --extra gallery -c requirements.lock --universal \
	    --generate-hashes --python-version 3.11 --no-header -o requirements-gallery.lock

.venv/ready: requirements.lock pyproject.toml scripts/make-venv.sh
	scripts/make-venv.sh

.venv/gallery-ready: requirements-gallery.lock .venv/ready
	$(PYTHON_IN_VENV) -m pip install -q --no-deps --require-hashes -r requirements-gallery.lock
	@touch $@

.venv/tex-ready: scripts/install-tex.sh | .venv/ready
	scripts/install-tex.sh
	@touch $@

.venv/tex-classes-ready: scripts/install-tex.sh .venv/tex-ready
	scripts/install-tex.sh classes
	@touch $@

.venv/tex-scripts-ready: scripts/install-tex.sh .venv/tex-ready | .venv/ready
	scripts/install-tex.sh scripts
	@touch $@

.venv/data-ready: code/assignment9/data.py | .venv/ready
	PYTHONPATH=code $(PYTHON_IN_VENV) -m assignment9.data fetch
	@touch $@

$(BUILD)/assignment9.pdf: | .venv/data-ready
$(BUILD)/proposal.pdf: override FLAGS :=  # it has no parameters
$(BUILD)/gallery.pdf: docs/gallery.pmd $(WEAVER) .venv/gallery-ready | .venv/tex-ready
	$(TREADLE) build $< -o $(BUILD)
$(BUILD)/%.pdf: report/%.pmd report/references.bib $(WEAVER) .venv/ready $(wildcard $(LAST_GIVEN)) \
    | .venv/tex-ready $(SCRIPTS)
	$(TREADLE) build $< -o $(BUILD) $(FLAGS)

# What each PDF was made of besides: data, images, modules, as the last build saw it.
-include $(wildcard $(BUILD)/.treadle/*.d)
