#!/bin/sh
# Installs what typesetting needs, if it is missing; with the argument `scripts` what other scripts
# than Latin and other languages than English need besides: LuaTeX, fonts, patterns of hyphens.
# Debian and its kin, as root; anybody else is shown the line to run: nothing is done behind a
# user's back.
set -eu

packages="texlive-latex-extra texlive-science lmodern poppler-utils latexmk"
files="tcolorbox.sty siunitx.sty algpseudocode.sty cleveref.sty"
if [ "${1:-}" = scripts ]; then
    packages="$packages texlive-luatex fonts-cmu fonts-noto-core fonts-wqy-microhei
        fonts-noto-color-emoji texlive-lang-german"
    files="$files luaotfload-main.lua fontspec.sty cmunrm.ttf NotoSerifHebrew-Regular.ttf
        wqy-microhei.ttc NotoColorEmoji.ttf loadhyph-de-1996.tex"
fi

# Where this script has set TeX up before, it has that format alone which was used then.
has_formats() { [ "${1:-}" != scripts ] || kpsewhich -engine=luahbtex lualatex.fmt >/dev/null; }

add_format() {
    echo 'lualatex luahbtex language.dat,language.dat.lua lualatex.ini' >>/etc/texmf/web2c/fmtutil.cnf
    fmtutil-sys --byfmt lualatex >/dev/null
}

complete() {
    command -v pdflatex >/dev/null && command -v bibtex >/dev/null &&
        command -v pdftotext >/dev/null &&
        # shellcheck disable=SC2086
        [ "$(kpsewhich $files | wc -l)" -eq "$(echo $files | wc -w)" ]
}

explain() {
    cat >&2 <<END
TeX is missing, or lacks some packages. Please install it, then run make again:
  Debian, Ubuntu:  sudo apt-get update && sudo apt-get install --no-install-recommends $(echo $packages)
  macOS:           brew install --cask mactex-no-gui && brew install poppler
  Windows:         use WSL (Debian), and the first line
  elsewhere:       TeX Live with the collections latexextra and mathscience, and poppler
END
    exit 1
}

# Two formats are used. Building the other fifteen takes half a minute.
only_two_formats() {
    mkdir -p /etc/texmf/web2c
    [ -e /etc/texmf/web2c/fmtutil.cnf ] || cat >/etc/texmf/web2c/fmtutil.cnf <<END
pdflatex pdftex language.def -translate-file=cp227.tcx *pdflatex.ini
lualatex luahbtex language.dat,language.dat.lua lualatex.ini
END
}

may_install() { command -v apt-get >/dev/null && [ "$(id -u)" -eq 0 ]; }

# latexmk is for whoever compiles a submission's LaTeX; only a test of ours does.
if complete && { command -v latexmk >/dev/null || ! may_install; }; then exit 0; fi
may_install || explain
command -v pdflatex >/dev/null || only_two_formats
apt-get -q update
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $packages
has_formats "$@" || add_format
complete || explain
