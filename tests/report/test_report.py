"""The report from its reader's side: what must be in the PDF, whatever the numbers are."""

import re

import pytest


def test_builds_without_a_word_of_complaint(report):
    assert report.stderr == ""
    assert report.status == 0


@pytest.mark.parametrize(
    "phrase",
    [
        "Exercise 1: Embedding via a feedforward network",
        "Exercise 2: Embedding via a convolutional network",
        "Exercise 3: Variational autoencoder",
        "Exercise 4: Recurrent network",
        "Exercise 5: 1D CNNs for sequence classification",
        "PCA",
        "perfect reconstruction",
        "Algorithm 1",
        "previous two exercises",
        "= 52 + 125 + 20 = 197",
        "Confusion matrix",
        "naive Bayes",
        "logistic regression",
        "TextCNN",
        "majority class",
        "SHA-256",
        "References",
    ],
)
def test_holds_what_the_sheet_asks_for(report, phrase):
    assert phrase in report.text


def test_no_reference_is_left_open(report):
    assert "??" not in report.text


def test_log_holds_no_warning(report):
    log = (report.folder / ".treadle/assignment9/tex/assignment9.log").read_text("utf-8", "replace")
    assert not re.findall(r"(?:Overfull|undefined|multiply defined|Missing character).*", log)


@pytest.mark.parametrize("built", ["report", "proposal"])
def test_fonts_are_embedded_and_none_is_a_bitmap(built, request):
    fonts = request.getfixturevalue(built).fonts
    assert len(fonts) > 3
    assert all(re.search(r" yes (yes|no)  *(yes|no) +\d+ +\d+$", font) for font in fonts)
    assert not [font for font in fonts if "Type 3" in font]


def test_length_is_that_of_a_submission(report):
    assert 10 <= report.pages <= 17  # short runs have more room between figures


def test_proposal_is_one_page_with_a_title_and_a_paragraph(proposal):
    assert proposal.status == 0, proposal.stderr
    assert proposal.stderr == ""
    assert proposal.pages == 1
    assert "How many labels does a good code save?" in proposal.text


def test_parameters_reach_the_prose(report):
    train, test = report.params["train_size"], report.params["test_size"]
    assert f"{train:,} for training and {test:,} for testing" in report.text


def test_module_and_its_tests_are_extracted(report):
    assert {path.name for path in (report.folder / "code/assignment9").glob("*.py")} >= {
        "data.py",
        "autoencoders.py",
        "vae.py",
        "rnn.py",
        "textcnn.py",
        "test_vae.py",
    }


def test_the_author_is_in_print_and_no_blanks(report):
    assert "Ada Lovelace (4711)" in report.text
    assert "Student ID" not in report.text
