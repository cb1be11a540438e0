package course

import "github.com/grader/grader/schema"

// ReportEvent builds what programs read of an event of a job, redacted; false: nothing. An
// event that ends the job says only how: the submission says the rest.
func ReportEvent(e schema.Event, a Access) (schema.PublicEvent, bool) {
	seen, ok := RedactEvent(e, a)
	if !ok {
		return schema.PublicEvent{}, false
	}
	p := schema.PublicEvent{Kind: seen.Kind, State: seen.State, Text: schema.Sanitize(seen.Text)}
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
