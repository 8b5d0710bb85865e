"""The session that cells share."""

import textwrap

import pytest
from tests.unit.displays import plain


def test_the_last_expression_is_shown(shown):
    assert shown("x = 2\nx + 1") == "3"


@pytest.mark.parametrize(
    "code", ["3;", "3 ;  # why", "x = 3", "None", "", "# only a comment", "print", "f = 1; f;"]
)
def test_what_shows_nothing(run, code):
    outputs = run(code).outputs
    assert outputs == ((plain("<built-in function print>"),) if code == "print" else ())


def test_a_semicolon_inside_does_not_silence(shown):
    assert shown("x = 1; 'a;b'") == "'a;b'"


def test_a_semicolon_after_non_ascii_text_silences(run):
    assert run("'é→';").outputs == ()


def test_only_the_last_expression_is_shown(run):
    assert run("1\n2\n3").outputs == (plain("3"),)


def test_names_stay(run, shown):
    run("kept = [1]")
    assert shown("kept") == "[1]"


def test_future_imports_stay(run, shown):
    run("from __future__ import annotations")
    assert shown("def f(x: undefined): ...\nf.__annotations__") == "{'x': 'undefined'}"


def test_the_worker_has_no_future_imports_of_its_own(tmp_path):
    from treadle.engine.worker.run_code import Compiler

    compiler = Compiler()
    namespace: dict[str, object] = {}
    tree = compiler.parse("def f(x: int): ...", "report.pmd", 3)
    exec(compiler.compile(tree, "report.pmd"), namespace)
    assert namespace["f"].__annotations__ == {"x": int}


def test_what_a_chunk_defines_can_be_pickled(run, shown):
    run("class Point:\n    def __init__(self, x): self.x = x")
    assert shown("import pickle; pickle.loads(pickle.dumps(Point(3))).x") == "3"


def test_multiprocessing_finds_the_chunks_functions(run, shown):
    run("def double(x): return 2 * x")
    code = """
        import multiprocessing
        with multiprocessing.get_context("fork").Pool(1) as pool:
            doubled = pool.map(double, [4])
        doubled
    """
    assert shown(textwrap.dedent(code)) == "[8]"


def test_the_source_of_a_function_can_be_had(run, shown):
    run("def half(x):\n    return x / 2", line=30)
    assert shown("import inspect; inspect.getsource(half)") == repr(
        "def half(x):\n    return x / 2\n"
    )


def test_sets_print_alike_in_every_build(shown):
    assert shown("import os; os.environ['PYTHONHASHSEED']") == "'0'"


def test_the_working_directory_is_the_documents(shown, folder):
    assert shown("import os; os.getcwd()") == repr(str(folder))


def test_a_module_beside_the_document_can_be_imported(shown, folder):
    (folder / "helper.py").write_text("answer = 42")
    assert shown("import helper; helper.answer") == "42"


def test_a_module_beside_the_document_does_not_replace_the_workers(shown, folder):
    (folder / "random_name.py").write_text("")
    assert shown("import json; json.dumps([1])") == "'[1]'"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("params.epochs", "10"),
        ("params['epochs']", "10"),
        ("params.model.width", "3"),
        ("params.sizes.append(9); params.sizes", "[1, 2]"),
        ("dict(params, epochs=1)['epochs']", "1"),
    ],
)
def test_parameters(shown, code, text):
    assert shown(code) == text


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("params.epoch", "AttributeError: no parameter 'epoch'; did you mean 'epochs'?"),
        ("params['zzz']", "has epochs, model, sizes"),
        ("params.epochs = 1", "-P epochs=..."),
        ("params['epochs'] = 1", "params is read-only"),
        ("del params.epochs", "params is read-only"),
    ],
)
def test_mistakes_with_parameters(run, code, message):
    assert message in run(code).failure.message


def test_display_shows_values_in_their_place(run):
    assert run("display(1, 'a')\ndisplay(None)").outputs == tuple(map(plain, ("1", "'a'", "None")))
    assert run("None").outputs == ()


def test_the_source_of_an_object_is_shown(run):
    run(
        "def triple(x):\n    return 3 * x\n\nclass Net:\n    size = 3\n    def f(self): ...",
        line=50,
    )
    assert run("", source="triple").shown_source == "def triple(x):\n    return 3 * x\n"
    assert run("", source="Net").shown_source.startswith("class Net:\n    size = 3\n")
    assert run("", source="nothing").failure.message.startswith("NameError")


def test_random_numbers_depend_on_the_seed_alone(shown):
    code = "import random, numpy as np; (random.random(), float(np.random.rand()))"
    first = shown(code, seed=5)
    assert shown(code, seed=6) != first
    assert shown(textwrap.dedent(code), seed=5) == first


def test_the_command_line_is_not_the_workers(shown):
    assert shown("import sys; sys.argv") == "['']"
