"""The names that import statements bind at the top level."""

from __future__ import annotations

from treadle.engine.scan.code import names_imported_in


def test_all_forms_of_imports_at_the_top_level_count():
    code = (
        "import a.b, c as d\n"
        "if x:\n    from e import f as g, h\n"
        "def inner():\n    import i\n    return a.b(y)\n"
        "z = 1\n"
    )
    assert names_imported_in(code) == ("a", "d", "g", "h")
