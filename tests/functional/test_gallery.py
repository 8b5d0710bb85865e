"""The gallery where the libraries that it shows besides are not there; CI builds it with them."""

from pathlib import Path

GALLERY = Path(__file__).resolve().parents[2] / "docs" / "gallery.pmd"
LIBRARIES = ("polars", "great_tables", "seaborn", "altair", "IPython")
# To import what stands there as None raises ImportError.
MISSING = f"import sys\nsys.modules.update(dict.fromkeys({LIBRARIES!r}))\n"


def test_it_says_what_is_left_out(project):
    text = GALLERY.read_text("utf-8")
    made = project(text.replace("import importlib\n", f"{MISSING}import importlib\n", 1))
    done = made.build()
    assert done.returncode == 0, done.stdout + done.stderr
    shown = " ".join(made.text().split())
    for name in LIBRARIES:
        assert f"left out: {name} is not installed" in shown
    assert f"{', '.join(LIBRARIES)} are left out" in shown
