// Package protocol implements the exchange between a git hook and the server over a unix socket. It
// consists of one request and one reply, both length-limited and versioned.
//
// This package and grader-hook import only syscall and errors. Two hooks run in every push, and the
// student waits while they initialise their packages.
package protocol
