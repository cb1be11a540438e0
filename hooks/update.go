package hooks

import (
	"regexp"
	"strings"

	"github.com/grader/grader/schema"
)

// Update is one command of a push as git passes it to a hook.
type Update struct {
	Old, New string // 40 hex digits; zeros: no object
	Ref      string
}

// maxUpdates bounds how many commands of a push are parsed. A push may have only one.
const maxUpdates = 16

var updatePattern = regexp.MustCompile(`^([0-9a-f]{40}) ([0-9a-f]{40}) (refs/[!-~]{1,250})$`)

// ParseUpdates parses a hook's standard input; the error is CodeInvalid.
func ParseUpdates(commands []byte) ([]Update, error) {
	text, ended := strings.CutSuffix(string(commands), "\n")
	if !ended {
		return nil, schema.Errorf(schema.CodeInvalid, "the update list is cut off")
	}
	lines := strings.SplitN(text, "\n", maxUpdates+1)
	if len(lines) > maxUpdates {
		return nil, schema.Errorf(schema.CodeInvalid, "more than %d updates", maxUpdates)
	}
	updates := make([]Update, 0, len(lines))
	for _, line := range lines {
		part := updatePattern.FindStringSubmatch(line)
		if part == nil {
			return nil, schema.Errorf(schema.CodeInvalid, "malformed update %q", line)
		}
		updates = append(updates, Update{Old: part[1], New: part[2], Ref: part[3]})
	}
	return updates, nil
}
