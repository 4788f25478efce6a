#!/usr/bin/env bash
# Packs this machine's python3, node or java, with the libraries it needs and nothing else, as the layer of an image: seconds, no
# registry, no root. For tests and for trying things out; build.sh makes images to be kept.
#   infra/images/rootfs.sh python|node|java OUT.tar
set -euo pipefail
language="$1"
out="$(realpath "$2")"
root="$(mktemp -d)"
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/usr/bin" "$root/tmp" "$root/etc"
chmod 1777 "$root/tmp"

with_libraries() {
    ldd "$@" 2>/dev/null | sed -n 's/.*=> \(\/[^ ]*\) (.*/\1/p; s/^\t\(\/[^ ]*\) (.*/\1/p' | sort -u | while read -r shared; do
        case "$shared" in "$root"/*) continue ;; esac
        mkdir -p "$root$(dirname "$shared")"
        cp -L "$shared" "$root$shared"
    done
}

python() {
    local python library
    python="$(python3 -c 'import os, sys; print(os.path.realpath(sys.executable))')"
    library="$(python3 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')"
    mkdir -p "$root$library" "$root$(dirname "$python")"
    cp "$python" "$root$python"
    [ "$python" = /usr/bin/python3 ] || ln -sf "$python" "$root/usr/bin/python3"
    tar -C "$library" --exclude=__pycache__ --exclude=test --exclude=idlelib --exclude=tkinter --exclude=ensurepip \
        --exclude='config-*' --exclude=lib2to3 --exclude=dist-packages --exclude=site-packages -c . | tar -x -C "$root$library"
    with_libraries "$python" "$library"/lib-dynload/*.so
}

node() {
    local node
    node="$(realpath "$(type -P node)")"
    cp "$node" "$root/usr/bin/node"
    with_libraries "$node"
}

java() {
    local home=/usr/lib/jvm/talflow
    mkdir -p "$root/usr/lib/jvm"
    jlink --add-modules java.base,java.logging,java.naming,java.net.http,java.sql,java.xml,jdk.crypto.ec,jdk.unsupported \
        --strip-java-debug-attributes --no-header-files --no-man-pages --output "$root$home"
    "$root$home/bin/java" -XX:+UseSerialGC -Xshare:dump >/dev/null
    ln -s "$home/bin/java" "$root/usr/bin/java"
    LD_LIBRARY_PATH="$root$home/lib:$root$home/lib/server" with_libraries "$root$home/bin/java" "$root$home"/lib/*.so "$root$home"/lib/server/*.so
}

case "$language" in
    python | node | java) "$language" ;;
    *) echo "rootfs.sh: python, node or java, not $language" >&2; exit 2 ;;
esac
echo 'nobody:x:65534:65534::/tmp:/bin/false' > "$root/etc/passwd"
tar -C "$root" --owner=0 --group=0 --numeric-owner --sort=name --mtime=@0 -cf "$out.part" .
mv "$out.part" "$out"
