import gzip
import os
from pathlib import Path

from treadle.press.tex.places import Places
from treadle.press.tex.synctex import synctex_for

TEX = "\n".join(["a", r"\bibliography{x}", "b"])
PLACES = Places("sub/a.pmd", "a.tex", TEX, (10, 20, 30))
MADE = """SyncTeX Version:1
Input:3:/scratch/./a.tex
Input:4:/usr/share/t1.fd
Input:7:/scratch/a.bbl
Output:pdf
Content:
{1
[3,1:0,0:0,0,0
h3,3:1,2:3,4,5
g4,8:1,2
x7,55:1,2
$3,99:1,2
)
]
}1
Count:3
"""


def mapped(made):
    document = Path("/home/me/sub/a.pmd")
    made = gzip.compress(made.encode())
    return gzip.decompress(synctex_for(made, PLACES, Path("/scratch"), document)).decode()


def test_records_of_the_tex_are_at_the_lines_of_the_document():
    lines = mapped(MADE).split("\n")
    assert "[3,10:0,0:0,0,0" in lines
    assert "h3,30:1,2:3,4,5" in lines
    assert "$3,30:1,2" in lines  # a line that the map does not reach


def test_what_latex_wrote_itself_is_where_the_document_asks_for_it():
    assert "x3,20:1,2" in mapped(MADE).split("\n")


def test_other_files_keep_their_own_lines():
    lines = mapped(MADE).split("\n")
    assert "g4,8:1,2" in lines
    assert [line for line in lines if line.startswith("Input:")] == [
        "Input:3:/home/me/sub/a.pmd",
        "Input:4:/usr/share/t1.fd",
    ]


def test_a_file_that_is_about_something_else_stays_as_it_is():
    made = gzip.compress(MADE.replace("a.tex", "b.tex").replace("a.bbl", "b.bbl").encode())
    assert synctex_for(made, PLACES, Path("/scratch"), Path("/a.pmd")) == made


def test_a_file_of_the_same_name_elsewhere_keeps_its_own_lines():
    lines = mapped(MADE.replace("/usr/share/t1.fd", "/home/me/inc/a.tex")).split("\n")
    assert "g4,8:1,2" in lines
    assert "Input:4:/home/me/inc/a.tex" in lines


def test_a_folder_whose_name_is_no_utf_8():
    made = gzip.compress(MADE.encode())
    document = Path(os.fsdecode(b"/home/\xff/a.pmd"))
    data = gzip.decompress(synctex_for(made, PLACES, Path("/scratch"), document))
    assert b"Input:3:/home/\xff/a.pmd\n" in data
