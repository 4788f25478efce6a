#!/usr/bin/env bash
# Builds the image talflow/python, or one of a function on top of it, and puts it into the container engine.
#   infra/images/build.sh NAME[:TAG] [--from here|debootstrap|IMAGE] [--function FOLDER] [--command WORD]...
# --from here         this machine's python3 and its libraries, in seconds and without network (the default)
# --from debootstrap  a minimal Debian with python3, from a Debian mirror; needs root and debootstrap
# --from IMAGE        an image of a registry that has python3, by the engine's own build
# --function FOLDER   its files are in /function, the working directory
# --command WORD ...  what runs, by default: python3
# The Python SDK is in /sdk, which is importable.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
image="${1:?usage: build.sh NAME[:TAG] [--from here|debootstrap|IMAGE] [--function FOLDER] [--command WORD]...}"
shift
from=here
function=""
command=(python3)
while [ $# -gt 0 ]; do
    case "$1" in
        --from) from="$2"; shift 2 ;;
        --function) function="$2"; shift 2 ;;
        --command) shift; command=("$@"); break ;;
        *) echo "build.sh: unknown option $1" >&2; exit 2 ;;
    esac
done
case "$image" in *:*) ;; *) image="$image:latest" ;; esac
socket="$("$here/../dev/containers.sh" 2>/dev/null)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
words="$(printf '"%s",' "${command[@]}")"
command="CMD [${words%,}]"

# What comes on top of the system.
mkdir -p "$work/top/sdk" "$work/top/function"
cp -r "$here/../../function-gateway/sdk/python/talflow" "$work/top/sdk/"
rm -rf "$work/top/sdk/talflow/__pycache__"
[ -z "$function" ] || cp -r "$function/." "$work/top/function/"
chmod -R a+rX "$work/top"

engine() { curl -sS --fail-with-body --unix-socket "$socket" "$@"; }
settings=("ENV PYTHONPATH=/sdk" "ENV PYTHONUNBUFFERED=1" "ENV PATH=/usr/bin:/bin" "WORKDIR /function" "$command")

if [ "$from" = here ] || [ "$from" = debootstrap ]; then
    if [ "$from" = here ]; then
        "$here/python-rootfs.sh" "$work/image.tar"
    else
        debootstrap --variant=minbase --include=python3 stable "$work/system" >&2
        tar -C "$work/system" --exclude=./var/cache --exclude=./var/lib/apt/lists -cf "$work/image.tar" .
    fi
    tar -C "$work/top" --owner=0 --group=0 -rf "$work/image.tar" ./sdk ./function
    query=()
    for setting in "${settings[@]}"; do query+=(--data-urlencode "changes=$setting"); done
    # curl makes the query string; the body is the archive
    url="$(curl -sG -o /dev/null -w '%{url_effective}' --max-time 1 --connect-to ::127.0.0.1:1 \
        "http://engine/v1.40/images/create" -d fromSrc=- -d "repo=$image" "${query[@]}" || true)"
    engine -X POST -H 'Content-Type: application/x-tar' -T "$work/image.tar" "$url" >/dev/null
else
    { echo "FROM $from"; echo "COPY sdk /sdk"; echo "COPY function /function"; printf '%s\n' "${settings[@]}" | grep -v 'ENV PATH'; } \
        > "$work/top/Dockerfile"
    tar -C "$work/top" -cf "$work/context.tar" .
    engine -X POST -H 'Content-Type: application/x-tar' -T "$work/context.tar" "http://engine/v1.40/build?t=$image" >&2
fi
echo "$image"
