#!/usr/bin/env bash
# The long campaigns (about 12 minutes): power loss with its control, kills, torn tails, damaged bytes.
# Needs root and loop devices (power loss), e2fsprogs and xfsprogs, Python 3.11, `zhengku` built with --release.
#   tests/campaign/run.sh [--quick] [--seed N] [--binary FILE] [--keep DIR]
# Prints "metric name value target pass|FAIL" lines. Exit: 0 all as they should be, 1 not, 2 cannot run here.
set -u
here=$(cd "$(dirname "$0")" && pwd)
cuts=50 control=15 kills=50 torn=56 tries=100 seed=$(date +%s) options=()
while [ $# -gt 0 ]; do
    case $1 in
        --quick) cuts=8 control=5 kills=8 torn=14 tries=20; shift ;;
        --seed) seed=${2:?}; shift 2 ;;
        --binary | --keep) options+=("$1" "${2:?}"); shift 2 ;;
        *) echo "usage: $0 [--quick] [--seed N] [--binary FILE] [--keep DIR]" >&2; exit 2 ;;
    esac
done
cannot() { echo "the campaigns cannot run here: $*" >&2; exit 2; }
command -v python3 >/dev/null || cannot "python3 is missing; apt-get install python3"
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || cannot "Python 3.11 or newer is needed"
[ "$(id -u)" = 0 ] || cannot "root is needed: the power-loss campaign mounts a file system in a loop file"
for tool in mkfs.ext4 xfs_io mount umount; do
    command -v "$tool" >/dev/null || cannot "$tool is missing; apt-get install e2fsprogs xfsprogs mount"
done
[ -e /dev/loop-control ] || cannot "there are no loop devices (/dev/loop-control)"

export PYTHONDONTWRITEBYTECODE=1
summary=$(mktemp)
trap 'rm -f "$summary"' EXIT
worst=0
campaign() {
    echo "== $*" >&2
    python3 "$here/$1" "${@:2}" --seed "$seed" "${options[@]}" | tee -a "$summary"
    local code=${PIPESTATUS[0]}
    if [ "$code" = 2 ]; then exit 2; fi
    if [ "$code" != 0 ]; then worst=1; fi
}
campaign power_loss.py --cuts "$cuts"
campaign power_loss.py --cuts "$control" --unsafe-no-sync
campaign kill.py --kills "$kills"
campaign torn.py --tries "$torn"
campaign damage.py --tries "$tries"

echo
echo "== 汇总 Summary (seed $seed)"
grep '^metric ' "$summary"
if [ "$worst" = 0 ]; then echo "全部符合 all as they should be"; else echo "有不符 NOT all as they should be"; fi
exit "$worst"
