# grader: the few targets that people and CI run. `make` alone lists them.
SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
GO      ?= go
# What a bare Debian lacks to build and to grade the demo's languages, and what the
# tests need besides.
DEBIAN  := ca-certificates git openssh-client bubblewrap gcc g++ make python3 python3-pytest \
           openjdk-17-jdk-headless junit5 junit4 libhamcrest-java libassertj-core-java \
           libgtest-dev
test race: DEBIAN += libcmocka-dev catch2 cmake chromium curl
# Containers need root; a daemon from elsewhere than Debian is left alone.
DOCKER  := $(shell [ "$$(id -u)" != 0 ] || { echo debootstrap; command -v dockerd >/dev/null || echo docker.io; })
test race image test-nomad: DEBIAN += $(DOCKER)

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

deps: ## install the Debian packages that are missing (as root), or print the line that does
	@if ! command -v dpkg-query >/dev/null; then
	  echo "no Debian: nothing is installed; what is needed goes by these names there:"
	  echo "  $(DEBIAN)"
	  exit 0
	fi
	missing=()
	installed=" $$(dpkg-query -W -f '$${db:Status-Status}:$${Package} ' $(DEBIAN) 2>/dev/null || true)"
	for p in $(DEBIAN); do
	  [[ $$installed == *" installed:$$p "* ]] || missing+=("$$p")
	done
	if [ $${#missing[@]} -eq 0 ]; then exit 0; fi
	if [ "$$(id -u)" != 0 ]; then
	  echo "missing Debian packages; run this once, then make again:"
	  echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends $${missing[*]}"
	  exit 1
	fi
	echo "installing $${missing[*]}"
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$${missing[@]}" >/dev/null

screenshots: ## pictures of every page of the site, below bin/screenshots, and of the README, in docs
	@rm -rf bin/screenshots
	@mkdir -p bin/screenshots
	go test ./web -run Screenshots -count=1 -artifacts -outputdir bin/screenshots
	go test ./e2e -run 'Pictures$$' -count=1 -artifacts -outputdir bin/screenshots
	find bin/screenshots -name '*.png' | sort
	cp $$(find bin/screenshots -name push.svg -o -name submission.png) docs

# web/static/editor.js is bundled from npm packages. web/editor lists their versions.
EDITOR_BUNDLE = $(GO) tool -modfile=tools/go.mod esbuild web/editor/main.js --bundle --minify --format=iife --target=es2022 --log-level=warning
EDITOR_SUMS = cd web/editor && { grep -o 'github.com/evanw/esbuild v[^ ]*' ../../tools/go.mod && sha256sum main.js package.json package-lock.json licenses.sh ../static/editor.js ../static/editor.licenses.txt; }
editor: ## make the editor of the site again: web/static/editor.js (needs npm)
	cd web/editor && npm ci --ignore-scripts --no-audit --no-fund
	cd ../..
	$(EDITOR_BUNDLE) --outfile=web/static/editor.js
	web/editor/licenses.sh web/editor/node_modules > web/static/editor.licenses.txt
	$(EDITOR_SUMS) > made.sha256

# web/editor/made.sha256 has the version of esbuild, and the hashes of the sources and of what make editor made from
# them. With npm's packages the editor is also made again and compared.
editor-check: # fails if the committed editor is not made from its sources
	@($(EDITOR_SUMS) | diff made.sha256 -) || { echo "web/static/editor.js is not made from the sources in web/editor: run make editor, and commit web/editor and web/static"; exit 1; }
	if [ ! -d web/editor/node_modules ]; then exit 0; fi
	$(EDITOR_BUNDLE) | cmp - web/static/editor.js || { echo "web/static/editor.js is not what web/editor makes: run make editor, and commit it"; exit 1; }
	web/editor/licenses.sh web/editor/node_modules | cmp - web/static/editor.licenses.txt

build: ## bin/grader and bin/grader-hook
	@mkdir -p bin
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w -X github.com/grader/grader/internal/command.version=$(VERSION)" -o bin/grader .
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w" -o bin/grader-hook ./hooks/grader-hook

test: deps build ## every test
	runner/with-docker.sh $(MAKE) --no-print-directory test-image go-test

race: deps build ## every test under the race detector
	runner/with-docker.sh $(MAKE) --no-print-directory test-image go-test RACE=-race

# With -trimpath as build has it, so that Go's cache serves both, in any directory.
# Hundreds of gradings in Java and Go start faster with what the machine keeps for them.
# go test starts packages in the order of its arguments. LONG lists the long ones, so that
# short ones are left for the end and no processor waits for the last package.
LONG := ./e2e ./classroom ./web ./gitd ./internal/command ./runner/grade ./runner/sandbox ./scheduler/docker
go-test:
	@bin/grader image caches >/dev/null || echo "=== the tests in Java and Go take longer: see above"
	$(GO) test $(RACE) -trimpath -timeout 80m $(LONG) ./...

# What the tests of containers need of an image: less than people's runners have.
TEST_PACKAGES := gcc g++ make openjdk-17-jdk-headless junit4 junit5 python3 python3-pytest
test-image:
	@if docker version >/dev/null 2>&1; then
	  $(MAKE) --no-print-directory image-only IMAGE=grader-runner:test PACKAGES="$(TEST_PACKAGES)"
	else
	  echo "=== SKIPPED: the tests that grade in containers, for lack of a Docker daemon"
	fi

# The runner image. Its base comes from a registry, and its packages then from one moment
# of Debian's archive; where no registry is reached, both come from where this machine has
# its own packages from. The image lists what it got.
IMAGE    ?= grader-runner
BASE     ?= debian:bookworm-slim
SNAPSHOT ?= 20261101T000000Z
image: deps image-only ## the runner image IMAGE (needs a Docker daemon)

image-only: build
	@if ! docker image inspect $(BASE) >/dev/null 2>&1 && ! timeout 60 docker pull -q $(BASE) 2>/dev/null; then
	  echo "no registry gives $(BASE): making it with debootstrap"
	  runner/base.sh $(BASE)
	fi
	snapshot=$(SNAPSHOT)
	[ "$$(docker image inspect -f '{{index .Config.Labels "base"}}' $(BASE))" != debootstrap ] || snapshot=
	DOCKER_BUILDKIT=0 docker build -q --network=host -f runner/Dockerfile -t $(IMAGE) \
	  --build-arg BASE=$(BASE) --build-arg SNAPSHOT="$$snapshot" $(if $(PACKAGES),--build-arg PACKAGES="$(PACKAGES)") bin

sbom: ## what IMAGE is made of, as SPDX
	@docker run --rm --network none --entrypoint cat $(IMAGE) /usr/share/grader/sbom.spdx.json

lint: tracked editor-check ## the linters, pinned in tools/go.mod, and no large file or compiled program in git
	$(GO) tool -modfile=tools/go.mod golangci-lint run ./...

tracked: # fails when git tracks a file over 1 MiB or a compiled program
	@tools/tracked.sh

test-nomad: deps build ## the pool on a real Nomad, with Docker; needs a nomad on PATH, and root
	@command -v nomad >/dev/null || echo "SKIPPED: no nomad on PATH; nothing of the pool on Nomad is tested"
	runner/with-docker.sh env -u NOMAD_ADDR $(GO) test -p 1 -count 1 -timeout 40m -run Nomad ./nomad ./e2e

fmt: ## format the code
	gofmt -w .

bench: build ## medians, p99 and ratios, measured on this machine
	CGO_ENABLED=0 $(GO) run ./internal/bench $(BENCH)

STEPS ?= 10000
attack: deps build ## every attack at every level that this machine has, as root; writes docs/attacks.md
	GRADER_ATTACK_TABLE=$(CURDIR)/docs/attacks.md GRADER_ATTACK_IMAGE=$(IMAGE) GRADER_STEPS=$(STEPS) \
	  runner/with-docker.sh $(GO) test -count=1 -timeout 90m -v -run '^TestEveryPlace$$|^TestStepsLeakNothing$$' ./runner/sandbox
	cat docs/attacks.md

STEADY ?= 200
steady: deps build ## grade pushes STEADY times on a busy machine, by every pool that there is; IMAGE is graded in
	GRADER_STEADY=$(STEADY) GRADER_STEADY_IMAGE=$(IMAGE) runner/with-docker.sh \
	  $(GO) test -count=1 -timeout 8h -parallel 16 -v -run 'GradingsAreSteady' ./e2e

demo: deps build ## a whole course graded by real pushes; DEMO_ONCE=1 ends after the checks
	bin/grader demo

FUZZTIME ?= 60s
fuzz: ## every fuzz target for a minute
	for pkg in $$($(GO) list ./...); do
	  for target in $$($(GO) test -list '^Fuzz' "$$pkg" | grep '^Fuzz' || true); do
	    echo "$$pkg $$target"
	    $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 20x "$$pkg"
	  done
	done

.PHONY: help deps screenshots editor editor-check build test race test-nomad go-test test-image image image-only sbom lint tracked fmt bench attack steady demo fuzz
