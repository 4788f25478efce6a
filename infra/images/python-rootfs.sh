#!/usr/bin/env bash
# Packs this machine's python3, with the libraries it needs and nothing else, as the layer of an image: seconds, no registry,
# no root. For tests and for trying things out; build.sh makes images to be kept.
#   infra/images/python-rootfs.sh OUT.tar
set -euo pipefail
out="$(realpath "$1")"
root="$(mktemp -d)"
trap 'rm -rf "$root"' EXIT

python="$(python3 -c 'import os, sys; print(os.path.realpath(sys.executable))')"
library="$(python3 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')"

mkdir -p "$root/usr/bin" "$root/tmp" "$root/etc" "$root$library" "$root$(dirname "$python")"
chmod 1777 "$root/tmp"
cp "$python" "$root$python"
[ "$python" = /usr/bin/python3 ] || ln -sf "$python" "$root/usr/bin/python3"
tar -C "$library" --exclude=__pycache__ --exclude=test --exclude=idlelib --exclude=tkinter --exclude=ensurepip \
    --exclude='config-*' --exclude=lib2to3 --exclude=dist-packages --exclude=site-packages -c . | tar -x -C "$root$library"
ldd "$python" "$library"/lib-dynload/*.so 2>/dev/null | sed -n 's/.*=> \(\/[^ ]*\) (.*/\1/p; s/^\t\(\/[^ ]*\) (.*/\1/p' | sort -u \
    | while read -r shared; do
        mkdir -p "$root$(dirname "$shared")"
        cp -L "$shared" "$root$shared"
    done
echo 'nobody:x:65534:65534::/tmp:/bin/false' > "$root/etc/passwd"
tar -C "$root" --owner=0 --group=0 --numeric-owner --sort=name --mtime=@0 -cf "$out.part" .
mv "$out.part" "$out"
