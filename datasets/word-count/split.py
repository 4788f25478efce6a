"""Cuts the input into slices of whole words, by byte ranges."""
import os

LETTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
SKIPPED = {"target", "node_modules", "__pycache__"}


def handler(ctx, input):
    # A function runs in its bundle's folder; a relative path is meant from where the stack was started.
    path = os.path.normpath(os.path.join(os.environ.get("TALFLOW_STARTED_IN", os.getcwd()), input["path"]))
    slice_bytes = max(1, int(input.get("sliceBytes", 256 * 1024)))
    files = text_files(path)
    if not files:
        raise ValueError(f"no text file at {path}")
    return {"chunks": group([r for f in files for r in ranges(f, slice_bytes)], slice_bytes)}


def text_files(path):
    """Every text file at or under a path, in a fixed order; hidden ones, links and build output are left out."""
    if os.path.isfile(path):
        return [path]
    found = []
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(n for n in folders if n not in SKIPPED and not n.startswith("."))
        for name in sorted(names):
            file = os.path.join(folder, name)
            if not name.startswith(".") and not os.path.islink(file) and os.path.isfile(file) and is_text(file):
                found.append(file)
    return found


def is_text(file):
    with open(file, "rb") as stream:
        return b"\0" not in stream.read(4096)


def ranges(file, slice_bytes):
    """Byte ranges that cover the file; a range ends where no word goes on."""
    size = os.path.getsize(file)
    found, start = [], 0
    with open(file, "rb") as stream:
        while start < size:
            end = min(start + slice_bytes, size)
            stream.seek(end - 1)
            inside = stream.read(1)[0] in LETTERS
            while inside and end < size:
                block = stream.read(4096)
                rest = next((i for i, byte in enumerate(block) if byte not in LETTERS), len(block))
                end += rest
                inside = rest == len(block) and bool(block)
            found.append({"file": file, "start": start, "end": end})
            start = end
    return found


def group(found, slice_bytes):
    """Small files share a slice."""
    slices, current, size = [], [], 0
    for part in found:
        length = part["end"] - part["start"]
        if current and size + length > slice_bytes:
            slices.append({"ranges": current})
            current, size = [], 0
        current.append(part)
        size += length
    if current:
        slices.append({"ranges": current})
    return slices
