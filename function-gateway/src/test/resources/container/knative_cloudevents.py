"""A Knative function of the cloudevents template as its middleware runs it: a CloudEvent in, a CloudEvent out, both binary."""

import http.server
import json
import os


def handle(event):
    return {
        "specversion": "1.0",
        "id": "answer-to-" + event["id"],
        "source": "/knative",
        "type": "com.example.priced",
        "data": {"type": event["type"], "source": event["source"], "total": event["data"]["count"] * 14},
    }


class Middleware(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200 if self.path in ("/health/readiness", "/health/liveness") else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        missing = [name for name in ("id", "source", "type", "specversion") if "ce-" + name not in self.headers]
        if missing:
            self.send_error(400, "not a CloudEvent, lacks %s" % missing)
            return
        event = {name[3:].lower(): value for name, value in self.headers.items() if name.lower().startswith("ce-")}
        event["data"] = json.loads(body)
        answer = handle(event)
        data = json.dumps(answer.pop("data")).encode()
        self.send_response(200)
        for name, value in answer.items():
            self.send_header("ce-" + name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments):
        pass


http.server.ThreadingHTTPServer(("", int(os.environ["PORT"])), Middleware).serve_forever()
