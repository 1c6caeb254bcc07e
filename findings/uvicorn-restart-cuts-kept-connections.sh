#!/usr/bin/env bash
# uvicorn 0.54.0 with --workers: the restart by SIGHUP loses requests of clients that keep their connections.
# Each worker gets a successor before it is stopped, and the listening socket stays: nobody is refused. But a stopping
# worker closes every connection that is at rest at that moment, without having told its client by "Connection: close"
# that it would; what the client has just sent there gets no answer. A proxy keeps its connections and does not send a
# POST again. It takes some restarts under load to see it; without a restart nothing is lost.
# Seen: "quiet: 0 lost", "restarted: some lost".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install 'uvicorn[standard]==0.54.0'
cd "$folder"
cat >served.py <<'PYTHON'
async def app(scope, receive, send):
    if scope["type"] == "http":
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})
    elif scope["type"] == "lifespan":
        while (await receive())["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
PYTHON
"$folder/venv/bin/python" - <<'PYTHON'
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time

RESTARTS, CALLERS = 8, 16

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
command = [sys.executable, "-m", "uvicorn", "served:app", "--workers", "2", "--port", str(port), "--log-level", "error"]
server = subprocess.Popen([*command, "--timeout-keep-alive", "60"])


def answers():
    try:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        line.request("GET", "/")
        return line.getresponse().status == 200
    except OSError:
        return False


deadline = time.monotonic() + 30
while not answers():
    assert time.monotonic() < deadline
    time.sleep(0.1)


def lost_while(act):
    lost, ended = [], threading.Event()

    def call():
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        while not ended.is_set():
            try:
                line.request("POST", "/", b"x" * 200)
                line.getresponse().read()
            except (OSError, http.client.HTTPException) as error:
                lost.append(type(error).__name__)
                line.close()
            time.sleep(0.0005)

    callers = [threading.Thread(target=call) for _ in range(CALLERS)]
    for caller in callers:
        caller.start()
    act()
    ended.set()
    for caller in callers:
        caller.join()
    return lost


def restart():
    for _ in range(RESTARTS):
        os.kill(server.pid, signal.SIGHUP)
        time.sleep(2.5)


try:
    quiet, restarted = lost_while(lambda: time.sleep(3)), lost_while(restart)
finally:
    server.terminate()
    server.wait(30)
print(f"quiet: {len(quiet)} lost")
print(f"restarted: {'some' if restarted else 'none'} lost")
print(*sorted(set(restarted)), file=sys.stderr)
sys.exit(bool(quiet) or not restarted)
PYTHON
