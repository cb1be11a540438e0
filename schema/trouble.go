package schema

// TroubleKind says what is wrong in a course.
type TroubleKind string

// The kinds of trouble.
const (
	TroubleWaiting TroubleKind = "waiting" // jobs wait for a flavour; a problem only if no runner starts
	TroubleFailed  TroubleKind = "failed"  // our machines failed to grade an owner's latest submission
	TroubleBroken  TroubleKind = "broken"  // the active tests failed on submissions
	TroubleUngated TroubleKind = "ungated" // the active tests did not pass their gate
)

// Trouble is a problem of a course that its staff must know about. It lasts as long as its
// cause.
type Trouble struct {
	Kind       TroubleKind
	Flavour    string         // of TroubleWaiting
	Submission SubmissionName // for TroubleFailed; for TroubleBroken, the latest; for TroubleUngated, the assignment and the pusher
	Count      int            // number of waiting jobs, or of submissions that the tests failed on; for TroubleUngated, the version; otherwise 1
	Reason     string         // of TroubleFailed
}

// Stall tells staff why no runner of a flavour starts. The zero value means that one does.
type Stall struct {
	Missing bool   // the configuration has no such flavour
	Reason  string // why none can be started
}
