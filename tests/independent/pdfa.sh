#!/usr/bin/env bash
# PDF/A twins of sample licences against veraPDF (Maven Central: org.verapdf:validation-model), the checker of the PDF Association.
# Needs java 17, mvn and a network or a filled ~/.m2. Run from a prepared shell (CONTRIBUTING.md): bash tests/independent/pdfa.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# With the whole workspace, so that dependencies keep the features they were built with.
cargo build --release --locked --quiet --workspace --all-targets
"${CARGO_TARGET_DIR:-target}/release/examples/look" "$work" >/dev/null
mvn -q -B -f tests/independent/pdfa/pom.xml dependency:build-classpath -Dmdep.outputFile="$work/classpath" >"$work/mvn.log" 2>&1 \
    || { cat "$work/mvn.log" >&2; exit 1; }
check() { java -cp "$(cat "$work/classpath")" tests/independent/pdfa/PdfaCheck.java 3a "$@" 2>/dev/null; }
check "$work"/*.pdf
# The checker must find a planted fault: a file that calls itself PDF/A-1.
sed 's/<pdfaid:part>3</<pdfaid:part>1</' "$work/permit.pdf" > "$work/planted.pdf"
if cmp -s "$work/permit.pdf" "$work/planted.pdf" || check "$work/planted.pdf" >"$work/planted.log"; then
    echo "the planted fault was not found" >&2
    exit 1
fi
echo "the planted fault was found"
