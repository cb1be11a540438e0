package schema

// PublicEvent is the form of an Event in the HTTP API. Build it with course.ReportEvent, which
// redacts it.
type PublicEvent struct {
	Kind  EventKind    `json:"kind"`
	State State        `json:"state,omitempty"` // of the job after it has ended
	Text  string       `json:"text,omitempty"`  // a line of the build's output, or why the job is queued again or has no result
	Build *PublicBuild `json:"build,omitempty"`
	Test  *PublicTest  `json:"test,omitempty"`
}
