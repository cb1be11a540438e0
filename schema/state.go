package schema

import "slices"

// State is the state of a job; the diagram is in the package comment.
type State string

// The states of a job.
const (
	StateQueued    State = "queued"    // waits for a runner
	StateAssigned  State = "assigned"  // claimed by a runner that has not started yet
	StateRunning   State = "running"   // the runner streams events
	StateDone      State = "done"      // has a result
	StateCancelled State = "cancelled" // ended by staff, without a result
	StateFailed    State = "failed"    // lost three runners, blamed on the infrastructure
)

// Transitions lists, for each state, the states that may follow it.
func Transitions(from State) []State {
	switch from {
	case StateQueued:
		return []State{StateAssigned, StateCancelled, StateFailed}
	case StateAssigned:
		return []State{StateRunning, StateQueued, StateCancelled, StateFailed}
	case StateRunning:
		return []State{StateDone, StateQueued, StateCancelled, StateFailed}
	default:
		return nil
	}
}

// CanFollow reports whether a job may go from one state to the other.
func CanFollow(from, to State) bool { return slices.Contains(Transitions(from), to) }

// Ended reports whether no state follows s.
func (s State) Ended() bool { return s == StateDone || s == StateCancelled || s == StateFailed }

// MaxAttempts is how many runners a job may lose before it fails.
const MaxAttempts = 3

// Outcome is the verdict on a submission, a build or a test.
type Outcome string

// Outcomes of a submission.
const (
	OutcomeGraded       Outcome = "graded"
	OutcomeCompileError Outcome = "compile-error" // also of a build and of a test
	OutcomeGraderError  Outcome = "grader-error"  // also of a test
	// OutcomeInfrastructureError means that the runner's machine failed. Scripts read it as the
	// outcome of a failed job. It is never stored as a result: the job is graded again.
	OutcomeInfrastructureError Outcome = "infrastructure-error"
)

// Outcomes of a build or a test.
const (
	OutcomePassed      Outcome = "passed"
	OutcomePartial     Outcome = "partial"
	OutcomeFailed      Outcome = "failed"
	OutcomeTimeLimit   Outcome = "time-limit"
	OutcomeMemoryLimit Outcome = "memory-limit"
	OutcomeOutputLimit Outcome = "output-limit"
	OutcomeDiskLimit   Outcome = "disk-limit"
	OutcomeCrashed     Outcome = "crashed"
	OutcomeMissing     Outcome = "missing"
	OutcomeNotRun      Outcome = "not-run"
)

// Blame says who is responsible for an outcome. Only outcomes that the student is responsible for
// count.
type Blame string

// Who is responsible.
const (
	BlameStudent        Blame = "student"
	BlameGrader         Blame = "grader"
	BlameInfrastructure Blame = "infrastructure"
)

// Visibility says when students see a test.
type Visibility string

// The visibilities of the assignment format.
const (
	VisibleAlways       Visibility = "always"
	VisibleAfterDue     Visibility = "after_due"
	VisibleAfterPublish Visibility = "after_publish"
	VisibleNever        Visibility = "never"
)

// Role is a person's role in one course; "" means not enrolled.
type Role string

// The roles.
const (
	RoleStudent    Role = "student"
	RoleTA         Role = "ta"
	RoleInstructor Role = "instructor"
)

// Staff reports whether the role is TA or instructor.
func (r Role) Staff() bool { return r == RoleTA || r == RoleInstructor }

// ParseRole parses a role; the error is CodeInvalid.
func ParseRole(s string) (Role, error) {
	switch r := Role(s); r {
	case RoleStudent, RoleTA, RoleInstructor:
		return r, nil
	}
	return "", Errorf(CodeInvalid, "role %q: use student, ta or instructor", s)
}

// Lane is a job's priority; lower lanes are served first.
type Lane int

// The lanes of the queue, first served first.
const (
	LaneInteractive Lane = 0 // a push that somebody waits for
	LaneGate        Lane = 1 // an instructor's tests push
	LaneOvertaken   Lane = 2 // a push that is older than another push of the same owner
	LaneRegrade     Lane = 3 // regrades and bulk work
)

// Lanes is the number of lanes.
const Lanes = 4

// String returns the lane's name, for people and for JSON.
func (l Lane) String() string {
	switch l {
	case LaneInteractive:
		return "push"
	case LaneGate:
		return "gate"
	case LaneOvertaken:
		return "overtaken"
	case LaneRegrade:
		return "regrade"
	}
	return "unknown"
}

// JobKind says what a job grades.
type JobKind string

// The kinds of job.
const (
	JobGrade JobKind = "grade" // a submission
	JobGate  JobKind = "gate"  // the reference solution and samples of a candidate version

	// JobRegrade grades a submission again for a regrade set. Nobody sees its result until the
	// set is applied.
	JobRegrade JobKind = "regrade"

	// JobTry grades a push to the branch try against only the tests with visible: always.
	JobTry JobKind = "try"
)
