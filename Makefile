# Every target says in one line what it does; `make help` prints them.
.DEFAULT_GOAL := help
.PHONY: help demo test build install testbed testbed-test bench-peers

help: ## print this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do printf '  make %-14s %s\n' "$$name" "$$text"; done

demo: ## create a real cluster, apply encrypted manifests, profile it, delete it (DISTRIBUTION=Kind, K3s or Talos)
	@testbed/demo.sh

test: ## the whole gate: format, lints, docs, unit, binary, testbed and live tests
	@.ci/check.sh all

build: ## build target/release/ksail
	cargo build --release --locked

install: ## install ksail into Cargo's bin folder
	cargo install --locked --path .

testbed: ## a Docker Engine and the node images, installed and built where missing (docs/design/testbed.md)
	@testbed/up.sh

testbed-test: ## format, vet and unit tests of the testbed's own programs
	@testbed/test.sh

bench-peers: ## compare with stock kind, k3d, talosctl, kubectl and kustomize on this machine (about 45 min)
	@benches/peers kind
	@benches/peers k3d
	@benches/peers talos
	@benches/peers apply
	@benches/peers kustomize
