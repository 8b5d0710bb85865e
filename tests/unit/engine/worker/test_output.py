"""What chunks print, in the order it happens."""

import textwrap

from tests.unit.displays import plain

from treadle.engine.trace import Stream


def test_prints_and_values_keep_their_order(run):
    code = """
        import os, subprocess, sys
        print("one")
        os.system("echo two")
        print("three", file=sys.stderr)
        subprocess.run(["sh", "-c", "echo four >&2"])
        display(5)
        sys.stdout.buffer.write(b"six\\n")
        print("seven")
        8
    """
    assert run(textwrap.dedent(code)).outputs == (
        Stream("stdout", "one\ntwo\n"),
        Stream("stderr", "three\nfour\n"),
        plain("5"),
        Stream("stdout", "six\nseven\n"),
        plain("8"),
    )


def test_a_c_library_prints_in_its_place(printed):
    code = """
        import ctypes
        print("before")
        ctypes.CDLL(None).printf(b"from C ")
        print("after")
    """
    assert printed(textwrap.dedent(code)) == "before\nfrom C after\n"


def test_subprocess_output_is_the_chunks_own_even_after_failure(run):
    result = run("import os\nos.system('echo seen')\n1/0")
    assert result.outputs == (Stream("stdout", "seen\n"),)
    assert result.failure is not None


def test_bytes_that_are_not_utf8_are_shown_as_escapes(printed):
    assert printed(r"import os; os.write(1, b'caf\xe9 caf\xc3\xa9\n');") == "caf\\xe9 café\n"


def test_a_character_in_two_writes_is_whole(printed):
    assert printed(r"import os; os.write(1, b'\xc3'); print(end=''); os.write(1, b'\xa9');") == "é"


def test_a_lone_surrogate_is_shown_as_an_escape(printed):
    assert printed("print('\\ud800')") == "\\ud800\n"


def test_a_progress_bar_ends_as_its_last_state(printed):
    code = "for i in range(3): print(f'\\r{i} of 2', end='')\nprint('\\nabc\\rx\\b\\bzy')"
    assert printed(code) == "2 of 2\nzyc\n"


def test_a_progress_bar_between_prints_is_drawn_once(run):
    code = """
        import sys
        for step in range(3):
            print(f"\\r{step}", end="", file=sys.stderr)
            print("epoch", step)
        print(file=sys.stderr)
    """
    assert run(textwrap.dedent(code)).outputs == (
        Stream("stdout", "epoch 0\nepoch 1\n"),
        Stream("stderr", "2"),
        Stream("stdout", "epoch 2\n"),
        Stream("stderr", "\n"),
    )


def test_windows_line_ends_are_line_ends(printed):
    assert printed("print('a\\r\\nb', end='\\r\\n')") == "a\nb\n"


def test_threads_lose_nothing(printed):
    code = """
        import threading
        threads = [threading.Thread(target=lambda: [print("x") for _ in range(500)])
                   for _ in range(4)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads];
    """
    assert printed(textwrap.dedent(code)).count("x") == 2000


def test_a_forked_process_prints_too(printed):
    code = """
        import os
        print("parent")
        child = os.fork()
        if child == 0:
            print("child")
            os._exit(0)
        os.waitpid(child, 0)
        print("parent again")
    """
    assert printed(textwrap.dedent(code)) == "parent\nchild\nparent again\n"


def test_output_is_bounded(run):
    result = run("for _ in range(300): print('x' * 50_000)\nprint('end')")
    kept, note = result.outputs
    assert len(kept.text) == 1_000_000
    assert note == Stream("stdout", "\n[stdout cut after 1,000,000 characters]\n")


def test_much_output_of_a_subprocess_does_not_block(printed):
    assert len(printed("import os; os.system('head -c 900000 /dev/zero | tr \"\\\\0\" x');")) == 9e5


def test_nothing_is_carried_into_the_next_chunk(run):
    run("import sys; print('a', end=''); sys.stderr.write('b');")
    assert run("None").outputs == ()


def test_warnings_name_the_document(run):
    (stream,) = run("import warnings\nwarnings.warn('mind')", line=41).outputs
    assert stream == Stream("stderr", "report.pmd:42: UserWarning: mind\n  warnings.warn('mind')\n")


def test_news_of_a_long_chunk_arrive_while_it_runs(run, news):
    run("import time\nprint('epoch 1')\ntime.sleep(0.4)\nprint('epoch 2')\ntime.sleep(0.4)")
    assert news[-2:] == ["epoch 1", "epoch 2"]


def test_news_of_a_subprocess_arrive_as_well(run, news):
    run("import os\nos.system('echo from a shell; sleep 0.5');")
    assert news[-1] == "from a shell"
