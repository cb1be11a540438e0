package schema

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// GateRuns is how many times a gate grades the solution. A difference between two gradings of
// the same files would be luck for students, too.
const GateRuns = 3

// GatePart is the part of a gate that one job runs: a run of the solution, or some of the
// samples and the starter. Parts run concurrently on free runners. The zero value is a whole
// gate with one run.
type GatePart struct {
	Run     int      `json:"run,omitempty"`     // of the solution: 1 to GateRuns; 0: none
	Samples []string `json:"samples,omitempty"` // directories of those that are graded
	Starter bool     `json:"starter,omitempty"` // the starter is graded
}

// Whole reports whether the part is a whole gate.
func (p GatePart) Whole() bool { return p.Run == 0 && len(p.Samples) == 0 && !p.Starter }

// GateResult is the result of one part of a gate.
type GateResult struct {
	Passed  bool         `json:"passed"`            // the part found nothing wrong
	Run     int          `json:"run,omitempty"`     // of the solution, whose tests are the result's
	Pins    Pins         `json:"pins"`              // what the reports of the solution held
	Samples []GateSample `json:"samples,omitempty"` // those that were graded
	Starter *GateSample  `json:"starter,omitempty"` // whatever it scores is expected
}

// GateSample is a directory that a gate graded: expected and actual score.
type GateSample struct {
	Dir      string    `json:"dir"`
	Expected Points    `json:"expected"`            // the least that it may score
	Most     *Points   `json:"most,omitempty"`      // nil: exactly Expected
	AnyScore bool      `json:"any_score,omitempty"` // only Outcomes decide
	Outcomes []Outcome `json:"outcomes,omitempty"`  // one of which Outcome must be; nil: any
	Outcome  Outcome   `json:"outcome,omitempty"`   // of its first entry that did not pass, else passed
	Actual   Points    `json:"actual"`
	MaxScore Points    `json:"max_score"`
	Words    string    `json:"words,omitempty"`  // the result, for people
	Broken   string    `json:"broken,omitempty"` // why the tests themselves fail on it, "" if they do not
}

// Fault says what is wrong with a sample's grading, "" if nothing is.
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

// ended reports whether the sample's outcome is an allowed one.
func (s GateSample) ended() bool {
	return len(s.Outcomes) == 0 || slices.Contains(s.Outcomes, s.Outcome)
}

// scored reports whether the sample's score is an allowed one.
func (s GateSample) scored() bool {
	switch {
	case s.AnyScore:
		return true
	case s.Most != nil:
		return s.Actual.Cmp(s.Expected) >= 0 && s.Actual.Cmp(*s.Most) <= 0
	}
	return s.Actual.Equal(s.Expected)
}

// Compared returns what was expected and what the sample got instead: scores, or else outcomes.
func (s GateSample) Compared() (expected, got string) {
	if !s.scored() || s.ended() {
		return s.wantedScore(), s.Actual.String()
	}
	return joinOutcomes(s.Outcomes), string(s.Outcome)
}

// wantedScore is the allowed score, for people: "14" or "10 to 14".
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
	Skipped bool         `json:"skipped,omitempty"` // it did not pass, and its push said that this does not matter
	Before  int          `json:"before,omitempty"`  // number of the version that was active then; 0: none
	Reasons []string     `json:"reasons,omitempty"` // why it did not pass, each a sentence
	Runs    int          `json:"runs"`              // of the solution
	Score   Points       `json:"score"`             // of the solution, in its first run
	Max     Points       `json:"max"`
	Pins    Pins         `json:"pins"`
	Samples []GateSample `json:"samples,omitempty"`
	Starter *GateSample  `json:"starter,omitempty"`
}

// Gate is a version with its gate.
type Gate struct {
	Version Version
	Jobs    []GateJob    // its parts, in order
	Verdict *GateVerdict // nil: not all of them have ended with a result
}

// Failed reports whether a machine failed on a part, so that nothing is decided.
func (g Gate) Failed() bool {
	for _, j := range g.Jobs {
		if j.Job.State == StateFailed || j.Job.State == StateCancelled {
			return true
		}
	}
	return false
}

// Ended reports whether no part of the gate waits or runs.
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

// SkipGate is the push option by which an instructor activates a version whatever its gate
// decides. The gate runs all the same: it determines the pins.
const SkipGate = "skip-gate"

// TestsVersion is one version of an assignment's tests with the verdict of its gate.
type TestsVersion struct {
	Number     int          `json:"number"`
	State      VersionState `json:"state"`
	Commit     string       `json:"commit"`
	By         string       `json:"by"` // login of the pusher
	ReceivedAt time.Time    `json:"received_at"`
	Skipped    bool         `json:"skipped_gate,omitempty"` // it is active, or was, though its gate failed
	Score      json.Number  `json:"score"`                  // of the solution
	MaxScore   json.Number  `json:"max_score"`
}

// ActivatedTests is a version that was made active again, and the version before it.
type ActivatedTests struct {
	Path          string // COURSE/ASSIGNMENT
	Before, After int    // numbers of the versions
	Grades        []GradeChange
}
