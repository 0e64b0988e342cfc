#!/usr/bin/env bash
# Fuzzes one target with libFuzzer for a while: fuzz/run.sh yaml|pipeline|kustomize [SECONDS]. Needs no nightly toolchain and no
# cargo-fuzz, but works with the same folders: the corpus is fuzz/corpus/TARGET, what breaks is kept in
# fuzz/artifacts/TARGET. Seeds are the manifests of the repository and what fuzzing has found before (testdata/fuzz).
# An input that breaks something belongs into testdata/fuzz, where tests/it/reading.rs reads it ever after.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

target=${1:?usage: fuzz/run.sh yaml|pipeline|kustomize [SECONDS]} seconds=${2:-300}
triple=$(rustc -vV | sed -n 's/^host: //p')
# Coverage as cargo-fuzz asks for it. With --target, build scripts and macros go without.
export RUSTFLAGS='--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1'
cargo build --release --target "$triple" --bin "$target"

mkdir -p "corpus/$target" "artifacts/$target" seeds
find ../testdata ../tests ../testbed \( -name '*.yaml' -o -name '*.yml' -o -name '*.json' \) -size -64k -print0 |
  while IFS= read -r -d '' file; do cp "$file" "seeds/$(sha1sum "$file" | cut -c1-16)"; done
find ../testdata/fuzz -type f -exec cp {} seeds/ \;
exec "${CARGO_TARGET_DIR:-target}/$triple/release/$target" "corpus/$target" seeds \
  -artifact_prefix="artifacts/$target/" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=16384 -dict=yaml.dict
