#!/usr/bin/env bash
# Does last night's backup come back whole? Described in docs/running.md, "A restore drill". Starts nothing, calls no partner.
set -euo pipefail
cd "$(dirname "$0")/.."

: "${DUMP?the file that pg_dump wrote; empty to check what was restored already}"
: "${DRILL:?postgres://… of an empty scratch database}"
: "${TAKEN_AT:?when the dump was taken, with its offset: 2026-11-20T02:00:00Z}"
: "${HEAD:?the head in the last line “audit sealed” before the dump}"
lockstep() { DATABASE_URL="$DRILL" MODE=observe "${PYTHON:-.venv/bin/python}" manage.py "$@"; }

[ -z "$DUMP" ] || pg_restore --no-owner --exit-on-error --dbname="$DRILL" "$DUMP"
echo "Restored after $SECONDS s."
lockstep migrate --check
lockstep verify_audit --head "$HEAD"
lockstep verify --at "$TAKEN_AT"
echo "The drill passed in $SECONDS s."
