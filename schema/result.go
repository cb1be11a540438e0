package schema

import "time"

// Result is a runner's result of one job. Scores are exact.
type Result struct {
	Outcome    Outcome      `json:"outcome"`
	Blame      Blame        `json:"blame"`
	Message    string       `json:"message,omitempty"` // for people: why the outcome is not an ordinary grading
	Score      Points       `json:"score"`
	MaxScore   Points       `json:"max_score"` // without tests of visibility never
	Build      *BuildResult `json:"build,omitempty"`
	Tests      []TestResult `json:"tests"`
	Dropped    []string     `json:"dropped,omitempty"` // student's files that in-process tests did not get
	Provenance Provenance   `json:"provenance"`
	Gate       *GateResult  `json:"gate,omitempty"` // of one part of a gate
	StartedAt  time.Time    `json:"started_at"`
	BuiltAt    time.Time    `json:"built_at,omitzero"`
	FinishedAt time.Time    `json:"finished_at"`
}

// Summary returns the result without texts, for lists. Each test keeps only its outcome, points and
// visibility, and whether it is pinned.
func (r Result) Summary() Result {
	short := Result{
		Outcome: r.Outcome, Blame: r.Blame, Score: r.Score, MaxScore: r.MaxScore, Tests: make([]TestResult, 0, len(r.Tests)),
		Provenance: r.Provenance, StartedAt: r.StartedAt, BuiltAt: r.BuiltAt, FinishedAt: r.FinishedAt,
	}
	for _, t := range r.Tests {
		short.Tests = append(short.Tests, TestResult{Outcome: t.Outcome, Score: t.Score, MaxScore: t.MaxScore, Visible: t.Visible, Unpinned: t.Unpinned})
	}
	return short
}

// Outcomes returns the entries of the result without their output.
func (r Result) Outcomes() JobOutcomes {
	of := JobOutcomes{Build: r.Build, Cases: make([]CaseOutcome, 0, len(r.Tests))}
	for _, t := range r.Tests {
		of.Cases = append(of.Cases, CaseOutcome{Name: t.Name, Test: t.Test, Outcome: t.Outcome, Score: t.Score, MaxScore: t.MaxScore, Message: t.Message, Signal: t.Signal})
	}
	return of
}

// WithoutTexts returns the result without the output of the student's programs and messages about
// it. It keeps outcomes and points.
func (r Result) WithoutTexts() Result {
	r.Message, r.Dropped = "", nil
	if r.Build != nil {
		r.Build = &BuildResult{Outcome: r.Build.Outcome, Duration: r.Build.Duration}
	}
	tests := make([]TestResult, 0, len(r.Tests))
	for _, t := range r.Tests {
		t.Output, t.Message, t.Hint, t.JudgeMessage, t.Tampering = "", "", "", "", ""
		tests = append(tests, t)
	}
	r.Tests = tests
	return r
}

// BuildResult is the outcome of all build steps together.
type BuildResult struct {
	Outcome  Outcome       `json:"outcome"` // passed or compile-error
	Message  string        `json:"message,omitempty"`
	Output   string        `json:"output,omitempty"` // sanitised, capped, head and tail
	Duration time.Duration `json:"duration"`
}

// TestResult is one entry: a single test, one case of a family ("family/03") or
// one case of a report ("units/RingTest.wraps").
type TestResult struct {
	Name       string        `json:"name"`
	Test       string        `json:"test"` // test of assignment.yaml that the entry belongs to
	Outcome    Outcome       `json:"outcome"`
	Score      Points        `json:"score"`
	MaxScore   Points        `json:"max_score"`
	Visible    Visibility    `json:"visible"`
	CPU        time.Duration `json:"cpu"`
	Wall       time.Duration `json:"wall"`
	Memory     int64         `json:"memory"` // peak resident bytes
	Output     string        `json:"output,omitempty"`
	Message    string        `json:"message,omitempty"` // the difference, or the exceeded limit and the usage
	Hint       string        `json:"hint,omitempty"`
	Signal     string        `json:"signal,omitempty"`      // of a crash: "SIGSEGV"
	ExitStatus int           `json:"exit_status,omitempty"` // of a crash without a signal
	InProcess  bool          `json:"in_process,omitempty"`  // judged inside the student's process: tamper-evident at best
	Unpinned   bool          `json:"unpinned,omitempty"`    // shown, earns no points
	// JudgeMessage is the text that a checker or driver wrote into judgemessage.txt, for staff.
	JudgeMessage string `json:"judge_message,omitempty"`
	Tampering    string `json:"tampering,omitempty"` // differences between a report and its process, for staff
}

// Provenance holds everything that determines a result. A replay with the same provenance must give
// the same result.
type Provenance struct {
	Submission string `json:"submission"` // commit, "" for a directory
	Tests      string `json:"tests"`      // commit or tree
	Flavour    string `json:"flavour"`
	Image      string `json:"image"`   // content id; local pool: hash of the toolchain's versions
	Grader     string `json:"grader"`  // version of this program
	Wall       string `json:"wall"`    // level: namespace or uid
	Attempt    int    `json:"attempt"` // of the job
}

// EventKind says what an event reports.
type EventKind string

// The kinds of event. The first group comes from runners, the second from the control plane.
const (
	EventStarted EventKind = "started" // a runner began: Text is its flavour and wall
	EventLine    EventKind = "line"    // Text: a line of the build's output, live
	EventBuild   EventKind = "build"   // Build is set
	EventTest    EventKind = "test"    // Test is set

	EventQueued   EventKind = "queued"
	EventAssigned EventKind = "assigned"
	EventRequeued EventKind = "requeued" // Text is the reason; earlier events of the attempt are void
	EventEnded    EventKind = "ended"    // Result is set, or Text says why there is none
)

// FromRunner reports whether a runner may send events of this kind.
func (k EventKind) FromRunner() bool {
	switch k {
	case EventStarted, EventLine, EventBuild, EventTest:
		return true
	}
	return false
}

// Event is one step in a job's life. Seq counts per job from 1 without gaps and is
// given by the store; a reader that knows Seq n resumes after n.
type Event struct {
	Seq     int64        `json:"seq"`
	Attempt int          `json:"attempt"`
	At      time.Time    `json:"at"`
	Kind    EventKind    `json:"kind"`
	State   State        `json:"state,omitempty"` // of the job after an EventEnded
	Text    string       `json:"text,omitempty"`
	Build   *BuildResult `json:"build,omitempty"`
	Test    *TestResult  `json:"test,omitempty"`
	Result  *Result      `json:"result,omitempty"`
}
