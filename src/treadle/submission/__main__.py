"""`python -m treadle.submission report.pmd`: puts `build/report.zip` together after a build."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from treadle.submission.archive import NotBuiltError, pack, remarks


def main() -> int:
    """Pack; 0 if all is well, 1 where the document has not been built."""
    parser = argparse.ArgumentParser(prog="python -m treadle.submission", description=__doc__)
    parser.add_argument("file", metavar="FILE.pmd", type=Path)
    parser.add_argument("-o", dest="out_dir", metavar="DIR", type=Path, default=Path("build"))
    parser.add_argument("--code", metavar="DIR", type=Path, default=Path("code"))
    parser.add_argument(
        "--with", dest="others", metavar="FILE", type=Path, nargs="*", default=(), help="add these"
    )
    given = parser.parse_args()
    try:
        archive = pack(given.file, given.out_dir, given.code, given.others)
    except NotBuiltError as failure:
        print(f"treadle: error: {failure}", file=sys.stderr)
        return 1
    for remark in remarks(given.file, given.out_dir):
        print(f"treadle: warning: {remark}", file=sys.stderr)
    print(f"wrote {archive}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
