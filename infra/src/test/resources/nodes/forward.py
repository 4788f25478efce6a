"""Forwards each connection to an address: forward.py LISTEN_HOST LISTEN_PORT TARGET_HOST TARGET_PORT"""

import socket
import sys
import threading


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


listen_host, listen_port, target_host, target_port = sys.argv[1:]
listener = socket.create_server((listen_host, int(listen_port)), backlog=64)
while True:
    client, _ = listener.accept()
    try:
        server = socket.create_connection((target_host, int(target_port)), timeout=10)
    except OSError:
        client.close()
        continue
    server.settimeout(None)
    for pair in ((client, server), (server, client)):
        threading.Thread(target=pump, args=pair, daemon=True).start()
