package gitd

import (
	"strings"

	"github.com/grader/grader/gitd/transcript"
	"github.com/grader/grader/schema"
)

// The caps on push options.
const (
	maxOptions     = 16
	maxOptionBytes = 256
)

// options are what a student may say with `git push -o`.
type options struct {
	noWait, colour, exitCode, dryRun, late, verbose, confirm bool
}

// parseOptions refuses what it does not know: an option that is silently ignored
// would be believed.
func parseOptions(all []string) (options, error) {
	var o options
	for _, name := range all {
		switch name {
		case "nowait":
			o.noWait = true
		case "color", "colour":
			o.colour = true
		case "exit-code":
			o.exitCode = true
		case "dry-run":
			o.dryRun = true
		case "verbose":
			o.verbose = true
		case "late":
			o.late = true
		case "confirm":
			o.confirm = true
		default:
			return options{}, schema.Errorf(schema.CodeRefused, "push option %q is unknown. Use %s", transcript.Clip(name, 40), strings.Join(optionNames(), ", "))
		}
	}
	return o, nil
}

func optionNames() []string {
	return []string{"nowait", "color", "exit-code", "dry-run", "late", "verbose", "confirm"}
}
