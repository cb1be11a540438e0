// Package hooks implements the server's side of git's hooks. The hooks of a push (grader-hook) ask
// the server on a unix socket what to do. A random token identifies the push. The server only
// compares everything else that a hook sends.
package hooks
