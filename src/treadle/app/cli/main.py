"""`treadle`: find the subcommand and run it."""

from __future__ import annotations

import argparse
import errno
import gc
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from treadle.app import __version__
from treadle.app.cli import commands
from treadle.app.cli.arguments import Exit

# What the operating system refuses, and the way out.
WAYS_OUT = {
    **dict.fromkeys(
        (errno.ENOSPC, errno.EDQUOT),
        "make room on the disk, for example by `treadle clean --older 30d`",
    ),
    **dict.fromkeys(
        (errno.EACCES, errno.EPERM, errno.EROFS), "see to it that you may read and write it"
    ),
    **dict.fromkeys(
        (errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ELOOP),
        "move what lies there out of the way",
    ),
    errno.ENAMETOOLONG: "give it a shorter name",
}


def in_words(failure: OSError) -> str:
    """`PATH: No space left on device (the way out)`."""
    path = failure.filename2 or failure.filename  # of two, the one that was to be written
    text = failure.strerror or str(failure)
    text = f"{path}: {text}" if path else text
    hint = WAYS_OUT.get(failure.errno or 0)
    return f"{text} ({hint})" if hint else text


GRACE = 10.0  # seconds in which a build that is to end does so in order


class TerminatedError(KeyboardInterrupt):
    """Somebody else than the user at the keyboard wants an end: the same happens as then."""


def command() -> NoReturn:
    """Run `treadle` as a process of its own, and end that."""
    _open_standard_streams()
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # not under nohup
            signal.signal(number, _terminate)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)
    status = main()
    if sys.getprofile() or sys.gettrace():  # what watches writes its findings at the end
        raise SystemExit(status)
    for stream in (sys.stdout, sys.stderr):
        if stream.closed:
            continue
        try:
            stream.flush()
        except OSError:  # nobody listens any more, or a full disk
            status = status or Exit.DOCUMENT_ERRORS
    # Taking every module apart takes Python longer than some builds do.
    os._exit(status)


def main(argv: Sequence[str] | None = None) -> int:
    """Run `treadle` with these arguments (the process's own by default); the exit status."""
    # Reading and weaving make many small objects and no garbage to speak of: looking for it among
    # them, at Python's usual rate, is a third of their time.
    gc.set_threshold(200_000, 20, 100)
    arguments = parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except TerminatedError:
        print("treadle: terminated", file=sys.stderr)
        return Exit.TERMINATED
    except KeyboardInterrupt:
        print("treadle: interrupted", file=sys.stderr)
        return Exit.INTERRUPTED
    except BrokenPipeError:  # `treadle build ... | head`
        sys.stderr.close()
        return Exit.DOCUMENT_ERRORS
    except OSError as failure:  # a full disk, a folder that can't be written
        print(f"treadle: error: {in_words(failure)}", file=sys.stderr)
        return Exit.DOCUMENT_ERRORS


def _terminate(number: int, _: FrameType | None) -> NoReturn:
    _end_anyway_soon("terminated", Exit.TERMINATED)
    raise TerminatedError(number)


def _interrupt(*_: object) -> NoReturn:
    _end_anyway_soon("interrupted", Exit.INTERRUPTED)
    raise KeyboardInterrupt


def _end_anyway_soon(word: str, status: Exit) -> None:
    """Whoever wants an end gets it, also where the exception strikes a callback, from which Python
    drops it, or an import, whose lock it then leaves to a thread that is waited for.

    Nothing is lost by it, and nothing stays: results are put into place whole, and what was started
    ends with this process.
    """

    def end(*_: object) -> None:
        os.write(2, f"treadle: {word}\n".encode())
        os._exit(status)

    signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, GRACE)


def _open_standard_streams() -> None:
    """What the caller has closed (`2>&-`) leads nowhere; else a file of ours would take its place.

    Python has None for such a stream, and the next file that is opened gets its number.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    if sys.stdout is None:
        sys.stdout = os.fdopen(1, "w", encoding="utf-8")
    if sys.stderr is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8")


def parser() -> argparse.ArgumentParser:
    """The command line's grammar."""
    top = argparse.ArgumentParser(
        prog="treadle",
        description="Run a document's Python code, weave its results into LaTeX, typeset a PDF.",
    )
    top.add_argument("--version", action="version", version=f"treadle {__version__}")
    found = top.add_subparsers(metavar="COMMAND", required=True)
    commands.add_build(found)
    commands.add_check(found)
    commands.add_tangle(found)
    commands.add_why(found)
    commands.add_verify(found)
    commands.add_clean(found)
    return top
