"""What a template of OpenFaaS's python3-http family builds: the server behind of-watchdog, and of-watchdog's forwarding."""

import http.client
import http.server
import json
import os
import threading


class Event:
    def __init__(self, request, body):
        self.body = body
        self.headers = request.headers
        self.method = request.command
        self.path = request.path


def handle(event, context):
    if json.loads(event.body).get("busy"):
        return {"statusCode": 429, "headers": {"Retry-After": "2"}, "body": "max_inflight reached"}
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json"},
        "body": b'{"method": "%s", "id": "%s"}' % (event.method.encode(), event.headers["ce-id"].encode()),
    }


class Function(http.server.BaseHTTPRequestHandler):
    """index.py of the template: calls handle(event, context)."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = handle(Event(self, body), None)
        data = answer["body"] if isinstance(answer["body"], bytes) else answer["body"].encode()
        self.send_response(answer["statusCode"])
        for name, value in answer["headers"].items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments):
        pass


class Watchdog(http.server.BaseHTTPRequestHandler):
    """of-watchdog, mode=http: passes method, path, headers and body to upstream_url, adds X-Duration-Seconds."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        upstream = http.client.HTTPConnection("127.0.0.1", 5000)
        upstream.request("POST", self.path, body, {k: v for k, v in self.headers.items() if k.lower() != "host"})
        answer = upstream.getresponse()
        data = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("date", "server"):
                self.send_header(name, value)
        self.send_header("X-Duration-Seconds", "0.001")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments):
        pass


threading.Thread(target=http.server.ThreadingHTTPServer(("127.0.0.1", 5000), Function).serve_forever, daemon=True).start()
http.server.ThreadingHTTPServer(("", int(os.environ.get("port", "8080"))), Watchdog).serve_forever()
