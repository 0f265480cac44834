# Sourced by demo.sh and test.sh (and by developers): Debian packages, the cache outside the clone, RocksDB compiled once.
# Sets CARGO_TARGET_DIR and the ROCKSDB_* variables; runs again without harm. Needs: Debian, and rustup with the pinned toolchain.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
ZHENGKU_CACHE=${ZHENGKU_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/zhengku}
mkdir -p "$ZHENGKU_CACHE"

say() { printf '\n== %s\n' "$*" >&2; }

# need_packages PACKAGE...: installs what is missing, and says so.
need_packages() {
    local missing=() package sudo=()
    for package in "$@"; do
        dpkg -s "$package" 2>/dev/null | grep -q '^Status: install ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    say "安装 Debian 软件包 Installing Debian packages: ${missing[*]}"
    [ "$(id -u)" = 0 ] || sudo=(sudo)
    "${sudo[@]}" apt-get update -q >&2
    DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}" >&2
}

# The C++ of RocksDB takes about 25 CPU-minutes. It is compiled once per version, features and flags into the cache;
# afterwards no change of ours, no feature of another crate and no `cargo clean` compiles it again.
build_rocksdb_once() {
    local key lib include source
    key=$({ grep -A1 'name = "librocksdb-sys"' "$root/Cargo.lock"; grep '^rocksdb = ' "$root/Cargo.toml"
        cat "$root/.cargo/config.toml"; c++ --version | head -1; } | sha256sum | cut -c1-16)
    lib=$ZHENGKU_CACHE/rocksdb/$key/lib
    include=$ZHENGKU_CACHE/rocksdb/$key/include
    if [ ! -f "$lib/librocksdb.a" ] || [ ! -d "$include" ]; then
        say "编译 RocksDB (首次约 13 分钟) Compiling RocksDB once (about 13 minutes on two cores)"
        (
            cd "$root" || exit 1
            unset ROCKSDB_LIB_DIR ROCKSDB_STATIC ROCKSDB_INCLUDE_DIR
            CARGO_TARGET_DIR=$ZHENGKU_CACHE/rocksdb-build cargo build --release --locked -p rocksdb
        ) >&2 || return 1
        source=$(cd "$root" && cargo metadata --format-version 1 --locked --filter-platform x86_64-unknown-linux-gnu |
            grep -o '"manifest_path":"[^"]*librocksdb-sys[^"]*Cargo.toml"' | cut -d'"' -f4)
        mkdir -p "$lib" "$include"
        cp -r "$(dirname "$source")/rocksdb/include/." "$include/"
        cp "$(find "$ZHENGKU_CACHE/rocksdb-build" -name librocksdb.a -printf '%T@ %p\n' | sort -n | tail -1 | cut -d' ' -f2-)" \
            "$lib/librocksdb.a.part"
        mv "$lib/librocksdb.a.part" "$lib/librocksdb.a"
        rm -rf "$ZHENGKU_CACHE/rocksdb-build"
    fi
    export ROCKSDB_LIB_DIR=$lib ROCKSDB_INCLUDE_DIR=$include ROCKSDB_STATIC=1
}

need_packages build-essential libclang1-14 libclang-common-14-dev openssl python3
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$ZHENGKU_CACHE/target}
