"""What is known of a document's class before LaTeX reads it, and of its style.

A class of LaTeX's own (article and its kin) has the look that Treadle gives it. Any other class,
and a style with a title block of its own, has its own look, and its own title block.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from treadle.press.document.front_matter_keys import Settings
from treadle.press.weave.author_preamble import AuthorPreamble

# Styles of BibTeX that tell natbib no names: it can't set them in the text.
NAMELESS = {
    "plain", "unsrt", "abbrv", "alpha", "acm", "ieeetr", "siam", "apalike", "amsplain", "amsalpha",
    "IEEEtran", "IEEEtranS", "splncs04", "splncs03", "elsarticle-num",
}  # fmt: skip


class Style(Struct, frozen=True):
    """A class or a style: its template and its bibliography, if the document names no others."""

    template: str = "paper"
    own_look: bool = True
    chapters: bool = False
    twocolumn: bool = False
    dateless: bool = False  # its title block shows no date, but in a draft
    column: float = 5.0  # inches, about; LaTeX is asked where there is one
    bibliographystyle: str = "plainnat"
    natbib: str = "numbers,sort&compress"  # options
    plain_names: bool = False  # \author takes them as an option

    @property
    def frames(self) -> bool:
        """Whether its pages are frames, which headings begin."""
        return self.template == "beamer"

    @property
    def turns(self) -> bool:
        """Whether its floats may be turned: REVTeX can't set pages of those."""
        return self.template not in {"revtex", "beamer"}

    def spans(self, options: tuple[str, ...]) -> bool:
        """Whether its title block begins the columns."""
        return self.template == "acm" and any(name in ",".join(options) for name in ACM_COLUMNS)


ACM_COLUMNS = ("sigconf", "sigplan", "acmtog", "acmengage")
PLAIN = Style("submission", own_look=False, natbib="round")
BOOK = Style("book", own_look=False, chapters=True, natbib="round")
KOMA = Style(natbib="round")
AMS = Style("ams")
CLASSES: Mapping[str, Style] = MappingProxyType(
    {
        **dict.fromkeys(("article", "extarticle", "proc", "minimal"), PLAIN),
        **dict.fromkeys(("book", "extbook", "report", "extreport"), BOOK),
        "scrartcl": KOMA,
        **dict.fromkeys(
            ("scrbook", "scrreprt", "memoir"),
            Style("book", chapters=True, natbib="round"),
        ),
        **dict.fromkeys(("amsart", "amsproc"), AMS),
        "amsbook": Style("ams", chapters=True),
        "IEEEtran": Style(
            "ieee", twocolumn=True, dateless=True, column=3.48, bibliographystyle="IEEEtranN"
        ),
        "acmart": Style(
            "acm", dateless=True, column=3.33, bibliographystyle="ACM-Reference-Format"
        ),
        "elsarticle": Style("elsevier", bibliographystyle="elsarticle-num-names"),
        "llncs": Style("llncs", dateless=True, column=4.8, bibliographystyle="splncs04"),
        **dict.fromkeys(
            ("revtex4-2", "revtex4-1"),
            Style("revtex", twocolumn=True, column=3.4, bibliographystyle=""),
        ),
        "tufte-handout": Style(natbib="round", plain_names=True),
        "tufte-book": Style("book", chapters=True, natbib="round", plain_names=True),
        "apa7": Style("apa", natbib="round"),
        "beamer": Style("beamer", column=4.2, natbib="round"),
    }
)


def style_of(settings: Settings, author: AuthorPreamble) -> Style:
    """The style of a document. One whose front matter names no class is an article."""
    name = settings.documentclass or "article"
    found = CLASSES.get(name, Style())
    if author.titles and name in CLASSES and found.template != "submission":
        return found  # the class's title block is better known than the style's
    if author.titles == "icml":
        return Style("icml", twocolumn=True, column=3.25)
    if author.titles:
        return Style(natbib=PLAIN.natbib)
    return found


def sections_of(style: Style, settings: Settings, known: tuple[str, ...]) -> tuple[str, ...]:
    """The commands of headings by their level; `known` are those from the section on."""
    default = "chapter" if style.chapters else "section"
    top = settings.top_level_division or default
    chapters = ("chapter",) if style.chapters or top == "chapter" else ()
    if top == "part":
        return ("part", *chapters, *known)
    return (*chapters, *known) if top == "chapter" else known
