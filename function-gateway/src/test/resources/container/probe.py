"""A function server of its own making, by the function contract: does what its input says."""

import http.server
import json
import os
import resource
import signal
import socket
import sys
import threading
import time
import urllib.parse
import urllib.request

BOOT = str(os.urandom(4).hex())
calls = 0


def echo(value, headers):
    print("echo", value.get("text"), file=sys.stderr)
    return {"text": value.get("text"), "boot": BOOT, "calls": calls, "headers": dict(headers.items())}


def sleep(value, headers):
    print("sleeping", flush=True)
    time.sleep(value["seconds"])
    return {"boot": BOOT}


def ignore(value, headers):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        time.sleep(1)


def exit(value, headers):
    print("about to go", flush=True)
    os._exit(value["code"])


def ready(value, headers):
    request = urllib.request.Request(
        headers["X-Talflow-Runtime"] + "/v1/runtime/ready/header",
        data=json.dumps(value["header"]).encode(),
        headers={"Authorization": "Bearer " + headers["X-Talflow-Token"], "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        return {"signalled": json.load(answer)["id"]}


def get(value, headers):
    """What a GET of a path of the node answers by the address that containers have."""
    try:
        with urllib.request.urlopen(headers["X-Talflow-Runtime"] + value["path"], timeout=5) as answer:
            return {"status": answer.status}
    except urllib.error.HTTPError as error:
        return {"status": error.code}


def connect(value, headers):
    """Whether a TCP connection can be made."""
    try:
        socket.create_connection((value["host"], value["port"]), timeout=2).close()
        return {"connected": True, "why": ""}
    except OSError as error:
        return {"connected": False, "why": str(error)}


def wait(value, headers):
    """Until somebody listens at a port of the node's machine."""
    host = urllib.parse.urlparse(headers["X-Talflow-Runtime"]).hostname
    while not connect({"host": host, "port": value["port"]}, headers)["connected"]:
        time.sleep(0.1)
    return {"boot": BOOT}


def write(value, headers):
    try:
        with open(value["path"], "wb") as file:
            for _ in range(value.get("mebibytes", 0)):
                file.write(bytes(1024 * 1024))
        return {"written": True, "why": ""}
    except OSError as error:
        return {"written": False, "why": error.strerror}


def execute(value, headers):
    """Whether a program in /tmp can be run, and whether it gains rights by its set-uid bit."""
    path = "/tmp/program"
    with open(path, "wb") as file:
        file.write(open("/usr/bin/python3", "rb").read())
    os.chmod(path, 0o4755)
    try:
        os.posix_spawn(path, [path, "-c", "pass"], {})
        return {"ran": True, "why": ""}
    except OSError as error:
        return {"ran": False, "why": error.strerror}


def facts(value, headers):
    status = dict(line.split(":\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\t" in line)
    return {
        "uid": os.getuid(),
        "gid": os.getgid(),
        "groups": os.getgroups(),
        "capabilities": [status[name].strip() for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")],
        "noNewPrivileges": status["NoNewPrivs"].strip(),
        "seccomp": status["Seccomp"].strip(),
        "setuid": raises(lambda: os.setuid(0)),
        "processes": sorted(int(name) for name in os.listdir("/proc") if name.isdigit()),
        "sockets": [path for path in ("/run/docker.sock", "/var/run/docker.sock", "/run/podman/podman.sock") if os.path.exists(path)],
        "interfaces": sorted(name for _, name in socket.if_nameindex()),
        "routes": [line.split()[1] for line in open("/proc/net/route").read().splitlines()[1:]],
    }


def raises(action):
    try:
        action()
        return ""
    except OSError as error:
        return error.strerror


def fork(value, headers):
    children = []
    why = ""
    try:
        for _ in range(value["count"]):
            child = os.fork()
            if child == 0:
                time.sleep(60)
                os._exit(0)
            children.append(child)
    except OSError as error:
        why = error.strerror
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return {"children": len(children), "why": why}


def allocate(value, headers):
    hoard = []
    for _ in range(value["mebibytes"]):
        hoard.append(b"x" * (1024 * 1024))
    return {"allocated": len(hoard)}


def burn(value, headers):
    """CPU seconds that two threads' worth of processes get in a second of time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    children = []
    for _ in range(2):
        child = os.fork()
        if child == 0:
            until = time.monotonic() + 1
            while time.monotonic() < until:
                pass
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}


def chatter(value, headers):
    line = b"y" * 1023 + b"\n"
    for _ in range(value["mebibytes"] * 1024):
        os.write(1, line)
    return {"boot": BOOT}


def large(value, headers):
    return "x" * value["bytes"]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        global calls
        calls += 1
        value = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        result = json.dumps(globals()[value["do"]](value, self.headers)).encode()
        self.send_response(value.get("status", 200))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(result)))
        self.end_headers()
        self.wfile.write(result)

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128


print("probe starts", flush=True)
time.sleep(float(os.environ.get("PROBE_DELAY", "0")))
server = Server(("", int(os.environ["PORT"])), Handler)
signal.signal(signal.SIGTERM, lambda *ignored: threading.Thread(target=lambda: os._exit(0)).start())
server.serve_forever()
