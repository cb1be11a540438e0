// Package protocol is the exchange between a git hook and the server over a unix socket: one
// request, one reply, both length-limited and versioned.
//
// It and grader-hook import nothing but syscall and errors: two hooks run in every push, and
// the student waits for every package that they initialise.
package protocol
