"""What leaves the sight of this process: other programs, and the network."""

from __future__ import annotations

import os
from collections.abc import Callable

from treadle.engine.observe import scope as frames
from treadle.engine.observe.imports import Imports
from treadle.engine.observe.log import Log

_NETWORK = "it uses the network"
# They ask a program about the machine, once, and nothing of it ends up in a result.
_SILENT = frozenset(
    {"platform", "ctypes.util", "uuid", "joblib.externals.loky.backend.context", "cpuinfo"}
)
_ABOUT_THE_MACHINE = frozenset({"lscpu", "uname", "ldconfig", "sysctl", "nvidia-smi", "fc-list"})


class Programs:
    """Tells a log what can't be observed. All methods take the arguments of their event."""

    def __init__(self, log: Log, imports: Imports) -> None:
        """Tell `log`, but not of what a library does while it is imported."""
        self._log = log
        self._imports = imports

    def handlers(self) -> dict[str, Callable[..., None]]:
        """What to do at each event, with its arguments."""
        return {
            "subprocess.Popen": self.started,
            "os.system": self.shelled,
            "os.posix_spawn": self.spawned,
            "os.exec": self.spawned,
            "pty.spawn": lambda command: self.started(None, command),
            "socket.connect": self.connected,
            "socket.sendto": self.connected,
            "socket.getaddrinfo": self.looked_up,
            "socket.gethostbyname": self.looked_up,
            "urllib.Request": self.looked_up,
        }

    def started(self, program: object, arguments: object, *_: object) -> None:
        """`subprocess.Popen`, with a shell or without."""
        words = [arguments] if isinstance(arguments, str | bytes) else list(arguments)  # type: ignore[call-overload]
        texts = [os.fsdecode(word) for word in words]
        if len(texts) == 3 and texts[1] == "-c" and texts[0].endswith("/sh"):
            self.shelled(texts[2])
        else:
            self._tell(os.fsdecode(program or texts[0]))  # type: ignore[arg-type]

    def shelled(self, command: object) -> None:
        """`os.system`."""
        words = os.fsdecode(command).split()  # type: ignore[arg-type]
        self._tell(words[0] if words else "sh")

    def spawned(self, program: object, *_: object) -> None:
        """`os.posix_spawn` and the `exec` functions."""
        self._tell(os.fsdecode(program))  # type: ignore[arg-type]

    def connected(self, _socket: object, address: object, *_: object) -> None:
        """`socket.connect`: to a host, or to a process of this machine by a path."""
        if isinstance(address, str | bytes):
            if not frames.passes(0, frozenset({"multiprocessing.connection"})):
                self._log.tell("unknown", "it talks to another process")
        else:
            self.looked_up()

    def looked_up(self, *_: object) -> None:
        """A host's address is asked for, or a page."""
        if not self._imports.in_library():
            self._log.tell("unknown", _NETWORK)

    def _tell(self, program: str) -> None:
        name = os.path.basename(program)  # noqa: PTH119
        if self._imports.in_library() or frames.passes(0, _SILENT):
            return
        if name in _ABOUT_THE_MACHINE and not frames.asked_by_user(0):
            return
        self._log.tell("unknown", f"it starts the program `{name}`")
