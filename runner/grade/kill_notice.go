package grade

import (
	"regexp"

	"github.com/grader/grader/runner/sandbox"
)

// killNotice matches the last line of a shell whose program was killed: dash's "Killed", or bash's
// "run.sh: line 3:  4711 Killed    ./program".
var killNotice = regexp.MustCompile(`(?:^|\n)(?:\S+: line \d+: +\d+ )?Killed(?: [^\n]*)?\n?$`)

// stderrOf returns what a step wrote to its standard error. If a limit ended the step, it removes
// the shell's line about that, which is present only if the shell lived longer than its program.
func stderrOf(run sandbox.Result) string {
	if run.Limit == "" {
		return string(run.Stderr)
	}
	at := killNotice.FindIndex(run.Stderr)
	if at == nil {
		return string(run.Stderr)
	}
	return string(run.Stderr[:at[0]])
}
