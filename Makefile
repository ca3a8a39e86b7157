# The project's commands. Each is safe to run twice, and beside another copy of itself.

.PHONY: help build tools demo demo-forge test bench chaos faults fmt

help: ## these words
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## both programs, quickly
	cargo build --locked --bins

tools: ## the outside programs that demo and tests run on: Pulumi's CLI and language hosts, an AWS emulator
	tools/get

demo: ## the main job on this machine: the whole stack rolls out through a merge, a second merge changes it, and it is drawn
	examples/demo/run

demo-forge: ## the server beside a Gitea on this machine: a pull request's comment, a merge, a hold that is approved on the page
	examples/demo-forge/run

test: ## everything that can be checked on one machine
	tests/run

bench: ## ratios against a peer and a floor, measured now
	tests/bench/run

chaos: ## kills gitinfra a thousand times, before and after whatever it writes, and looks what the next one makes of it
	CHAOS_ROUNDS=$${CHAOS_ROUNDS:-1000} cargo test --locked --workspace --test it cli::chaos

faults: ## fails every AWS call of the whole stack in every way, and kills provider and engine at each (hours; FAULTS_ROUNDS=3 FAULTS_SEED=7 for a sample)
	tests/faults/run

fmt: ## one way to write
	cargo fmt
