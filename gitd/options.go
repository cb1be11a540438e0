package gitd

import (
	"slices"
	"strings"

	"github.com/grader/grader/gitd/transcript"
	"github.com/grader/grader/schema"
)

// These limits apply to push options.
const (
	maxOptions     = 16
	maxOptionBytes = 256
)

// options are the parsed options of `git push -o`.
type options struct {
	noWait, colour, exitCode, dryRun, late, verbose, confirm, skipGate bool
}

// parseOptions refuses options that are unknown for that kind of repository. A person would believe
// that an ignored option had worked.
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

// elsewhere returns a note if the option exists for another kind of repository.
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
