#!/bin/sh
# same-report.sh COMMIT: build report and proposal by the program of COMMIT and by this one, with
# small parameters (some minutes), and compare PDFs, LaTeX and figures byte by byte.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
python=$root/.venv/bin/python
work=$(mktemp -d)
trap 'rm -rf "$work"; git -C "$root" worktree prune' EXIT
small="train_size=600 test_size=300 epochs_dense=1 seeds_dense=2 epochs_cnn=1 seeds_cnn=2 epochs_rnn=1
seeds_naive=2 epochs_textcnn=1 seeds_text=2 texts=600 longest=40"

git worktree add --quiet --detach "$work/then" "$1"
git worktree add --quiet --detach "$work/now"
for program in then now; do
    (
        cd "$work/$program"
        export PYTHONPATH="$PWD/src"
        # shellcheck disable=SC2046  # each parameter is an argument
        "$python" -m treadle build report/assignment9.pmd -o build $(printf -- '-P %s ' $small)
        "$python" -m treadle build report/proposal.pmd -o build
    )
done

cd "$work"
for made in assignment9.pdf assignment9.tex assignment9 proposal.pdf proposal.tex; do
    diff -r "then/build/$made" "now/build/$made" && echo "same: $made"
done
