// Package e2e contains the end-to-end tests, which use the real git, ssh and browser with
// the binaries of `make build`.
package e2e
