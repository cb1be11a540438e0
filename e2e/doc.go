// Package e2e holds the tests that drive the whole program as people do: the real
// git, ssh and browser against the binaries of `make build`.
package e2e
