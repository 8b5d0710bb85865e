import ast
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.press.document.reader import read_document
from treadle.press.tangle.extract import (
    Extracted,
    extract,
    module_name,
    origin_in,
    origin_of,
    package_name,
    read_seal,
)
from treadle.problem import Span

PATH = Path("dir/my-report.pmd")


def files(text: str, path: Path = PATH) -> dict[str, Extracted]:
    document, problems = read_document(path, text)
    assert problems == ()
    return {str(file.path): file for file in extract(document)}


TEXT = '''# Models

```python model, module="net"

"""A network."""
from __future__ import annotations
SIZE = 3
```

```python
print("not extracted")
```

```python module="data"
import os
```

```python module="net"
def half() -> int:
    return SIZE // 2
```

```python test=True, module="net"
from my_report.net import half


def test_half():
    assert half() == 1
```

```python test=True
def test_all(): pass
```

```python module="net", evaluate=False
only shown
```
'''


def test_each_module_and_each_test_file_has_its_chunks_in_order() -> None:
    found = files(TEXT)
    assert list(found) == [
        "my_report/net.py",
        "my_report/data.py",
        "my_report/test_net.py",
        "my_report/test_my_report.py",
    ]
    net = found["my_report/net.py"]
    assert net.path == PurePosixPath("my_report/net.py")
    assert (net.source, net.span) == ("my-report.pmd", Span(str(PATH), 3, 8))
    assert net.text.split("\n")[1:] == [
        "",
        "# %% my-report.pmd:5-7 model",
        '"""A network."""',
        "from __future__ import annotations",
        "SIZE = 3",
        "",
        "",
        "# %% my-report.pmd:19-20",
        "def half() -> int:",
        "    return SIZE // 2",
        "",
    ]


def test_the_first_line_names_the_source_and_seals_the_rest() -> None:
    text = files(TEXT)["my_report/net.py"].text
    assert text.startswith("# Extracted by treadle from my-report.pmd: edit that, not this file. [")
    seal = read_seal(text)
    assert seal is not None
    assert (seal.source, seal.intact) == ("my-report.pmd", True)
    edited = read_seal(text.replace("SIZE = 3", "SIZE = 4"))
    assert edited is not None
    assert not edited.intact
    assert read_seal("x = 1\n") is None


def test_a_module_keeps_its_docstring_and_its_future_imports() -> None:
    text = files(TEXT)["my_report/net.py"].text
    assert ast.get_docstring(ast.parse(text)) == "A network."
    names: dict[str, object] = {}
    exec(compile(text, "net.py", "exec", dont_inherit=True), names)
    assert names["SIZE"] == 3


def test_the_same_document_elsewhere_gives_the_same_files() -> None:
    here, there = files(TEXT), files(TEXT, Path("/somewhere/else/my-report.pmd"))
    assert {name: file.text for name, file in here.items()} == {
        name: file.text for name, file in there.items()
    }


def test_a_main_chunk_runs_only_when_the_module_is_the_program() -> None:
    text = "```python module='m', main=True\nx = '''a\n  b'''\nif x:\n\n    y = 1\n```\n"
    code = files(text)["my_report/m.py"].text
    names: dict[str, object] = {"__name__": "imported"}
    exec(code, names)
    assert "x" not in names
    names["__name__"] = "__main__"
    exec(code, names)
    assert (names["x"], names["y"]) == ("a\n  b", 1)
    line = code.split("\n").index("        y = 1") + 1
    assert origin_in(code, line) == Span.at("my-report.pmd", 6)


@pytest.mark.parametrize(
    ("stem", "package"),
    [("a", "a"), ("my-report 2", "my_report_2"), ("9", "_9"), ("class", "class_"), ("é.b", "é_b")],
)
def test_package_names(stem: str, package: str) -> None:
    assert package_name(stem) == package
    assert package.isidentifier()


def test_dotted_module_names() -> None:
    document, _ = read_document(PATH, TEXT)
    assert module_name(document, "net") == "my_report.net"


def test_no_line_of_the_document_stands_behind_the_rest_of_a_file() -> None:
    text = files(TEXT)["my_report/net.py"].text
    origins = [origin_in(text, line) for line in range(1, text.count("\n") + 3)]
    lines = [None if origin is None else origin.line for origin in origins]
    assert lines == [None, None, 5, 5, 6, 7, None, None, 19, 19, 20, None, None]


def test_origins_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(files(TEXT)["my_report/net.py"].text, encoding="utf-8")
    assert origin_of(path, 11) == Span.at("my-report.pmd", 20)
    assert origin_of(path, 11, PATH) == Span.at(str(PATH), 20)
    assert origin_of(path, 11, Path("other.pmd")) == Span.at("my-report.pmd", 20)
    assert origin_of(tmp_path / "none.py", 1) is None


_LINE = st.one_of(
    st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), max_size=10),
    st.just("# %% my-report.pmd:1-2 fake"),
).filter(lambda line: line.strip()[:1] not in ("`", "~"))
_CHUNKS = st.lists(
    st.tuples(st.sampled_from(["a", "b"]), st.booleans(), st.lists(_LINE, min_size=1, max_size=5)),
    min_size=1,
    max_size=5,
)


@given(_CHUNKS)
def test_every_line_of_code_is_traced_back_to_its_line(
    chunks: list[tuple[str, bool, list[str]]],
) -> None:
    text = "# Head\n" + "".join(
        f"\n```python module={module!r}, test={test}\n" + "".join(f"{x}\n" for x in lines) + "```\n"
        for module, test, lines in chunks
    )
    document, _ = read_document(PATH, text)
    source = text.split("\n")
    traced = 0
    for file in extract(document):
        for number, line in enumerate(file.text.split("\n"), start=1):
            origin = origin_in(file.text, number)
            is_comment = file.text.split("\n")[number - 1].startswith("# %% my-report.pmd:")
            if origin is None:
                assert line == "" or line.startswith("# Extracted by")
            elif not is_comment:
                assert source[origin.line - 1].rstrip() == line.rstrip()
                traced += line.strip() != ""
    expected = sum(
        line.strip() != "" and not line.startswith("# %%") for _, _, x in chunks for line in x
    )
    assert traced == expected
