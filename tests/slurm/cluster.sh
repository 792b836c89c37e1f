# A whole SLURM of three small nodes on this machine, in one folder: its own configuration, keys and ports, nothing in the
# system's folders, so that it stands beside any other. Sourced by run.sh.
#
# Needs munged, slurmctld, slurmd and the client commands; no root, no systemd, no control groups, no database. Memory is
# watched by SLURM itself (OverMemoryKill), since there may be no control groups.

port=$((20000 + RANDOM % 20000))

cluster_configure() {  # FOLDER
    cluster=$1
    mkdir -p "$cluster"/{state,spool1,spool2,spool3}
    chmod 755 "$cluster"
    (umask 077 && head -c 128 /dev/urandom > "$cluster/munge.key")
    local host what
    host=$(hostname -s)
    what="CPUs=6 RealMemory=64000 Gres=gpu:1 State=UNKNOWN"  # pretended; jobs of the tests take little of it
    cat > "$cluster/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$cluster/munge.socket,cred_expire=5
CryptoType=crypto/munge
MailProg=/bin/true
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=2
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
StateSaveLocation=$cluster/state
SlurmdSpoolDir=$cluster/spool%n
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmdPidFile=$cluster/slurmd%n.pid
SlurmctldLogFile=$cluster/slurmctld.log
SlurmdLogFile=$cluster/slurmd%n.log
ReturnToService=2
KillWait=10
MinJobAge=3600
SlurmdTimeout=20
GresTypes=gpu
NodeName=1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 1)) $what
NodeName=2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 2)) $what
NodeName=3 NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 3)) $what
PartitionName=cpu Nodes=1,2,3 Default=YES MaxTime=1-0 State=UP PriorityTier=1
PartitionName=gpu Nodes=1,2,3 MaxTime=1-0 State=UP PriorityTier=1
PartitionName=urgent Nodes=1,2,3 MaxTime=1-0 State=UP PriorityTier=2
CONF
    echo "NodeName=1,2,3 Name=gpu File=/dev/null" > "$cluster/gres.conf"
    echo "CgroupAutomount=no" > "$cluster/cgroup.conf"
    export SLURM_CONF=$cluster/slurm.conf
    # Snakemake's executor takes SLURM_CONF from the srun within a job; on an ordinary cluster it is not needed there.
    mkdir -p "$cluster/bin"
    printf '#!/bin/sh\nSLURM_CONF=%s exec %s "$@"\n' "$SLURM_CONF" "$(command -v srun)" > "$cluster/bin/srun"
    chmod +x "$cluster/bin/srun"
    export PATH=$cluster/bin:$PATH
}

start_munge() {
    munged --force --key-file="$cluster/munge.key" --socket="$cluster/munge.socket" --pid-file="$cluster/munge.pid" \
        --log-file="$cluster/munge.log" --seed-file="$cluster/munge.seed" 2> /dev/null
}

start_slurmctld() { slurmctld -f "$SLURM_CONF"; }

start_slurmd() { nice -n "${NICE:-0}" slurmd -N "$1" -f "$SLURM_CONF"; }

stop() {  # PIDFILE [SIGNAL]: and wait for its end
    local pid
    pid=$(cat "$cluster/$1.pid" 2> /dev/null) || return 0
    kill "${2:--TERM}" "$pid" 2> /dev/null || return 0
    for _ in $(seq 100); do kill -0 "$pid" 2> /dev/null || break; sleep 0.1; done
}

lose_node() {  # NODE: as when its power fails, slurmd and all that runs there end without a word
    kill -KILL "$(cat "$cluster/slurmd$1.pid")"
    local job pid
    for job in $(squeue -h -w "$1" -o %i); do
        for pid in $(pgrep -f "^slurmstepd: \[$job\."); do kill_tree "$pid"; done
    done
}

kill_tree() {  # PID: stopped first, so that nobody takes note of the deaths
    kill -STOP "$1" 2> /dev/null || return 0
    local child
    for child in $(pgrep -P "$1"); do kill_tree "$child"; done
    kill -KILL "$1"
}

ready() {  # wait until all nodes are idle or at work
    for _ in $(seq 150); do
        [ "$(sinfo -h -N -p cpu -o %T 2> /dev/null | grep -c -E '^(idle|mixed|allocated)$')" = 3 ] && return
        sleep 0.2
    done
    sinfo -N; tail -n 20 "$cluster"/slurm*.log
    return 1
}

cluster_up() { start_munge && start_slurmctld && start_slurmd 1 && start_slurmd 2 && start_slurmd 3 && ready; }

cluster_down() {
    scancel --user "$(id -un)" --quiet 2> /dev/null || true
    for _ in $(seq 30); do [ -z "$(squeue -h 2> /dev/null)" ] && break; sleep 0.5; done
    for daemon in slurmd1 slurmd2 slurmd3 slurmctld munge; do stop "$daemon"; done
}
