#!/bin/sh
# Installs what typesetting needs, if it is missing; with the argument `classes`, publishers' classes,
# biblatex and Biber as well. Debian and its kin, as root; anybody else is shown the line to run:
# nothing is done behind a user's back.
set -eu

packages="texlive-latex-extra texlive-science lmodern poppler-utils latexmk"
styles="tcolorbox.sty siunitx.sty algpseudocode.sty cleveref.sty"
programs="pdflatex bibtex pdftotext"
if [ "${1:-}" = classes ]; then
    packages="texlive-publishers texlive-bibtex-extra biber"
    styles="acmart.cls IEEEtran.cls llncs.cls biblatex.sty"
    programs="biber"
fi

complete() {
    for program in $programs; do
        command -v "$program" >/dev/null || return 1
    done
    # shellcheck disable=SC2086
    [ "$(kpsewhich $styles | wc -l)" -eq 4 ]
}

explain() {
    cat >&2 <<END
TeX is missing, or lacks some packages. Please install it, then run make again:
  Debian, Ubuntu:  sudo apt-get update && sudo apt-get install --no-install-recommends $packages
  macOS:           brew install --cask mactex-no-gui && brew install poppler
  Windows:         use WSL (Debian), and the first line
  elsewhere:       TeX Live with the collections latexextra and mathscience, and poppler
END
    exit 1
}

# One format is used: pdflatex's. Building the other sixteen takes half a minute.
only_pdflatex() {
    mkdir -p /etc/texmf/web2c
    [ -e /etc/texmf/web2c/fmtutil.cnf ] ||
        echo 'pdflatex pdftex language.def -translate-file=cp227.tcx *pdflatex.ini' \
            >/etc/texmf/web2c/fmtutil.cnf
}

may_install() { command -v apt-get >/dev/null && [ "$(id -u)" -eq 0 ]; }

# latexmk is for whoever compiles a submission's LaTeX; only a test of ours does.
if complete && { [ "${1:-}" = classes ] || command -v latexmk >/dev/null || ! may_install; }; then exit 0; fi
may_install || explain
command -v pdflatex >/dev/null || only_pdflatex
apt-get -q update
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $packages
complete || explain
