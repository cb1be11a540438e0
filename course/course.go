// Package course is the rules of a classroom as pure functions: who may do what,
// when work is due, what a push may hold, and what a viewer may see.
package course

import (
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// Action is something that a person may or may not do to a repository or a submission.
type Action string

// The actions.
const (
	ActionPush      Action = "push"       // to a repository
	ActionFetch     Action = "fetch"      // from a repository
	ActionSee       Action = "see"        // a submission or an assignment
	ActionSeeOthers Action = "see-others" // any owner's work in a course
	ActionRerun     Action = "rerun"      // a submission
)

// Viewer is who looks. Staff see everything; a student sees their own, redacted.
type Viewer struct {
	Login string
	Role  schema.Role
	Admin bool
}

// Staff reports whether the viewer sees hidden tests.
func (v Viewer) Staff() bool { return v.Admin || v.Role.Staff() }

// MayUse decides whether the viewer may push to or fetch from the repository that
// the path names; nil is yes, CodeForbidden says why not. Not being enrolled
// (Role "") is CodeNotFound: a course is not shown to strangers.
func MayUse(v Viewer, action Action, path schema.RepositoryPath) error { panic("unwritten") }

// MaySee decides whether the viewer may see the submission at all; CodeNotFound if not.
func MaySee(v Viewer, name schema.SubmissionName) error { panic("unwritten") }

// Released reports whether students may see the assignment at that time.
func Released(spec *assignment.Spec, now time.Time) bool { panic("unwritten") }

// Timing is where a moment stands against an assignment's times.
type Timing struct {
	Released bool
	Closed   bool   // a push is refused
	Words    string // "due 23:59: on time", "no due date", for people
}

// TimingOf decides; zone is the course's. Release and due of the spec are instants already.
func TimingOf(spec *assignment.Spec, received time.Time, zone *time.Location) Timing {
	panic("unwritten")
}

// TreeEntry is one path of a pushed tree.
type TreeEntry struct {
	Mode string // git's: "100644", "100755", "120000", "160000"
	Size int64
	Path string
}

// JudgeTree holds a pushed tree against the assignment's rules and the rules that
// every tree is under (regular files only, names that every file system can hold,
// depth). The error is CodeRefused and says rule, finding and way out; it does not
// end with "Nothing was counted.", which the caller adds.
func JudgeTree(spec *assignment.Spec, entries []TreeEntry) error { panic("unwritten") }

// Redact returns what the viewer may see of a result: the one function for every
// channel. Score and MaxScore become the visible subtotal; what is hidden for now
// is only counted.
func Redact(r schema.Result, v Viewer) (schema.Result, schema.Hidden) { panic("unwritten") }

// RedactEvent returns what the viewer may see of an event, or false for nothing.
func RedactEvent(e schema.Event, v Viewer) (schema.Event, bool) { panic("unwritten") }

// Report builds what scripts read of a submission, redacted; zone is the course's.
func Report(s schema.Submission, v Viewer, zone *time.Location) schema.PublicSubmission {
	panic("unwritten")
}

// Better returns the index of the submission that counts under the rule (try-outs,
// failures and unfinished ones never do), -1 for none. Of equals the earlier one wins
// under best.
func Better(rule assignment.Counts, subs []schema.Submission) int { panic("unwritten") }
