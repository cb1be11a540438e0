// Command grader is a git-push driven grading service: students push over SSH,
// fresh runners grade what they pushed, and the verdict comes back in the push.
package main

import "github.com/grader/grader/internal/command"

func main() { command.Main() }
