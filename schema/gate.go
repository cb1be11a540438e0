package schema

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// GateRuns is the number of times a gate grades the solution. If gradings of the same files differ,
// students' scores depend on luck too.
const GateRuns = 3

// GatePart is the part of a gate that one job runs: a run of the solution, or some of the
// samples and the starter. Parts run concurrently on free runners. The zero value is a whole
// gate with one run.
type GatePart struct {
	Run     int      `json:"run,omitempty"`     // number of the solution's run, 1 to GateRuns; 0: none
	Samples []string `json:"samples,omitempty"` // directories of the samples to grade
	Starter bool     `json:"starter,omitempty"` // grade the starter
}

// Whole reports whether the part is a whole gate.
func (p GatePart) Whole() bool { return p.Run == 0 && len(p.Samples) == 0 && !p.Starter }

// GateResult is the result of one part of a gate.
type GateResult struct {
	Passed  bool         `json:"passed"`            // the part found nothing wrong
	Run     int          `json:"run,omitempty"`     // number of the solution's run; its tests are the result's tests
	Pins    Pins         `json:"pins"`              // cases and traces of the solution's reports
	Samples []GateSample `json:"samples,omitempty"` // the graded samples
	Starter *GateSample  `json:"starter,omitempty"` // any score is accepted
}

// GateSample holds the expected and the actual score of a directory that a gate graded.
type GateSample struct {
	Dir      string    `json:"dir"`
	Expected Points    `json:"expected"`            // lowest accepted score
	Most     *Points   `json:"most,omitempty"`      // highest accepted score; nil: exactly Expected
	AnyScore bool      `json:"any_score,omitempty"` // any score is accepted; only Outcomes decide
	Outcomes []Outcome `json:"outcomes,omitempty"`  // accepted outcomes; nil: any
	Outcome  Outcome   `json:"outcome,omitempty"`   // outcome of the first entry that did not pass, otherwise passed
	Actual   Points    `json:"actual"`
	MaxScore Points    `json:"max_score"`
	Words    string    `json:"words,omitempty"`  // the result, for people
	Broken   string    `json:"broken,omitempty"` // why the tests themselves fail on it, "" if they do not
}

// Fault describes what is wrong with a sample's grading; "" means that nothing is.
func (s GateSample) Fault() string {
	switch {
	case s.Broken != "":
		return fmt.Sprintf("%s: the tests themselves fail on it: %s", s.Dir, s.Broken)
	case !s.scored():
		return fmt.Sprintf("%s scores %s, expected %s: %s", s.Dir, s.Actual, s.wantedScore(), s.Words)
	case !s.ended():
		return fmt.Sprintf("%s ends with %s, expected %s: %s", s.Dir, s.Outcome, joinOutcomes(s.Outcomes), s.Words)
	}
	return ""
}

// ended reports whether the sample's outcome is accepted.
func (s GateSample) ended() bool {
	return len(s.Outcomes) == 0 || slices.Contains(s.Outcomes, s.Outcome)
}

// scored reports whether the sample's score is accepted.
func (s GateSample) scored() bool {
	switch {
	case s.AnyScore:
		return true
	case s.Most != nil:
		return s.Actual.Cmp(s.Expected) >= 0 && s.Actual.Cmp(*s.Most) <= 0
	}
	return s.Actual.Equal(s.Expected)
}

// Compared returns the expected and the actual score, or the outcomes if only the outcome is wrong.
func (s GateSample) Compared() (expected, got string) {
	if !s.scored() || s.ended() {
		return s.wantedScore(), s.Actual.String()
	}
	return joinOutcomes(s.Outcomes), string(s.Outcome)
}

// wantedScore returns the accepted scores for people: "14" or "10 to 14".
func (s GateSample) wantedScore() string {
	if s.Most != nil {
		return s.Expected.String() + " to " + s.Most.String()
	}
	return s.Expected.String()
}

func joinOutcomes(outcomes []Outcome) string {
	words := make([]string, len(outcomes))
	for i, o := range outcomes {
		words[i] = string(o)
	}
	return strings.Join(words, " or ")
}

// GateJob is one part of a version's gate: its latest job, and the result once it has one.
type GateJob struct {
	Version int // number of the version
	Job     Job
	Part    GatePart
	Result  *Result
}

// GateVerdict is the verdict of a gate after all of its parts have ended.
type GateVerdict struct {
	Passed  bool         `json:"passed"`
	Skipped bool         `json:"skipped,omitempty"` // it did not pass, and its push had the option skip-gate
	Before  int          `json:"before,omitempty"`  // number of the version that was active then; 0: none
	Reasons []string     `json:"reasons,omitempty"` // why it did not pass, each a sentence
	Runs    int          `json:"runs"`              // of the solution
	Score   Points       `json:"score"`             // of the solution, in its first run
	Max     Points       `json:"max"`
	Pins    Pins         `json:"pins"`
	Samples []GateSample `json:"samples,omitempty"`
	Starter *GateSample  `json:"starter,omitempty"`
}

// Gate holds a version and the jobs and verdict of its gate.
type Gate struct {
	Version Version
	Jobs    []GateJob    // its parts, in order
	Verdict *GateVerdict // nil: not all jobs have ended with a result
}

// Failed reports whether the job of a part failed or was cancelled, so that the gate has no
// verdict.
func (g Gate) Failed() bool {
	for _, j := range g.Jobs {
		if j.Job.State == StateFailed || j.Job.State == StateCancelled {
			return true
		}
	}
	return false
}

// Ended reports whether the jobs of all parts have ended.
func (g Gate) Ended() bool {
	for _, j := range g.Jobs {
		if !j.Job.State.Ended() {
			return false
		}
	}
	return true
}

// Activates reports whether the version may become active.
func (v GateVerdict) Activates() bool { return v.Passed || v.Skipped }

// SkipGate is the push option that activates a version even if its gate fails. The gate still runs
// because it determines the pins.
const SkipGate = "skip-gate"

// TestsVersion is one version of an assignment's tests with the verdict of its gate.
type TestsVersion struct {
	Number     int          `json:"number"`
	State      VersionState `json:"state"`
	Commit     string       `json:"commit"`
	By         string       `json:"by"` // login of the pusher
	ReceivedAt time.Time    `json:"received_at"`
	Skipped    bool         `json:"skipped_gate,omitempty"` // it was activated although its gate failed
	Score      json.Number  `json:"score"`                  // of the solution
	MaxScore   json.Number  `json:"max_score"`
}

// ActivatedTests describes a version that became active again and the version that it replaced.
type ActivatedTests struct {
	Path          string // COURSE/ASSIGNMENT
	Before, After int    // numbers of the versions
	Grades        []GradeChange
}
