#!/bin/sh
# Make .venv hold what a lock names: sh scripts/bootstrap.sh standalone|dev, from the checkout's root.
# When it already does, this costs a comparison of two files. The work is done by bootstrap.py.
set -eu
wanted=$1
stamps=.venv/practice-review-exchange

if [ -x .venv/bin/python ] && [ "$(cat "$stamps/checkout" 2>/dev/null || true)" = "$(pwd -P)" ] &&
    cmp -s "requirements-$wanted.lock" "$stamps/$wanted.lock"; then
    exit 0
fi

for python in ${PYTHON:+"$PYTHON"} python3.11 python3.12 python3.13 python3.14 python3; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        exec "$python" scripts/bootstrap.py "$wanted"
    fi
done
echo "Python 3.11 or newer is needed and none was found on PATH; name one with PYTHON=/path/to/python3." >&2
exit 1
