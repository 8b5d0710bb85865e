"""Nothing of a document that is not trusted is executed before its chunks are."""

import pytest

EVIL = """\
---
title: !!python/object/apply:os.system ['touch evil']
params: {x: 1}
---

```{python one, caption="<%= open('evil', 'w') %>"}
open('evil', 'w')
```

```{python, module="tools"}
open('evil', 'w')
```

```{python, f_size=(open('evil', 'w'), 1)}
1
```

<%= open('evil', 'w') %>
<% open('evil', 'w') %>
"""
GOOD = EVIL.replace("title: !!python/object/apply:os.system ['touch evil']\n", "").replace(
    "(open('evil', 'w'), 1)", "(1, 1)"
)
TEMPLATE = "\\VAR{''.__class__.__mro__[1].__subclasses__()}\n"


@pytest.mark.parametrize("source", [EVIL, GOOD])
@pytest.mark.parametrize("command", ["check", "tangle", "why"])
def test_no_command_but_build_executes(command, source, project):
    made = project(source)
    made.write("sitecustomize.py", "open('evil', 'w')\n")
    made.write("conftest.py", "open('evil', 'w')\n")
    done = made.treadle(command, "report.pmd")
    assert done.returncode == (1 if source is EVIL else 0), done.stderr
    assert not list(made.folder.rglob("evil"))


@pytest.mark.parametrize("command", ["check", "tangle", "why"])
def test_a_python_that_the_document_names_is_started_by_builds_alone(command, project):
    made = project("---\npython: ./mine\n---\n\n```python\n1\n```\n")
    made.write("mine", "#!/bin/sh\ntouch evil\n").chmod(0o755)
    done = made.treadle(command, "report.pmd")
    assert done.returncode == 0, done.stderr
    assert not list(made.folder.rglob("evil"))


def test_check_writes_nothing(project):
    made = project(GOOD)
    before = sorted(made.folder.rglob("*"))
    assert made.treadle("check", "report.pmd").returncode == 0
    assert sorted(made.folder.rglob("*")) == before


def test_a_template_executes_nothing(project):
    made = project("---\ntemplate: mine.tex.j2\n---\n\nWords.\n")
    made.write("mine.tex.j2", TEMPLATE)
    done = made.build()
    assert done.returncode == 1
    assert "report.pmd:2: error: the template `mine.tex.j2` fails" in done.stderr


def test_latex_runs_no_program_and_reads_nothing_above(project):
    made = project(
        "---\npreamble: |\n  \\immediate\\write18{touch evil}\n---\n\n"
        "\\immediate\\write18{touch evil}\n\n\\input{|touch evil}\n"
    )
    made.build()
    assert not list(made.folder.rglob("evil"))


@pytest.mark.parametrize("name", ["../outside", "{outside}/secret"])
def test_latex_reads_only_files_below_the_document(name, project, tmp_path):
    (tmp_path / "secret.tex").write_text("the secret words")
    made = project("")
    (made.folder.parent / "outside.tex").write_text("the secret words")
    made.write("report.pmd", f"\\input{{{name.format(outside=tmp_path)}}}\n\nWords.\n")
    done = made.build()
    assert done.returncode == 1
    assert "report.pmd:1: error: LaTeX: there is no file" in done.stderr


@pytest.mark.parametrize("option", ["module='../evil'", "module='/tmp/evil'", "name='../../evil'"])
def test_no_option_writes_outside(option, project):
    made = project(
        f"```{{python, {option}}}\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);\n```\n"
    )
    made.build("--to", "tex")
    outside = list(made.folder.parent.rglob("*evil*"))
    assert all(made.folder / "build" in path.parents for path in outside)
