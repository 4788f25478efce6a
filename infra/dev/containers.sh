#!/usr/bin/env bash
# A container engine for a Debian or Ubuntu machine that has none: installs Podman and starts its service, whose socket speaks
# the Docker Engine API and is found by the gateway. Does nothing where an engine answers already.
#   infra/dev/containers.sh            installs what is missing, starts it, prints the socket
#   infra/dev/containers.sh --stop     stops what this started
#   infra/dev/containers.sh --firewall PORT|off [10.201]
#                                      lets functions' containers (of --container-subnets) reach nothing of this machine but
#                                      that port (--container-port) and the engine's name server, or whatever they like again;
#                                      also after a restart, by a unit of systemd, where that runs
# Where it needs rights it uses sudo. Why these settings: docs/operating.md, Containers.
set -euo pipefail
state="${TALFLOW_CONTAINERS:-/var/lib/talflow-containers}"
socket=/run/podman/podman.sock

say() { echo "containers: $*" >&2; }
answers() { [ -S "$1" ] && curl -sf --max-time 5 --unix-socket "$1" http://engine/_ping >/dev/null; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

if [ "${1:-}" = --stop ]; then
    [ -f "$state/pid" ] && as_root kill "$(cat "$state/pid")" && as_root rm -f "$state/pid" "$socket"
    exit 0
fi

if [ "${1:-}" = --firewall ]; then
    allowed="${2:?--firewall needs a port, or off}"
    if ! [[ "$allowed" =~ ^(off|[0-9]{1,5})$ && "${3:-10.201}" =~ ^[0-9]{1,3}\.[0-9]{1,3}$ ]]; then
        say "--firewall needs a port, or off, then the first two numbers of the subnets, such as 10.201; has $*"
        exit 2
    fi
    chain="TALFLOW-${3:-10.201}"
    from="${3:-10.201}.0.0/16"
    export PATH="$PATH:/usr/sbin:/sbin"
    rules="/etc/talflow/firewall-${3:-10.201}.rules"
    unit="talflow-firewall-${3:-10.201}.service"
    while as_root iptables -D INPUT -s "$from" -j "$chain" 2>/dev/null; do :; done
    as_root iptables -F "$chain" 2>/dev/null && as_root iptables -X "$chain"
    if [ -d /run/systemd/system ] && [ -f "/etc/systemd/system/$unit" ]; then
        as_root systemctl disable --quiet "$unit"
        as_root rm -f "/etc/systemd/system/$unit"
    fi
    as_root rm -f "$rules"
    [ "$allowed" = off ] && exit 0
    as_root mkdir -p /etc/talflow
    as_root tee "$rules" >/dev/null <<RULES
*filter
:$chain - [0:0]
# answers to the gateway's calls
-A $chain -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN
-A $chain -p tcp --dport $allowed -j RETURN
# names, of networks that are open
-A $chain -p udp --dport 53 -j RETURN
-A $chain -j DROP
-I INPUT -s $from -j $chain
COMMIT
RULES
    as_root iptables-restore --noflush "$rules"
    if [ ! -d /run/systemd/system ]; then
        say "the rules hold until the machine restarts, since it has no systemd; then: iptables-restore --noflush $rules"
        exit 0
    fi
    # As firewalls do, before there is a network; and after those that would flush it.
    as_root tee "/etc/systemd/system/$unit" >/dev/null <<UNIT
[Unit]
Description=What containers of Talflow functions in $from reach of this machine
Wants=network-pre.target
Before=network-pre.target
After=nftables.service netfilter-persistent.service ufw.service firewalld.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=$(command -v iptables-restore) --noflush $rules

[Install]
WantedBy=multi-user.target
UNIT
    as_root systemctl daemon-reload
    as_root systemctl enable --quiet "$unit"
    say "the rules hold now, and from each start of the machine on by $unit"
    exit 0
fi

host="${DOCKER_HOST:-}"
for found in ${host#unix://} /run/docker.sock /var/run/docker.sock "$socket"; do
    if answers "$found"; then
        say "an engine answers at $found"
        echo "$found"
        exit 0
    fi
done

lacks=""
for program in podman runc conmon netavark aardvark-dns iptables curl; do
    command -v $program >/dev/null 2>&1 || [ -x /usr/lib/podman/$program ] || [ -x /usr/sbin/$program ] || lacks="$lacks $program"
done
if [ -n "$lacks" ]; then
    if ! command -v apt-get >/dev/null 2>&1; then
        say "this machine lacks$lacks, and this script installs by apt-get only"
        exit 2
    fi
    say "installing$lacks"
    as_root apt-get update -qq
    # shellcheck disable=SC2086
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $lacks >/dev/null
fi

as_root mkdir -p "$state" "$(dirname "$socket")"
# runc: crun refuses hybrid control groups. No default ulimits: raising them needs a capability that machines like CI's lack.
as_root tee "$state/containers.conf" >/dev/null <<'CONF'
[containers]
default_ulimits = []
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_backend = "netavark"
CONF
as_root rm -f "$socket"
# From the root directory: it outlives the one this was called in, and starts nothing once its own is gone.
as_root sh -c "cd /; CONTAINERS_CONF='$state/containers.conf' setsid podman --root '$state/storage' --runroot '$state/run' \
    system service --time 0 'unix://$socket' </dev/null >'$state/log' 2>&1 & echo \$! >'$state/pid'"
for _ in $(seq 100); do
    if answers "$socket"; then
        [ "$(id -u)" = 0 ] || as_root chgrp "$(id -g)" "$socket"
        [ "$(id -u)" = 0 ] || as_root chmod 660 "$socket"
        say "podman answers at $socket"
        echo "$socket"
        exit 0
    fi
    sleep 0.1
done
say "podman does not answer; $state/log says:"
tail -n 5 "$state/log" >&2
exit 1
