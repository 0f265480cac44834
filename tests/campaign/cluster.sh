#!/usr/bin/env bash
# The long campaign on four node processes (about an hour; --quick: ten minutes). `zhengku` must be built with --release.
# Root, strace and faketime give all of it; what is missing is said and fails the run.
#   tests/campaign/cluster.sh [--quick] [--seed N] [--binary FILE] [--keep DIR] [--only SCENARIO]...
# Prints "metric name value target pass|FAIL" lines. Exit: 0 all as they should be, 1 not, 2 cannot run here.
set -u
here=$(cd "$(dirname "$0")" && pwd)
cannot() { echo "the campaign cannot run here: $*" >&2; exit 2; }
command -v python3 >/dev/null || cannot "python3 is missing; apt-get install python3"
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || cannot "Python 3.11 or newer is needed"
export PYTHONDONTWRITEBYTECODE=1
python3 "$here/../cluster/selftest.py" >&2 || cannot "the audit does not find planted faults"
exec python3 "$here/cluster.py" "$@"
