// Package hooks is the server's side of git's hooks: a unix socket on which the hooks of a push
// (grader-hook) ask what to do. A random token per push identifies the push; everything else
// that a hook sends is only compared.
package hooks
