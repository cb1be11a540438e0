package course

import (
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// maxSampleParts is the maximum number of a gate's parts that grade samples. More parts would take
// too many runners from students.
const maxSampleParts = 8

// GateParts returns the parts of an assignment's gate: three runs of the solution, and a few parts
// with the samples and the starter. Without a solution there is nothing to compare, so one run
// checks the rest.
func GateParts(spec *assignment.Spec) []schema.GatePart {
	runs := schema.GateRuns
	if spec.Solution == "" {
		runs = 1
	}
	var parts []schema.GatePart
	for n := range runs {
		parts = append(parts, schema.GatePart{Run: n + 1})
	}
	others := make([]schema.GatePart, min(maxSampleParts, len(spec.Samples)))
	for n, sample := range spec.Samples {
		others[n%len(others)].Samples = append(others[n%len(others)].Samples, sample.Dir)
	}
	if spec.Starter != "" {
		others = append(others, schema.GatePart{Starter: true})
	}
	return append(parts, others...)
}
