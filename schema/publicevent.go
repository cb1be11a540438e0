package schema

// PublicEvent is one step in a job's life as programs read it over the HTTP API. Build it
// with course.ReportEvent, which redacts.
type PublicEvent struct {
	Kind  EventKind    `json:"kind"`
	State State        `json:"state,omitempty"` // of the job after it has ended
	Text  string       `json:"text,omitempty"`  // a line of the build's output, or why the job is queued again or has no result
	Build *PublicBuild `json:"build,omitempty"`
	Test  *PublicTest  `json:"test,omitempty"`
}
