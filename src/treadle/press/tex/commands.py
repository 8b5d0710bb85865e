"""What an undefined command or environment may have been meant to be."""

from __future__ import annotations

import difflib
import re
from collections import Counter

from treadle.press.tex.words import Said

# Commands and environments that packages define which documents often forget to load.
PACKAGES = {
    "algorithm": "algorithm",
    "algorithm2e": r"\KwIn \KwOut \SetAlgoLined",
    "algpseudocode": r"algorithmic \State \If \EndIf \For \EndFor \Procedure \Require \Ensure",
    "bbm": r"\mathbbm",
    "cancel": r"\cancel \bcancel \xcancel",
    "diagbox": r"\diagbox",
    "dsfont": r"\mathds",
    "epigraph": r"\epigraph",
    "fontawesome5": r"\faIcon",
    "listings": r"lstlisting \lstinputlisting \lstset \lstinline",
    "lipsum": r"\lipsum",
    "longtable": "longtable",
    "makecell": r"\makecell \thead",
    "mathrsfs": r"\mathscr",
    "mathtools": r"\coloneqq \DeclarePairedDelimiter \mathclap \prescript dcases",
    "mhchem": r"\ce",
    "minted": r"minted \mintinline",
    "multicol": "multicols",
    "multirow": r"\multirow",
    "physics": r"\dv \pdv \qty \ket \bra \braket",
    "pgfplots": r"axis \addplot \pgfplotsset",
    "rotating": "sidewaysfigure sidewaystable",
    "siunitx": r"\SI \si \qty \unit \num \ang",
    "soul": r"\hl \st \ul",
    "stmaryrd": r"\llbracket \rrbracket",
    "subcaption": r"\subcaption \subcaptionbox subfigure subtable",
    "tcolorbox": r"tcolorbox \tcbox \newtcolorbox",
    "tikz": r"tikzpicture \tikz \draw \node \usetikzlibrary \path \fill",
    "tikz-cd": "tikzcd",
    "todonotes": r"\todo \missingfigure \listoftodos",
    "ulem": r"\uline \sout \uwave",
    "wrapfig": "wrapfigure wraptable",
    "xspace": r"\xspace",
}
COMMON = r"""
\alpha \beta \gamma \delta \epsilon \varepsilon \zeta \eta \theta \vartheta \iota \kappa \lambda
\mu \nu \xi \pi \rho \sigma \tau \upsilon \phi \varphi \chi \psi \omega \Gamma \Delta \Theta
\Lambda \Xi \Pi \Sigma \Upsilon \Phi \Psi \Omega \frac \dfrac \tfrac \sqrt \sum \prod \int \iint
\oint \lim \sup \inf \max \min \log \ln \exp \sin \cos \tan \tanh \partial \nabla \infty \cdot
\cdots \ldots \dots \vdots \ddots \times \div \pm \mp \leq \geq \neq \approx \equiv \sim \simeq
\propto \subset \subseteq \supset \in \notin \cup \cap \forall \exists \neg \land \lor \to
\rightarrow \leftarrow \Rightarrow \Leftarrow \Leftrightarrow \iff \implies \mapsto \mathbb
\mathbf \mathcal \mathrm \mathit \mathsf \mathfrak \boldsymbol \operatorname \text \textbf \textit
\texttt \textsc \textsf \emph \underline \overline \hat \tilde \bar \vec \dot \ddot \widehat
\widetilde \underbrace \overbrace \left \right \big \Big \bigg \Bigg \langle \rangle \lfloor
\rfloor \lceil \rceil \label \ref \eqref \cref \Cref \cite \citep \citet \footnote \caption
\section \subsection \subsubsection \paragraph \chapter \includegraphics \centering \hline
\toprule \midrule \bottomrule \multicolumn \begin \end \item \url \href \quad \qquad \hspace
\vspace \noindent \newpage \clearpage \tableofcontents \maketitle \usepackage \newcommand
\renewcommand \input \include \appendix \bibliography \arg \displaystyle
\textstyle \limits \stackrel \overset \underset \binom \pmod \bmod \odot \oplus \otimes \star \ast
\circ \bullet \mid \nmid \parallel \perp \angle \top \bot \hbar \ell \Re \Im \aleph \emptyset
\setminus \prime \textwidth \linewidth \columnwidth \textcolor \color \colorbox \fbox
\mbox
"""
ENVIRONMENTS = """
itemize enumerate description equation equation* align align* gather gather* multline cases matrix
pmatrix bmatrix vmatrix array tabular tabularx table figure center quote quotation verbatim minipage
theorem lemma proposition corollary definition example remark proof abstract aligned split flushleft
flushright thebibliography
"""
DEFINING = (
    r"\newcommand",
    r"\renewcommand",
    r"\providecommand",
    r"\DeclareMathOperator",
    r"\DeclarePairedDelimiter",
    r"\NewDocumentCommand",
)
LETTERS = re.compile(r"\\[A-Za-z]+")
BEGUN = re.compile(r"\\(?:begin|newenvironment|newtheorem)\*?\{([A-Za-z]+\*?)\}")
SIMILAR = 0.75  # of difflib's ratio


def words_for_command(name: str, tex: str) -> Said:
    """An undefined command of a document: what it may be."""
    used = Counter(LETTERS.findall(tex))
    known = {*COMMON.split(), *(other for other in used if used[other] > 1)} - {name}
    fallback = "is it misspelt, or is its package missing in `preamble:` of the front matter?"
    return Said(f"undefined command {name}".rstrip(), _hint(name, known, fallback))


def words_for_environment(name: str, tex: str) -> Said:
    """An undefined environment of a document: what it may be."""
    known = {*ENVIRONMENTS.split(), *BEGUN.findall(tex)} - {name}
    fallback = "is it misspelt, or is its package missing in `preamble:` of the front matter?"
    return Said(f"undefined environment `{name}`", _hint(name, known, fallback))


def is_of_package(name: str, environment: str) -> bool:
    """Whether the package that a known environment comes from defines this command, too."""
    return bool(name) and _package_of(name) == _package_of(environment) != ""


def lost_definition(name: str, line: str) -> str:
    r"""The command that `line` would define if `name`, as in `\newcomand`, were not misspelt."""
    if not name or not difflib.get_close_matches(name, DEFINING, n=1, cutoff=SIMILAR):
        return ""
    found = re.search(
        rf"{re.escape(name)}\*?\s*\{{?\s*(?P<other>\\[A-Za-z]+)\s*\}}?\s*[\[{{]", line
    )
    return found["other"] if found and found["other"] != name else ""


def _package_of(name: str) -> str:
    return next((package for package, names in PACKAGES.items() if name in names.split()), "")


def _hint(name: str, known: set[str], fallback: str) -> str:
    if package := _package_of(name):
        return f"add \\usepackage{{{package}}} to `preamble:` in the front matter"
    alike = sorted(other for other in known if _begins_alike(name, other))
    near = difflib.get_close_matches(name, alike, n=1, cutoff=SIMILAR) if name else []
    return f"did you mean `{near[0]}`?" if near else fallback


def _begins_alike(name: str, other: str) -> bool:
    """Whether one may be the other misspelt: hardly anybody gets the first letter wrong."""
    begins = [word.lstrip("\\")[:1].lower() for word in (name, other)]
    return begins[0] == begins[1] or len(name) == len(other)
