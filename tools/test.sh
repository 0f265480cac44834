#!/usr/bin/env bash
# Passes every everyday test of Zhengku. Installs the Debian packages it needs; everything built goes into a cache outside the
# clone, so that a second run is short. Long campaigns have commands of their own: tests/campaign/run.sh (power loss, damage, kills of
# one node) and tests/campaign/cluster.sh (networks of processes).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tools/environment.sh
need_packages util-linux curl chromium fonts-noto-cjk fonts-wqy-microhei fonts-lxgw-wenkai fonts-hanazono softhsm2 qpdf poppler-utils python3-stdnum
# Another publisher's nodejs brings npm along and conflicts with Debian's package of it.
command -v npm >/dev/null || need_packages nodejs npm
# A Java and a Maven of another publisher serve as well.
command -v javac >/dev/null || need_packages openjdk-17-jdk-headless
command -v mvn >/dev/null || need_packages maven

step() {
    local started=$SECONDS
    say "$1"
    shift
    "$@"
    printf '   (%s s)\n' $((SECONDS - started)) >&2
}

cargo_deny() {
    local tools=$ZHENGKU_CACHE/tools version=0.20.2
    if ! "$tools/bin/cargo-deny" --version 2>/dev/null | grep -q " $version\$"; then
        say "编译 cargo-deny (首次) Compiling cargo-deny once"
        CARGO_TARGET_DIR=$ZHENGKU_CACHE/cargo-deny-build cargo install --locked --quiet --root "$tools" "cargo-deny@$version"
        rm -rf "$ZHENGKU_CACHE/cargo-deny-build"
    fi
    "$tools/bin/cargo-deny" --offline check --hide-inclusion-graph licenses bans sources
}

step "编译 RocksDB RocksDB, compiled once" build_rocksdb_once
step "格式 Formatting" cargo fmt --all --check
# Programs, examples and tests with one set of features, so that every package is compiled once and not again for each of them.
step "编译 Building" cargo build --release --locked --workspace --all-targets
step "静态检查 Lints" cargo clippy --release --locked --workspace --all-targets -- -D warnings
step "测试 Tests" cargo test --release --locked --workspace --no-fail-fast
step "网络演示 The demo's drill: four processes, one is killed and comes back" \
    "$CARGO_TARGET_DIR/release/zhengku" demo --once
step "网络故障 Faults on a network of processes under load" \
    python3 tests/cluster/everyday.py --seed 20261122
step "外人核验 Strangers read a running network while its validator set changes" \
    python3 tests/cluster/readers.py --seed 20261122
step "网络治理 Governance on a network of processes under load" \
    python3 tests/cluster/governance.py --seed 20261122
step "PDF/A veraPDF, the checker of the PDF Association, judges the PDF twins" bash tests/independent/pdfa.sh
step "网页 Pages in a browser" bash tests/browser/run.sh
step "调试构建的同一测试 The deterministic core once more in debug: same roots" \
    cargo test --locked -p zhengku-ledger --lib
step "文档 Documentation" env RUSTDOCFLAGS="-D warnings" cargo doc --release --locked --workspace --no-deps --quiet
step "许可与来源 Licences, bans, sources" cargo_deny
say "全部通过 All passed"
