#!/bin/sh
# Installs what typesetting needs, if it is missing. With the argument `classes`: publishers' classes,
# biblatex and Biber besides. With `scripts`: what other scripts than Latin and other languages than
# English need besides, which is LuaTeX, fonts and patterns of hyphens. Debian and its kin, as root;
# anybody else is shown the line to run: nothing is done behind a user's back.
set -eu
for_what="${1:-}"

programs="pdflatex bibtex pdftotext"
packages="texlive-latex-extra texlive-science lmodern poppler-utils latexmk"
files="tcolorbox.sty siunitx.sty algpseudocode.sty cleveref.sty"
case "$for_what" in
classes)
    programs="biber"
    packages="texlive-publishers texlive-bibtex-extra biber"
    files="acmart.cls IEEEtran.cls llncs.cls biblatex.sty"
    ;;
scripts)
    programs="lualatex"
    packages="texlive-luatex fonts-cmu fonts-noto-core fonts-wqy-microhei fonts-noto-color-emoji
        texlive-lang-german"
    files="luaotfload-main.lua fontspec.sty cmunrm.ttf NotoSerifHebrew-Regular.ttf
        wqy-microhei.ttc NotoColorEmoji.ttf loadhyph-de-1996.tex"
    ;;
esac

complete() {
    for program in $programs; do
        command -v "$program" >/dev/null || return 1
    done
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

# Where this script has set TeX up before, it has that format alone which was used then.
has_formats() { [ "$for_what" != scripts ] || kpsewhich -engine=luahbtex lualatex.fmt >/dev/null; }

add_format() {
    echo 'lualatex luahbtex language.dat,language.dat.lua lualatex.ini' >>/etc/texmf/web2c/fmtutil.cnf
    fmtutil-sys --byfmt lualatex >/dev/null
}

may_install() { command -v apt-get >/dev/null && [ "$(id -u)" -eq 0 ]; }

# latexmk is for whoever compiles a submission's LaTeX; only a test of ours does.
if complete && has_formats && { [ "$for_what" ] || command -v latexmk >/dev/null || ! may_install; }; then exit 0; fi
may_install || explain
command -v pdflatex >/dev/null || only_two_formats
apt-get -q update
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $packages
has_formats || add_format
complete || explain
