package tables

import (
	"time"

	"github.com/grader/grader/schema"
)

// Runner is the JSON form of one runner.
type Runner struct {
	Runner  string    `json:"runner"`
	Flavour string    `json:"flavour"`
	State   string    `json:"state"` // starting, ready, busy or over
	Since   time.Time `json:"since"`
	Seconds int       `json:"seconds"` // time in this state
	Host    string    `json:"host,omitempty"`
	Image   string    `json:"image,omitempty"`
	Wall    string    `json:"wall,omitempty"`
	Job     int64     `json:"job,omitempty"`
	Name    string    `json:"name,omitempty"` // name of the submission
	Attempt int       `json:"attempt,omitempty"`
}

// NewRunner returns the JSON form of a runner, without its submission.
func NewRunner(s schema.RunnerState, now time.Time) Runner {
	return Runner{
		Runner: s.Runner.ID, Flavour: s.Runner.Flavour, State: s.Phase, Since: s.Since, Seconds: int(now.Sub(s.Since).Seconds()),
		Host: s.Runner.Host, Image: s.Runner.Image, Wall: s.Runner.Wall, Job: s.Job,
	}
}
