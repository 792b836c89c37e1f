#!/usr/bin/env bash
# Brings up a real SLURM on this machine (controller, three nodes, munge; see cluster.sh), runs the scenarios of scenarios.py
# on it and takes everything down. Exit status: 0 all went well, 1 something did not, 77 it cannot be run here.
#
#     tests/slurm/run.sh                      all; after ten minutes it gives up
#     tests/slurm/run.sh cancelled drained    these
#     KEEP=/some/folder tests/slurm/run.sh    leaves what it wrote in that new folder
#     LIMIT=2 tests/slurm/run.sh              with time limits of two minutes, for a busy machine
#
# Needs Debian's packages slurmctld, slurmd, slurm-client and munge, which it installs where it runs as root and apt-get is
# there, and a Python with seqkd and its extra `slurm`: .venv of this clone, or $PYTHON. As another user it works where
# the packages are installed. Nothing outside one temporary folder is changed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export PATH=$PATH:/usr/sbin:/sbin
patient="-o Acquire::Retries=1 -o Acquire::http::Timeout=20"
packages="slurmctld slurmd slurm-client munge"

skip() { echo "tests/slurm: skipped. $1" >&2; exit 77; }

missing() { for program in slurmctld slurmd sbatch munged; do command -v "$program" > /dev/null || echo "$program"; done; }

if [ -n "$(missing)" ]; then
    [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null ||
        skip "It needs $packages: on Debian, install these or run it as root."
    said=$(apt-get $patient update 2>&1 && DEBIAN_FRONTEND=noninteractive apt-get $patient install -y --no-install-recommends $packages 2>&1) ||
        skip "apt-get cannot install $packages: $(tail -n 1 <<< "$said")"
fi

python=${PYTHON:-$here/../../.venv/bin/python}
[ -x "$(command -v "$python")" ] || python=python3
"$python" -c "import snakemake_executor_plugin_slurm, safetensors" 2> /dev/null ||
    skip "It needs a Python with seqkd and its extra slurm: pip install -c requirements.lock -e '.[slurm]'."

source "$here/cluster.sh"
room=${KEEP:-$(mktemp -d)}
mkdir -p "$room"
chmod 755 "$room"
export SEQKD_SLURM_ROOM=$room PYTHONPATH=$here/..:$here/../faults:$here/../..
trap 'cluster_down; [ -n "${KEEP:-}" ] || rm -rf "$room"' EXIT
trap 'exit 1' INT TERM HUP
cluster_configure "$room/cluster"
cluster_up
timeout --foreground 600 "$python" "$here/try_them.py" "$@"
