package transcript

import (
	"fmt"
	"slices"

	"github.com/grader/grader/schema"
)

// maxPins is how many pinned cases one push prints.
const maxPins = 100

// Samples returns expected against actual score for each sample that went wrong.
func Samples(gate *schema.GateResult) []string {
	if gate == nil {
		return nil
	}
	var out []string
	for _, sample := range gate.Samples {
		if !sample.Expected.Equal(sample.Actual) {
			out = append(out, Clip(fmt.Sprintf("%s: expected %s, got %s", OneLine(sample.Dir), sample.Expected, sample.Actual), Width))
		}
	}
	return out
}

// Pins returns the pinned cases and what changed since the version that was active.
func Pins(now, before schema.Pins) []string {
	var out []string
	tests := make([]string, 0, len(now.Tests))
	for test := range now.Tests {
		tests = append(tests, test)
	}
	slices.Sort(tests)
	for _, test := range tests {
		for _, name := range now.Tests[test] {
			mark := "pinned   "
			if before.Tests != nil && !slices.Contains(before.Tests[test], name) {
				mark = "pinned + "
			}
			out = append(out, ClipName(mark, OneLine(test+"/"+name), Width))
		}
	}
	for _, name := range unpinned(now, before) {
		out = append(out, ClipName("no more  ", OneLine(name), Width))
	}
	if len(out) > maxPins {
		out = append(out[:maxPins], fmt.Sprintf("and %d cases more", len(out)-maxPins))
	}
	return out
}

// unpinned are the cases that were pinned and are no longer.
func unpinned(now, before schema.Pins) []string {
	var out []string
	for test, names := range before.Tests {
		for _, name := range names {
			if !slices.Contains(now.Tests[test], name) {
				out = append(out, test+"/"+name)
			}
		}
	}
	slices.Sort(out)
	return out
}
