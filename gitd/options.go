package gitd

import (
	"slices"
	"strings"

	"github.com/grader/grader/gitd/transcript"
	"github.com/grader/grader/schema"
)

// The caps on push options.
const (
	maxOptions     = 16
	maxOptionBytes = 256
)

// options are what somebody may say with `git push -o`.
type options struct {
	noWait, colour, exitCode, dryRun, late, verbose, confirm, skipGate bool
}

// parseOptions refuses what a push to a repository of that kind does not know: an option
// that is silently ignored would be believed.
func parseOptions(all []string, kind schema.RepositoryKind) (options, error) {
	var o options
	fields := map[string]*bool{"nowait": &o.noWait, "color": &o.colour, "colour": &o.colour, "exit-code": &o.exitCode, "dry-run": &o.dryRun,
		"verbose": &o.verbose, "late": &o.late, "confirm": &o.confirm, schema.SkipGate: &o.skipGate}
	known := optionNames(kind)
	for _, name := range all {
		if name != "colour" && !slices.Contains(known, name) {
			return options{}, schema.Errorf(schema.CodeRefused, "push option %q is unknown%s. Use %s", transcript.Truncate(name, 40), elsewhere(fields[name] != nil), strings.Join(known, ", "))
		}
		*fields[name] = true
	}
	return o, nil
}

// elsewhere says that a push to another repository knows the option.
func elsewhere(known bool) string {
	if known {
		return " to this repository"
	}
	return ""
}

func optionNames(kind schema.RepositoryKind) []string {
	names := []string{"nowait", "color", "exit-code", "dry-run", "verbose"}
	switch kind {
	case schema.RepositoryTests:
		return append(names, schema.SkipGate)
	case schema.RepositoryCourse:
		return append(names, "confirm")
	}
	return append(names, "late")
}
