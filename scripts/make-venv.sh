#!/bin/sh
# Makes .venv with exactly what requirements.lock says, hashes checked, and this package.
set -eu

python=${PYTHON:-python3}
venv=.venv

explain() {
    echo "$1" >&2
    echo "  Debian, Ubuntu:  sudo apt-get install python3 python3-venv" >&2
    echo "  macOS:           brew install python@3.13" >&2
    echo "  elsewhere:       Python 3.11 or later; PYTHON=/path/to/python make" >&2
    exit 1
}

# Debian keeps venv in a package of its own; root may have it installed, nobody else is surprised.
provide_venv() {
    if "$python" -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        return
    fi
    if command -v apt-get >/dev/null && [ "$(id -u)" -eq 0 ] && [ -z "${PYTHON:-}" ]; then
        apt-get -q update
        DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
            python3 python3-venv ca-certificates
    fi
    "$python" -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
        explain "Python 3.11 or later with its venv module is needed."
}

provide_venv
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
# The lock is complete, so nothing is resolved anew: --no-deps. Compiled on all cores, and without
# the packages' own tests, where pip takes one core for 45 seconds.
"$venv/bin/python" -m pip install -q --no-compile --no-deps --require-hashes -r requirements.lock
"$venv/bin/python" -m compileall -qq -j 0 -x '/tests/' "$venv/lib" || true  # what is no Python 3
"$venv/bin/python" -m pip install -q --no-deps --no-build-isolation -e .
touch "$venv/ready"
