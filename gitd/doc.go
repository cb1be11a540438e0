// Package gitd is the SSH server that students push to. It authenticates the user, finds the
// repository, judges and runs the push, and writes the live lines of the grading into the push
// session. See docs/push.md.
package gitd
