"""`python -m treadle.engine.worker IN OUT CRASH KNOWN SETTINGS`: the worker process.

All are descriptors: a line of JSON in, first the `WorkerSetup`, then a task at a time; a line of
JSON out, its result. CRASH takes the traceback of a fatal signal. Once KNOWN is closed, SETTINGS
holds what plugins are to know besides.
"""

from __future__ import annotations

import atexit
import contextlib
import faulthandler
import gc
import io
import os
import signal
import sys
import threading
import time
from typing import BinaryIO

from treadle.engine.messages import WorkerSetup, decode, encode
from treadle.engine.plugin import LateSettings
from treadle.engine.store.atomic import write_all
from treadle.engine.worker.capture import Capture, install
from treadle.engine.worker.session import Session

_PULSE = 0.1  # seconds between looks at what was printed
_GRACE = 1.0  # seconds for what chunks left running


class Channel:
    """The way back to the command: results, and in between the latest line of output."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()

    def send(self, message: object) -> None:
        """Write one message, whole."""
        data = memoryview(encode(message))
        with self._lock:
            write_all(self._descriptor, data)


def main(words: list[str]) -> None:
    """Serve tasks until the command closes its end."""
    descriptors = [int(word) for word in words]
    tasks, results, crash, known, settings = descriptors
    sys.argv = [""]  # as at a prompt: these are no arguments of the user's code
    for descriptor in descriptors:
        os.set_inheritable(descriptor, False)
    os.register_at_fork(after_in_child=lambda: _close([tasks, results]))
    faulthandler.enable(crash, all_threads=False)
    channel = Channel(results)
    lines = os.fdopen(tasks, "rb", closefd=False)
    if not (first := lines.readline()):  # the command has ended before it knew all
        return
    atexit.register(_forget_names)  # before all that others register, so it is called last
    setup = decode(first)
    assert isinstance(setup, WorkerSetup)
    try:
        _serve(setup, lines, channel, LateSettings(known, settings))
    except BaseException:  # ours or a plugin's, not the user's: the command tells what it was
        _tell_crash(crash)
        raise
    threading.Thread(target=_end_anyway, daemon=True).start()
    _close_files()


def _serve(setup: WorkerSetup, lines: BinaryIO, channel: Channel, late: LateSettings) -> None:
    capture = Capture()
    install(capture)
    if setup.store:
        _load_what_a_store_takes()
    session = Session(setup, capture, late)
    threading.Thread(target=_tell_news, args=(capture, channel), daemon=True).start()
    while line := _next_line(lines):
        channel.send(session.step(decode(line)))
    session.end()


def _load_what_a_store_takes() -> None:
    """What is loaded before the session begins is not garbage before the process ends. Nobody looks
    for that in it: at its end Python would do so several times, a fifth of a small build's time.
    """
    gc.disable()
    import treadle.engine.worker.session_values as session_values  # noqa: F401

    gc.freeze()
    gc.enable()


def _end_anyway() -> None:
    """Python waits for threads that chunks left behind: nobody else does."""
    time.sleep(_GRACE)
    for value in gc.get_objects():
        if isinstance(value, io.IOBase):
            with contextlib.suppress(Exception):
                value.flush()
    os._exit(0)


def _close_files() -> None:
    """Close what chunks left open: at Python's own end it may be too late to write what is left."""
    for value in [*sys.modules["__main__"].__dict__.values()]:
        if isinstance(value, io.IOBase):
            with contextlib.suppress(Exception):
                value.close()


def _forget_names() -> None:
    """What objects of the session do when they go, they do now. Python does so with the module that
    it began with; ours, which who listens to events may hold on to, would end with the process."""
    names = sys.modules["__main__"].__dict__
    for name in sorted(names, key=lambda name: not name.startswith("_")):  # in Python's order
        if not name.startswith("__"):
            names[name] = None


def _tell_crash(descriptor: int) -> None:
    import traceback

    os.write(descriptor, traceback.format_exc().encode("utf-8", "backslashreplace"))


def _next_line(lines: BinaryIO) -> bytes:
    while True:
        try:
            return lines.readline()
        except KeyboardInterrupt:  # between two chunks there is nothing to interrupt
            continue


def _tell_news(capture: Capture, channel: Channel) -> None:
    """Send the latest line of output whenever it has changed; end with the command."""
    parent = os.getppid()
    told = ""
    while os.getppid() == parent:
        time.sleep(_PULSE)
        latest = capture.latest()
        if latest and latest != told:
            told = latest
            try:
                channel.send(latest)
            except OSError:
                break
    os.killpg(0, signal.SIGKILL)  # the command is gone: what chunks started goes, too


def _close(descriptors: list[int]) -> None:
    for descriptor in descriptors:
        with contextlib.suppress(OSError):  # forked from such a process
            os.close(descriptor)


if __name__ == "__main__":
    main(sys.argv[1:6])
