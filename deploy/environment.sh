#!/bin/sh
# Build .venv from requirements.lock and nothing else; called by the Makefile with a Python >= 3.11.
# uv where it is present and works, else pip: both check every hash and build nothing from source.
set -eu
python=$1
built=.venv/requirements.lock

if [ -x .venv/bin/python ] && cmp -s requirements.lock "$built"; then
    touch "$built" # another make was faster, or only the time of the lock changed
    exit 0
fi
# Without a mark an interrupted build is not taken for a finished one.
rm -f "$built"
echo "Building .venv from requirements.lock; this happens once for each lock." >&2

with_uv() {
    command -v uv >/dev/null 2>&1 || return 1
    export UV_PYTHON_DOWNLOADS=never
    if ! .venv/bin/python -c '' 2>/dev/null; then
        uv venv --quiet --clear --python "$python" .venv || return 1
    fi
    uv pip sync --quiet --compile-bytecode --require-hashes --only-binary :all: \
        --python .venv/bin/python requirements.lock
}

with_pip() {
    if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
        # Debian's Python has no ensurepip unless python3-venv is there; its own pip can do the work.
        "$python" -m venv --clear .venv >/dev/null 2>&1 ||
            "$python" -m venv --clear --without-pip .venv
    fi
    if .venv/bin/python -m pip --version >/dev/null 2>&1; then
        set -- .venv/bin/python -m pip
    else
        set -- "$python" -m pip --python .venv/bin/python
    fi
    "$@" install --quiet --disable-pip-version-check --no-input --require-hashes \
        --only-binary :all: -r requirements.lock
}

with_uv || with_pip
cp requirements.lock "$built"
