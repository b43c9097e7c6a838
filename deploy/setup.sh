#!/usr/bin/env bash
# Makes the virtual environment of a checkout from the lock file, saying plainly what is missing when something is.
set -euo pipefail
venv=${1:-.venv}
lock=requirements/dev.lock

say() { printf '%s\n' "$*" >&2; }
fail() { say "setup: $*"; exit 2; }

python=
for candidate in ${PYTHON:-} python3.13 python3.12 python3.11 python3; do
    if command -v "$candidate" >/dev/null 2>&1 &&
        "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
[ -n "$python" ] || fail "needs Python 3.11, 3.12 or 3.13 on PATH (or in PYTHON); found $(python3 --version 2>&1 || echo none)"

free=$(df -Pk . | awk 'NR==2 {print $4}')
[ "$free" -gt 1500000 ] || fail "needs 1.5 GB of free disk here; there are $((free / 1024)) MB"

say "setup: $venv with $("$python" --version)"
"$python" -m venv "$venv" || fail "cannot make a virtual environment; on Debian install the package python3-venv"
say "setup: installing the locked packages (about a minute)"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! "$venv/bin/python" -m pip install --disable-pip-version-check --require-hashes -r "$lock" >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    grep -qiE 'could not find a version|connection|resolve|timed out|ssl' "$log" && fail "the package registry cannot be reached, or lacks a package"
    grep -qiE 'gcc|error: command|compiler' "$log" && fail "a package has no ready wheel for this machine and no compiler is here"
    grep -qi 'no space' "$log" && fail "the disk is full"
    fail "pip could not install the locked packages"
fi
"$venv/bin/python" -m pip install --disable-pip-version-check --no-deps --no-build-isolation -e . >"$log" 2>&1 ||
    { tail -n 15 "$log" >&2; fail "cannot install the checkout itself"; }
touch "$venv/.ready"
say "setup: done"
