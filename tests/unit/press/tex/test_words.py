import pytest

from treadle.press.tex.diagnose import diagnose
from treadle.press.tex.log import Message, MessageKind
from treadle.press.tex.places import Places
from treadle.press.tex.words import words_for


def hint(kind: str, key: str, tex: str) -> str:
    places = Places("a.pmd", "a.tex", tex, (1,), uncaptioned={"loss": 12})
    [problem] = diagnose(f"LaTeX Warning: {kind} `{key}' undefined on input line 1.\n", places)
    return problem.hint


@pytest.mark.parametrize("key", ["fig:loss", "tbl:loss"])
def test_a_reference_to_a_chunk_without_caption(key: str) -> None:
    assert hint("Reference", key, r"\label{fig:loss2}") == "chunk `loss` (line 12) has no caption"


@pytest.mark.parametrize("key", ["fig:accuracies", "tbl:accuracy", "fig:Accuracy"])
def test_a_reference_that_is_nearly_a_label(key: str) -> None:
    tex = r"\label{eq:x} \label[figure]{fig:accuracy} \label{sec:data}"
    assert hint("Reference", key, tex) == "did you mean `fig:accuracy`?"


@pytest.mark.parametrize("key", ["fig:nowhere", "eq:loss", "loss"])
def test_a_reference_to_nothing(key: str) -> None:
    assert hint("Reference", key, r"\label{sec:data}") == "nothing in the document has this label"


def test_a_citation_without_bibliography() -> None:
    assert "`bibliography:`" in hint("Citation", "Hinton2006", r"\cite{Hinton2006}")
    assert "bibliography file" in hint("Citation", "Hinton2006", r"\bibliography{a/refs}")


@pytest.mark.parametrize(
    ("name", "sentence", "hint"),
    [
        ("a.b.sty", "there is no package `a.b`", "`tlmgr install a.b`"),
        ("mine.cls", "there is no document class `mine`", "put mine.cls beside the document"),
        (".sty", "there is no file `.sty`", "relative to the document's folder"),
        ("figures/a.pdf", "there is no file `figures/a.pdf`", "can't leave it"),
    ],
)
def test_a_file_that_is_missing(name: str, sentence: str, hint: str) -> None:
    item = Message(MessageKind.ERROR, f"LaTeX Error: File `{name}' not found.", "./a.tex", 1)
    said = words_for(item, Places("a.pmd", "a.tex", "", (1,)))
    assert said.sentence == sentence
    assert hint in said.hint
