package course

import "github.com/grader/grader/schema"

// ReportEvent returns the redacted form of a job's event for programs; false: nothing. An event
// that ends a job has only its state, or why there is no result; the submission has the result.
func ReportEvent(e schema.Event, a Access) (schema.PublicEvent, bool) {
	seen, ok := RedactEvent(e, a)
	if !ok {
		return schema.PublicEvent{}, false
	}
	p := schema.PublicEvent{Kind: seen.Kind, State: seen.State, Text: schema.Plain(seen.Text)}
	if b := seen.Build; b != nil {
		build := reportBuild(*b)
		p.Build = &build
	}
	if t := seen.Test; t != nil {
		test := reportTest(*t)
		p.Test = &test
	}
	return p, true
}
