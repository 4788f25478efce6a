"""A runtime of OpenWhisk's action interface: /init compiles the code it is handed, /run calls its main."""

import http.server
import json
import os
import sys
import traceback

END = "XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX"
action = {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer(*(init(body) if self.path == "/init" else run(body)))

    def answer(self, status, result):
        data = json.dumps(result).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments):
        pass


def init(body):
    if action:
        return 403, {"error": "Cannot initialize the action more than once."}
    value = body["value"]
    os.environ.update(value.get("env", {}))
    try:
        space = {}
        exec(compile(value["code"], value["name"], "exec"), space)
        action["main"] = space[value["main"]]
        return 200, {"ok": True}
    except Exception as error:
        return 502, {"error": "The action did not initialize: %s" % error}


def run(body):
    os.environ["__OW_ACTIVATION_ID"] = body["activation_id"]
    os.environ["__OW_DEADLINE"] = body["deadline"]
    try:
        result = action["main"](body["value"])
        return (200, result) if isinstance(result, dict) else (502, {"error": "The action did not return a dictionary."})
    except Exception:
        traceback.print_exc()
        return 502, {"error": "An exception occurred: " + traceback.format_exc().splitlines()[-1]}
    finally:
        print(END, flush=True)
        print(END, file=sys.stderr, flush=True)


http.server.ThreadingHTTPServer(("", 8080), Handler).serve_forever()
