// Package protocol is what a git hook and the server say to each other over a unix
// socket: one request, one reply, both length-limited and versioned.
//
// It and grader-hook import nothing but syscall and errors: two hooks run in every
// push, and each package that a small program does not start is time that the student
// does not wait.
package protocol
