"""What the operating system refused: at which path, and the way out."""

from __future__ import annotations

import errno

ROOM = "make room on the disk, for example by `treadle clean --older 30d`"
ALLOWED = "see to it that you may read and write it"
IN_THE_WAY = "move what lies there out of the way"
WAYS_OUT = {
    errno.ENOSPC: ROOM,
    errno.EDQUOT: ROOM,
    errno.EACCES: ALLOWED,
    errno.EPERM: ALLOWED,
    errno.EROFS: ALLOWED,
    errno.EISDIR: IN_THE_WAY,
    errno.ENOTDIR: IN_THE_WAY,
    errno.EEXIST: IN_THE_WAY,
    errno.ELOOP: IN_THE_WAY,
    errno.ENAMETOOLONG: "give it a shorter name",
}


def in_words(failure: OSError) -> str:
    """`PATH: No space left on device (the way out)`."""
    path = failure.filename2 or failure.filename  # of two, the one that was to be written
    text = failure.strerror or str(failure)
    text = f"{path}: {text}" if path else text
    hint = WAYS_OUT.get(failure.errno or 0)
    return f"{text} ({hint})" if hint else text
