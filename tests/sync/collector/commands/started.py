"""Commands as processes of their own that begin with everything loaded, which takes longer than most commands do.

A server loads the collector once and forks for every command. What is forked has standard streams, environment and
arguments of its own and ends as every program does; the language and the settings are read when ``main`` is called.
"""

import gc
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

TIMEOUT_S = 60


def run_started(arguments: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """``collector`` with these arguments, in this environment alone; ended by a signal after TIMEOUT_S."""
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    with TemporaryDirectory(prefix="hailong-command-") as folder:
        said = [Path(folder, name) for name in ("out", "err")]
        order = {
            "arguments": list(arguments),
            "environment": dict(environment),
            "said": [str(path) for path in said],
            "folder": str(Path.cwd()),
        }
        server.stdin.write(json.dumps(order) + "\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        out, err = (path.read_text("utf-8") for path in said)
    return subprocess.CompletedProcess(["collector", *arguments], code, out, err)


@cache
def _server() -> subprocess.Popen[str]:
    """Ends by itself with this process: then nothing more comes in."""
    # Nothing of a tester's own settings.
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}
    return subprocess.Popen(
        [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )


def _serve() -> None:
    """Fork for each order and answer with its exit code; returns in what was forked."""
    import sync.collector.commands.main
    import sync.collector.run.server  # noqa: F401

    # Else each would look through, and so copy, all of it.
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        if (child := os.fork()) == 0:
            _become(json.loads(line))
            return
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
    sys.exit()


def _become(order: dict[str, object]) -> None:
    arguments, environment, said = order["arguments"], order["environment"], order["said"]
    assert isinstance(arguments, list)
    assert isinstance(environment, dict)
    assert isinstance(said, list)
    os.chdir(str(order["folder"]))
    os.environ.clear()
    os.environ |= environment
    sys.argv = ["collector", *arguments]
    files = [os.open(os.devnull, os.O_RDONLY), *(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600) for path in said)]
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))
    signal.alarm(TIMEOUT_S)


if __name__ == "__main__":
    _serve()
    from sync.collector.commands.main import main

    main()
