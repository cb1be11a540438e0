package assignment

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/grader/grader/schema"
)

// maxShown is the maximum number of mistakes in the text of an Invalid. Problems holds all of them.
const maxShown = 50

// Problem is one mistake in an assignment.
type Problem struct {
	File         string // "assignment.yaml"
	Line, Column int    // from 1; 0: the file as a whole
	Message      string // what is wrong and what to write instead
}

// String returns "assignment.yaml:12:5: unknown key …".
func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Message
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
}

// Invalid holds every mistake found in an assignment, in order of place. Its text has a line for
// each: "assignment.yaml:12:5: unknown key "pionts"; did you mean "points"?".
type Invalid struct{ Problems []Problem }

// Error implements error.
func (e *Invalid) Error() string {
	lines := make([]string, 0, len(e.Problems))
	for i, p := range e.Problems {
		if i == maxShown {
			lines = append(lines, fmt.Sprintf("and %d more", len(e.Problems)-maxShown))
			break
		}
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

// Unwrap makes schema.CodeOf and schema.MessageOf see a CodeInvalid error.
func (e *Invalid) Unwrap() error {
	return &schema.Error{Code: schema.CodeInvalid, Message: e.Error()}
}

// invalid returns an *Invalid with the problems in order of place, those of assignment.yaml first,
// or nil if there are none.
func invalid(problems []Problem) error {
	if len(problems) == 0 {
		return nil
	}
	sorted := slices.Clone(problems)
	slices.SortStableFunc(sorted, func(a, b Problem) int {
		return cmp.Or(
			-boolCompare(a.File == Filename, b.File == Filename),
			cmp.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
		)
	})
	return &Invalid{Problems: slices.Compact(sorted)}
}

func boolCompare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}
