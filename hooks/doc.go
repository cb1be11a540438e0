// Package hooks is the server's end of git's hooks: a unix socket on which the hooks
// of a push (grader-hook) ask what to do. A random token per push says which push
// asks; everything else that a hook repeats is only compared.
package hooks
