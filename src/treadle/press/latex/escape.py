"""Characters in LaTeX: escaped where they mean something to it, declared where it lacks them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache, partial

# pdfLaTeX knows the letters and signs of the encodings T1 and TS1 (`NATIVE`). For the Greek
# letters, arrows and symbols below, the preamble declares how each one *that occurs* is printed.
# Any other character is left as it is: `press/weave/characters.py` finds the engine and the fonts
# that print it, or declares a small box with its code, `\missingchar{1F600}`. A control character
# becomes `\controlchar{[}`, which prints `^[`.

# What inputenc declares for T1 and TS1, but for blanks and marks that would not be seen.
NATIVE = (
    "00A1-00AC 00AE-00B7 00B9-0125 0128-0137 0139-013E 0141-0148 014A-0165 0168-017E 0192 "
    "01CD-01D4 01E6-01EB 01F0 01F4-01F5 0218-021B 0237 02C7 02D8-02D9 02DB 02DD 0E3F 1E02-1E03 "
    "1E0D 1E1E-1E21 1E25 1E30-1E31 1E37 1E43 1E45 1E47 1E5B 1E63 1E6D 1E8E-1E91 1E9E 1EF2-1EF3 "
    "2013-2014 2016 2018-201A 201C-201E 2020-2022 2026 2030-2031 2039-203A 203B 203D 2044 2052 "
    "20A1 20A4 20A6 20A9 20AB-20AC 20B1 2103 2116-2117 211E 2120 2122 212E 2422 25E6 25EF 266A "
    "27E8-27E9 "
)

# Those of them that are made of parts, or have the glyph of another: a PDF tells the parts.
OF_PARTS = (
    "0100-0101 0108-010B 0110 0112-0117 011C-011D 0120-0125 0128-012F 0134-0137 013B-013C "
    "0145-0146 014C-014F 0156-0157 015C-015D 0168-016D 0172-0177 01CD-01D4 01E6-01EB 01F0 "
    "01F4-01F5 0218-021B 0E3F 1E02-1E03 1E0D 1E1E-1E21 1E25 1E30-1E31 1E37 1E43 1E45 1E47 1E5B "
    "1E63 1E6D 1E8E-1E91 1E9E 1EF2-1EF3 2031 2052 20A6 20B1 2117 211E 2120 25EF "
)

# Symbols by their commands in mathematics (amssymb included); most are named by their glyph.
SYMBOLS = r"""
Γ Gamma Δ Delta Θ Theta Λ Lambda Ξ Xi Π Pi Σ Sigma Υ Upsilon Φ Phi Ψ Psi Ω Omega
α alpha β beta γ gamma δ delta ε varepsilon ζ zeta η eta θ theta ι iota κ kappa λ lambda μ mu
ν nu ξ xi π pi ρ rho ς varsigma σ sigma τ tau υ upsilon φ varphi χ chi ψ psi ω omega
ϑ vartheta ϕ phi ϖ varpi ϱ varrho ϵ epsilon ϰ varkappa ϝ digamma
← leftarrow ↑ uparrow → rightarrow ↓ downarrow ↔ leftrightarrow ↕ updownarrow ↖ nwarrow ↗ nearrow
↘ searrow ↙ swarrow ↦ mapsto ↩ hookleftarrow ↪ hookrightarrow ↼ leftharpoonup ⇀ rightharpoonup
⇌ rightleftharpoons ⇐ Leftarrow ⇑ Uparrow ⇒ Rightarrow ⇓ Downarrow ⇔ Leftrightarrow
⟵ longleftarrow ⟶ longrightarrow ⟷ longleftrightarrow ⟸ Longleftarrow ⟹ Longrightarrow
⟺ Longleftrightarrow ⟼ longmapsto ⇝ rightsquigarrow ⊸ multimap ↺ circlearrowleft ↻ circlearrowright
∀ forall ∁ complement ∂ partial ∃ exists ∄ nexists ∅ emptyset ∇ nabla ∈ in ∉ notin ∋ ni ∏ prod
∐ coprod ∑ sum − - ∓ mp ∔ dotplus ∖ setminus ∗ ast ∘ circ ∙ bullet √ surd ∝ propto ∞ infty ∠ angle
∣ mid ∤ nmid ∥ parallel ∦ nparallel ∧ wedge ∨ vee ∩ cap ∪ cup ∫ int ∬ iint ∭ iiint ∮ oint
∴ therefore ∵ because ∼ sim ≁ nsim ≃ simeq ≅ cong ≆ ncong ≈ approx ≊ approxeq ≍ asymp ≐ doteq
≔ coloneqq ≕ eqqcolon ≜ triangleq ≠ neq ≡ equiv ≤ leq ≥ geq ≦ leqq ≧ geqq ≪ ll ≫ gg ≮ nless
≯ ngtr ≰ nleq ≱ ngeq ≲ lesssim ≳ gtrsim ≺ prec ≻ succ ≼ preccurlyeq ≽ succcurlyeq ⊂ subset
⊃ supset ⊆ subseteq ⊇ supseteq ⊄ not\subset ⊈ nsubseteq ⊊ subsetneq ⊋ supsetneq ⊎ uplus ⊏ sqsubset
⊐ sqsupset ⊑ sqsubseteq ⊒ sqsupseteq ⊓ sqcap ⊔ sqcup ⊕ oplus ⊖ ominus ⊗ otimes ⊘ oslash ⊙ odot
⊞ boxplus ⊟ boxminus ⊠ boxtimes ⊡ boxdot ⊢ vdash ⊣ dashv ⊤ top ⊥ bot ⊨ models ⊩ Vdash ⋀ bigwedge
⋁ bigvee ⋂ bigcap ⋃ bigcup ⋄ diamond ⋅ cdot ⋆ star ⋈ bowtie ⋉ ltimes ⋊ rtimes ⋮ vdots ⋯ cdots
⋱ ddots ⌈ lceil ⌉ rceil ⌊ lfloor ⌋ rfloor ⌢ frown ⌣ smile ⟂ perp ⟦ [\![ ⟧ ]\!] ⨁ bigoplus
⨂ bigotimes ⩽ leqslant ⩾ geqslant ⪯ preceq ⪰ succeq ℏ hbar ℓ ell ℑ Im ℘ wp ℜ Re ℵ aleph ℶ beth
■ blacksquare □ square ▪ blacksquare ▫ square ▲ blacktriangle △ triangle ▶ blacktriangleright
▷ triangleright ▼ blacktriangledown ▽ triangledown ◀ blacktriangleleft ◁ triangleleft
◆ blacklozenge ◇ lozenge ◊ lozenge ○ circ ● bullet ★ bigstar ☆ star
⊻ veebar ⊼ barwedge ⋘ lll ⋙ ggg ⊲ vartriangleleft ⊳ vartriangleright ⊴ trianglelefteq
⊵ trianglerighteq ⋖ lessdot ⋗ gtrdot ≶ lessgtr ≷ gtrless ⊬ nvdash ⊭ nvDash ≾ precsim ≿ succsim
⇏ nRightarrow ↛ nrightarrow ↚ nleftarrow ⇍ nLeftarrow ⇎ nLeftrightarrow ↮ nleftrightarrow
↠ twoheadrightarrow ↞ twoheadleftarrow ↣ rightarrowtail ↢ leftarrowtail ⪅ lessapprox ⪆ gtrapprox
≨ lneqq ≩ gneqq ∡ measuredangle ∢ sphericalangle ℧ mho ⊺ intercal ⋇ divideontimes ⋎ curlyvee
⋏ curlywedge ⋐ Subset ⋑ Supset ⋒ Cap ⋓ Cup ⋔ pitchfork ≏ bumpeq ≎ Bumpeq ≑ doteqdot
≒ fallingdotseq ≓ risingdotseq ≖ eqcirc ≗ circeq ⋞ curlyeqprec ⋟ curlyeqsucc ⌜ ulcorner ⌝ urcorner
⌞ llcorner ⌟ lrcorner ⇢ dashrightarrow ⇠ dashleftarrow ⇄ rightleftarrows ⇆ leftrightarrows
⇈ upuparrows ⇉ rightrightarrows ⇇ leftleftarrows ⇊ downdownarrows ⇋ leftrightharpoons
↾ upharpoonright ↿ upharpoonleft ⇂ downharpoonright ⇃ downharpoonleft ↽ leftharpoondown
⇁ rightharpoondown ↰ Lsh ↱ Rsh ↫ looparrowleft ↬ looparrowright ↭ leftrightsquigarrow
↶ curvearrowleft ↷ curvearrowright ⇚ Lleftarrow ⇛ Rrightarrow ⨀ bigodot ⨄ biguplus ⨆ bigsqcup
ℷ gimel ℸ daleth ∆ Delta ħ hbar ∶ mathrel{:} ∕ / ∛ sqrt[3]{} ∜ sqrt[4]{} ⟪ langle\!\langle
⟫ rangle\!\rangle ⁗ {}^{\prime\prime\prime\prime} ⊁ nsucc ⊀ nprec ⊉ nsupseteq ⊅ not\supset
⊮ nVdash ⊯ nVDash ⊪ Vvdash ⋪ ntriangleleft ⋫ ntriangleright ⋬ ntrianglelefteq ⋭ ntrianglerighteq
∽ backsim ⋍ backsimeq ≬ between ⋚ lesseqgtr ⋛ gtreqless ⋦ lnsim ⋧ gnsim ⋨ precnsim ⋩ succnsim
⊛ circledast ⊚ circledcirc ⊝ circleddash Ⓢ circledS ∊ in ∍ ni ∎ blacksquare ⨯ times ⟘ bot ⟙ top
♠ spadesuit ♡ heartsuit ♢ diamondsuit
♣ clubsuit ♥ heartsuit ♦ diamondsuit ♭ flat ♮ natural ♯ sharp
✓ checkmark ✔ checkmark ✗ times ✘ times ✕ times
✠ maltese ′ {}^{\prime} ″ {}^{\prime\prime} ‴ {}^{\prime\prime\prime} ‵ backprime
⧫ blacklozenge † dagger ‡ ddagger
ℂ mathbb{C} ℍ mathbb{H} ℕ mathbb{N} ℙ mathbb{P} ℚ mathbb{Q} ℝ mathbb{R} ℤ mathbb{Z} 𝔼 mathbb{E}
𝟙 mathbf{1} ℒ mathcal{L} 𝒩 mathcal{N} 𝒟 mathcal{D} ℱ mathcal{F} ℋ mathcal{H} ℬ mathcal{B}
ℰ mathcal{E} ℐ mathcal{I} ℳ mathcal{M} ℛ mathcal{R} 𝒪 mathcal{O} Ω Omega
± pm × times ÷ div · cdot ¬ neg ‖ Vert ⟨ langle ⟩ rangle
"""
SCRIPTS = {
    "^": "⁰0¹1²2³3⁴4⁵5⁶6⁷7⁸8⁹9⁺+⁻-⁼=⁽(⁾)ⁿnⁱiᵀTᵃaᵇbᵈdᵏkᵐmᵖpᵗtˣx",
    "_": "₀0₁1₂2₃3₄4₅5₆6₇7₈8₉9₊+₋-₌=₍(₎)ₐaₑeₕhᵢiⱼjₖkₗlₘmₙnₒoₚpᵣrₛsₜtₓx",
}
# Printed as the like of them is, and copied as they are.
LIKE = {
    "\u2010": "-", "\u2011": "-", "\u2012": "--", "\u2015": "---", "\u02bc": "'",
    "\u02dc": r"\textasciitilde{}", "\u02c6": r"\textasciicircum{}", "ſ": "s",
}  # fmt: skip
# Text LaTeX has other names for; blanks of all widths are a blank.
WIDE_BLANKS = "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f"
TEXTS = {
    "\u00a0": "~", "½": r"\textonehalf{}",
    "°": r"\ifmmode{}^{\circ}\else\textdegree\fi{}", "µ": r"\ifmmode\mu\else\textmu\fi{}",
    "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl",
    **dict.fromkeys(WIDE_BLANKS, "\\ "),
}  # fmt: skip
# pmboxdraw draws these with rules; heavy, dashed and round ones borrow the nearest it knows.
DRAWN = "─│┌┐└┘├┤┬┴┼═║╒╓╔╕╖╗╘╙╚╛╜╝╞╟╠╡╢╣╤╥╦╧╨╩╪╫╬▀▄█▌▐░▒▓"
CORNERS = {"┌": 4, "┐": 4, "└": 4, "┘": 4, "├": 8, "┤": 8, "┬": 8, "┴": 8, "┼": 16}
BORROWED = dict(
    zip("━┃╭╮╰╯┄┅┆┇┈┉┊┋╌╍╎╏╴╵╶╷╸╹╺╻╼╽╾╿▏▎▍▋▊▉▁▂▃▅▆▇",
        "─│┌┐└┘──││──││──││─│─│─│─│─│─│▌▌▌▌██▄▄▄▄▀█", strict=True)
) | {  # of each that is light throughout, those follow that are heavy here or there
    chr(ord(light) + more): light for light, count in CORNERS.items() for more in range(1, count)
}  # fmt: skip

VERBATIM = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}"}
SPECIAL = {
    **VERBATIM, "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
}  # fmt: skip
QUOTES = {"'": r"\textquotesingle{}", "`": r"\textasciigrave{}", '"': r"\textquotedbl{}"}
LITERAL = {**SPECIAL, **QUOTES}
# Typed quotes are told from apostrophes by the Markdown parser; these are its answers.
PROSE = {**SPECIAL, "“": "``", "”": "''", "‘": "`", "’": "'", "\u00a0": "~"}
# Pairs that a font would melt into one: --, <<, >>, ,, and the Spanish ?` and !`.
PROSE_LIGATURES = r"(?<=<)<|(?<=>)>|(?<=,),|(?<=[?!])`"
LIGATURES = rf"(?<=-)-|{PROSE_LIGATURES}"
# The characters that may have to be changed, and no others.
TO_ESCAPE = re.compile(rf"""(?P<apart>{LIGATURES})|[\\{{}}$&#%_^~'`"]|[^\x20-\x7e\n]""")
# Of two quotation marks, TeX would take the first two of three ticks together.
BESIDE = "(?<=“)‘|(?<=‘)“|(?<=”)’|(?<=’)”"
TO_ESCAPE_IN_PROSE = re.compile(
    rf"(?P<ticks>`{{3,}})|(?P<apart>{PROSE_LIGATURES}|{BESIDE})|[\\{{}}$&#%_^~]|[^\x20-\x7e\n]"
)
TO_ESCAPE_IN_VERBATIM = re.compile(r"[\\{}]|[^\x20-\x7e\n]")
LONG = 30  # characters beyond which code and addresses may be broken
_RUN = re.compile(r"\\[A-Za-z]+|([A-Za-z0-9]{8})(?=[A-Za-z0-9]{8})")  # the former is a command
ELLIPSIS = re.compile(r"(?<!\.)\.\.\.(?!\.)")
UNFIT_FOR_LABELS = re.compile(r"[\\{}\[\]#%~^$&,\x00-\x20\x7f]")
# Pandoc's rule: no blank inside the dollars, no digit after them, so $5 and $6 are prices; words in
# a formula may hold formulas.
DOLLARS = re.compile(
    r"\$(?!\s)((?>\\(?:text[a-z]*|mbox)\{(?:[^{}]|\{[^{}]*\})*\}|[^$\\]|\\.)+?)"
    r"(?<![\s])\$(?!\d)",
    re.DOTALL,
)


@lru_cache(maxsize=2)
def _characters(ranges: str) -> frozenset[str]:
    """Those of the ranges of codes."""
    spans = (span.partition("-") for span in ranges.split())
    return frozenset(
        chr(code)
        for first, _, last in spans
        for code in range(int(first, 16), int(last or first, 16) + 1)
    )


@lru_cache(maxsize=1)
def symbols() -> dict[str, str]:
    """How each known symbol is written in a formula."""
    words = SYMBOLS.split()
    known = {
        char: f"\\{name}" if name[0].isalpha() else name
        for char, name in zip(words[::2], words[1::2], strict=True)
    }
    for mark, pairs in SCRIPTS.items():
        known |= {
            char: f"{{}}{mark}{{{base}}}"
            for char, base in zip(pairs[::2], pairs[1::2], strict=True)
        }
    return known


@lru_cache(maxsize=1)
def declarations() -> dict[str, str]:
    """How each known character that is not native is declared, in LaTeX."""
    drawn = {char: char for char in DRAWN} | BORROWED
    drawings = {char: f"{ord(like):04X}" for char, like in drawn.items()}
    return {
        char: _declaration(kind, char, how)
        for kind, known in (
            ("symbol", symbols()),
            ("like", LIKE),
            ("text", TEXTS),
            ("drawing", drawings),
        )
        for char, how in known.items()
    }


def _declaration(kind: str, char: str, how: str) -> str:
    return rf"\declare{kind}{{{char}}}{{{ord(char):04X}}}{{{how}}}"


def declaration(char: str) -> str | None:
    """How `char` is declared; None: it is native, or nothing is known of it."""
    if char in declarations():
        return declarations()[char]
    how = (
        _fraction(char) or _alphabet(char)
        if char > "\x7f" and char not in _characters(NATIVE)
        else ""
    )
    return _declaration("symbol", char, how) if how else None


def declared(text: str) -> tuple[str, ...]:
    """The declarations that `text` needs, in the order of the characters' codes."""
    return tuple(filter(None, map(_declared, sorted(set(text)))))


def _declared(char: str) -> str | None:
    if char > "\x7f" and char in _characters(OF_PARTS):
        return rf"\declareparts{{{char}}}{{{ord(char):04X}}}"
    return declaration(char)


def declared_beside(fonted: Collection[str], declarations: Iterable[str]) -> tuple[str, ...]:
    """The declarations where the characters `fonted` are in the fonts of the text: in the text
    these are printed as they are, a declaration counts in formulas alone. Fonts of Unicode's have
    no characters of parts."""
    return tuple(
        each.replace(r"\declaresymbol{", r"\declareletter{", 1) if each[15] in fonted else each
        for each in declarations
        if not each.startswith(r"\declareparts")
    )


def printable(char: str) -> bool:
    """Whether pdfTeX prints `char`, which stands in the LaTeX as it is."""
    return "\x20" <= char <= "\x7e" or char in _characters(NATIVE) or declaration(char) is not None


# What Unicode's names tell: fractions, and the letters that mathematics has in several alphabets.

ALPHABETS = {
    "BOLD": r"\mathbf", "ITALIC": r"\mathnormal", "BOLD ITALIC": r"\boldsymbol",
    "SCRIPT": r"\mathcal", "BOLD SCRIPT": r"\mathcal", "FRAKTUR": r"\mathfrak",
    "BLACK-LETTER": r"\mathfrak", "BOLD FRAKTUR": r"\mathfrak", "DOUBLE-STRUCK": r"\mathbb",
    "SANS-SERIF": r"\mathsf", "SANS-SERIF BOLD": r"\mathsf", "SANS-SERIF ITALIC": r"\mathsf",
    "SANS-SERIF BOLD ITALIC": r"\mathsf", "MONOSPACE": r"\mathtt",
}  # fmt: skip
CAPITALS_ONLY = {r"\mathcal", r"\mathbb"}
LETTERED = re.compile(
    r"(?:MATHEMATICAL )?(?P<alphabet>(?:(?:SANS-SERIF|BOLD|ITALIC|SCRIPT|FRAKTUR|BLACK-LETTER"
    r"|DOUBLE-STRUCK|MONOSPACE) ?)+) (?:CAPITAL|SMALL|DIGIT|EPSILON|THETA|KAPPA|PHI|RHO|PI|NABLA"
    r"|PARTIAL)\b"
)


def _alphabet(char: str) -> str:
    """A letter of a mathematical alphabet in LaTeX; empty: it is none, or LaTeX lacks it."""
    found = LETTERED.match(unicodedata.name(char, ""))
    if found is None:
        return ""
    base = unicodedata.normalize("NFKC", char)
    command = ALPHABETS.get(found["alphabet"].strip(), "")
    if not command or len(base) != 1 or (command in CAPITALS_ONLY and not "A" <= base <= "Z"):
        return ""
    if base.isascii():
        return f"{command}{{{base}}}"
    sign = symbols().get(base, "")
    return rf"\boldsymbol{{{sign}}}" if sign and "BOLD" in found["alphabet"] else sign


def _fraction(char: str) -> str:
    """`⅝`; empty for what is no fraction."""
    above, slash, below = unicodedata.normalize("NFKC", char).partition("\u2044")
    return f"{{}}^{{{above}}}\\!/_{{{below}}}" if slash and above and below else ""


MARKED = re.compile(r"[^\u0300-\u036f][\u0300-\u036f]+")


def composed(text: str) -> str:
    """`text`, where a letter and its accents are one character if there is such a one."""
    return MARKED.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)


def escape(text: str) -> str:
    """`text` in running LaTeX, each character as it stands: dashes and quotes stay straight."""
    return TO_ESCAPE.sub(partial(_replaced, LITERAL), composed(text))


def escape_prose(text: str) -> str:
    """`text` in running LaTeX, typographically: `--` and `---` are dashes, `...` is an ellipsis."""
    # One back-tick or two open a quotation, as in LaTeX; more are a fence that is spoken of.
    return ELLIPSIS.sub(
        r"\\dots{}", TO_ESCAPE_IN_PROSE.sub(partial(_replaced, PROSE), composed(text))
    )


def escape_verbatim(line: str) -> str:
    r"""`line` within a `Verbatim` whose command characters are `\`, `{` and `}`."""
    return TO_ESCAPE_IN_VERBATIM.sub(partial(_replaced, VERBATIM), composed(line))


def escape_code(text: str) -> str:
    r"""`text` within `\codetext{}`: spaces are kept, a long one may be broken at its joints."""
    spaced = re.sub(r"(?<= ) |^ | $", lambda _: "\\ ", escape(text))
    return _breakable(spaced, r"\\_|[./,=(:]") if len(text) > LONG else spaced


def escape_address(text: str) -> str:
    """An address as the text of a link: a long one may be broken at its joints, and within what
    is long and has none, a hash, say."""
    if len(text) <= LONG:
        return escape(text)
    runs = _RUN.sub(lambda run: run[1] + r"\allowbreak{}" if run[1] else run[0], escape(text))
    return _breakable(runs, r"\\[_&#%]|[./?=:-]")


def _breakable(latex: str, joints: str) -> str:
    return re.sub(rf"({joints})(?=[^{{}}\s])", r"\1\\allowbreak{}", latex)


def escape_url(url: str) -> str:
    """An address within `\\href{}`."""
    safe = re.sub(r"[\\{}^]", lambda char: f"%{ord(char[0]):02X}", url)
    return re.sub(r"([%#&])", r"\\\1", safe)


def label_name(text: str) -> str:
    r"""`text` as the name of a label or a citation: a character that would end it is a hyphen."""
    return UNFIT_FOR_LABELS.sub("-", text)


def _replaced(signs: Mapping[str, str], found: re.Match[str]) -> str:
    text = found[0]
    if found.lastgroup == "ticks":
        return QUOTES["`"] * len(text)
    apart = "{}" if found.lastgroup == "apart" else ""
    return apart + (signs.get(text) or _character(text))


REPLACEMENT = "\ufffd"  # to LuaTeX, a sign of an input that is not UTF-8
NO_CHARACTERS = {"Cc", "Co", "Cs"}  # nobody but their user knows what these stand for


def _character(char: str) -> str:
    if char < " " or char == "\x7f":
        sign = chr(ord(char) ^ 0x40)
        return rf"\controlchar{{{LITERAL.get(sign, sign)}}}"
    if unicodedata.category(char) in NO_CHARACTERS or char == REPLACEMENT:
        return rf"\missingchar{{{ord(char):04X}}}"
    return char
