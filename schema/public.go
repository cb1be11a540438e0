package schema

import (
	"encoding/json"
	"time"
)

// PublicSubmission is the stable JSON form of a submission for scripts (admin submissions --json,
// check --json), which docs/scripts.md describes. Build it with course.Report, which redacts it.
type PublicSubmission struct {
	Name       string       `json:"name"`
	Number     int          `json:"number"`
	Owner      string       `json:"owner"`
	Login      string       `json:"login"`
	Commit     string       `json:"commit"`
	ReceivedAt time.Time    `json:"received_at"` // in the course's zone
	State      State        `json:"state"`
	Outcome    Outcome      `json:"outcome,omitempty"`
	Blame      Blame        `json:"blame,omitempty"`
	Message    string       `json:"message,omitempty"`
	Late       PublicLate   `json:"late"`
	Score      json.Number  `json:"score"`
	MaxScore   json.Number  `json:"max_score"`
	Build      *PublicBuild `json:"build,omitempty"`
	Tests      []PublicTest `json:"tests"`
	Hidden     *Hidden      `json:"hidden,omitempty"`
	Dropped    []string     `json:"dropped,omitempty"`
	Receipt    string       `json:"receipt,omitempty"`
	TryOut     bool         `json:"try_out,omitempty"`
	Provenance *Provenance  `json:"provenance,omitempty"`
	Times      *PublicTimes `json:"times,omitempty"`
}

// PublicTry is the JSON form of a try for scripts, with the visible sum of its result.
type PublicTry struct {
	Number     int         `json:"number"` // counts per owner and assignment from 1
	Owner      string      `json:"owner"`
	Login      string      `json:"login"` // of the pusher
	Commit     string      `json:"commit"`
	ReceivedAt time.Time   `json:"received_at"` // in the course's zone
	State      State       `json:"state"`
	Outcome    Outcome     `json:"outcome,omitempty"`
	Blame      Blame       `json:"blame,omitempty"`
	Message    string      `json:"message,omitempty"`
	Score      json.Number `json:"score"`
	MaxScore   json.Number `json:"max_score"`
	Hidden     *Hidden     `json:"hidden,omitempty"`
}

// PublicTimes holds the times of a job that has a result, in the course's zone.
type PublicTimes struct {
	QueuedAt   time.Time `json:"queued_at"`
	StartedAt  time.Time `json:"started_at"`
	BuiltAt    time.Time `json:"built_at,omitzero"`
	FinishedAt time.Time `json:"finished_at"`
}

// PublicLate says how late the work was and what that cost.
type PublicLate struct {
	State    Timeliness  `json:"state,omitempty"`
	Days     int         `json:"days"`
	Tokens   int         `json:"tokens,omitempty"` // late days spent
	Deducted json.Number `json:"deducted"`
}

// PublicBuild is BuildResult for scripts.
type PublicBuild struct {
	Outcome    Outcome `json:"outcome"`
	DurationMS int64   `json:"duration_ms"`
	Message    string  `json:"message,omitempty"`
	Output     string  `json:"output"`
}

// PublicTest is TestResult for scripts.
type PublicTest struct {
	Name         string      `json:"name"`
	Outcome      Outcome     `json:"outcome"`
	Score        json.Number `json:"score"`
	MaxScore     json.Number `json:"max_score"`
	Visible      Visibility  `json:"visible"`
	CPUMS        int64       `json:"cpu_ms"`
	WallMS       int64       `json:"wall_ms"`
	MemoryBytes  int64       `json:"memory_bytes"`
	Output       string      `json:"output"`
	Message      string      `json:"message"`
	Hint         string      `json:"hint,omitempty"`
	Signal       string      `json:"signal,omitempty"`
	ExitStatus   *int        `json:"exit_status,omitempty"`
	InProcess    bool        `json:"in_process,omitempty"`
	Unpinned     bool        `json:"unpinned,omitempty"`
	JudgeMessage string      `json:"judge_message,omitempty"`
	Tampering    string      `json:"tampering,omitempty"`
}

// Hidden describes to a student the tests that count but are not shown yet.
type Hidden struct {
	Tests  int          `json:"tests"`
	Points json.Number  `json:"points"`
	Until  []Visibility `json:"until"` // after_due, after_publish, or both
}
