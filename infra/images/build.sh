#!/usr/bin/env bash
# Builds an image of a function in Python, Node.js or Java, and puts it into the container engine.
#   infra/images/build.sh NAME[:TAG] [--language python|node|java] [--from here|debootstrap|IMAGE] [--function FOLDER]
#                         [--handler HANDLER | --command WORD...]
# --language LANGUAGE its SDK is in the image; python unless said
# --from here         this machine's python3, node or java and its libraries, in seconds and without network (the default)
# --from debootstrap  a minimal Debian with it, from a Debian mirror; needs root and debootstrap
# --from IMAGE        an image of a registry that has it, by the engine's own build
# --function FOLDER   its files are in /function, the working directory; Java sources are compiled into /function/classes
# --handler HANDLER   what the SDK serves: FILE.py[:NAME], FILE.mjs[:NAME] or a class
# --command WORD ...  what runs instead
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
usage="usage: build.sh NAME[:TAG] [--language python|node|java] [--from here|debootstrap|IMAGE] [--function FOLDER] [--handler HANDLER | --command WORD...]"
image="${1:?$usage}"
shift
language=python
from=here
function=""
handler=""
command=()
while [ $# -gt 0 ]; do
    case "$1" in
        --language) language="$2"; shift 2 ;;
        --from) from="$2"; shift 2 ;;
        --function) function="$2"; shift 2 ;;
        --handler) handler="$2"; shift 2 ;;
        --command) shift; command=("$@"); break ;;
        *) echo "build.sh: unknown option $1; $usage" >&2; exit 2 ;;
    esac
done
case "$image" in *:*) ;; *) image="$image:latest" ;; esac
socket="$("$here/../dev/containers.sh" 2>/dev/null)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
sdk="$here/../../function-gateway/sdk/$language"

# What comes on top of the system.
top="$work/top"
mkdir -p "$top/sdk" "$top/function"
[ -z "$function" ] || cp -r "$function/." "$top/function/"
case "$language" in
    python)
        package=python3
        cp -r "$sdk/talflow" "$top/sdk/"
        rm -rf "$top/sdk/talflow/__pycache__"
        environment=("ENV PYTHONPATH=/sdk" "ENV PYTHONUNBUFFERED=1")
        serve=(python3 -m talflow serve)
        ;;
    node)
        package=nodejs
        mkdir -p "$top/sdk/node_modules/talflow"
        cp -r "$sdk/package.json" "$sdk/talflow" "$top/sdk/node_modules/talflow/"
        [ -e "$top/function/node_modules/talflow" ] \
            || { mkdir -p "$top/function/node_modules" && ln -s /sdk/node_modules/talflow "$top/function/node_modules/talflow"; }
        environment=("ENV NODE_ENV=production")
        serve=(node /sdk/node_modules/talflow/talflow/serve.js)
        ;;
    java)
        package=default-jre-headless
        javac --release 17 -d "$top/sdk" "$sdk"/src/main/java/io/talflow/function/*.java
        find "$top/function" -name '*.java' >"$work/sources"
        [ ! -s "$work/sources" ] || javac --release 17 -cp "$top/sdk:$top/function/*" -d "$top/function/classes" "@$work/sources"
        environment=()
        serve=(java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -cp "/sdk:/function/classes:/function/*" io.talflow.function.Serve)
        ;;
    *) echo "build.sh: --language is python, node or java, not $language" >&2; exit 2 ;;
esac
chmod -R a+rX "$top"
if [ -n "$handler" ]; then command=("${serve[@]}" "$handler"); fi
[ ${#command[@]} -gt 0 ] || command=("${serve[0]}")
words="$(printf '"%s",' "${command[@]}")"
settings=("${environment[@]}" "ENV PATH=/usr/bin:/bin" "WORKDIR /function" "CMD [${words%,}]")

engine() { curl -sS --fail-with-body --unix-socket "$socket" "$@"; }

if [ "$from" = here ] || [ "$from" = debootstrap ]; then
    if [ "$from" = here ]; then
        "$here/rootfs.sh" "$language" "$work/image.tar"
    else
        debootstrap --variant=minbase --include="$package" stable "$work/system" >&2
        tar -C "$work/system" --exclude=./var/cache --exclude=./var/lib/apt/lists -cf "$work/image.tar" .
    fi
    tar -C "$top" --owner=0 --group=0 -rf "$work/image.tar" ./sdk ./function
    query=()
    for setting in "${settings[@]}"; do query+=(--data-urlencode "changes=$setting"); done
    # curl makes the query string; the body is the archive
    url="$(curl -sG -o /dev/null -w '%{url_effective}' --max-time 1 --connect-to ::127.0.0.1:1 \
        "http://engine/v1.40/images/create" -d fromSrc=- -d "repo=$image" "${query[@]}" || true)"
    engine -X POST -H 'Content-Type: application/x-tar' -T "$work/image.tar" "$url" >/dev/null
else
    { echo "FROM $from"; echo "COPY sdk /sdk"; echo "COPY function /function"; printf '%s\n' "${settings[@]}" | grep -v 'ENV PATH'; } \
        > "$top/Dockerfile"
    tar -C "$top" -cf "$work/context.tar" .
    engine -X POST -H 'Content-Type: application/x-tar' -T "$work/context.tar" "http://engine/v1.40/build?t=$image" >&2
fi
echo "$image"
