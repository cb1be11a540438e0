package tables

import (
	"cmp"
	"fmt"
	"io"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// Pool is the JSON form of one flavour's runners and queue.
type Pool struct {
	Flavour  string `json:"flavour"`
	Wanted   int    `json:"wanted"` // number of runners requested from the pool
	Starting int    `json:"starting"`
	Ready    int    `json:"ready"`
	Busy     int    `json:"busy"`
	Warm     int    `json:"warm"`
	Max      int    `json:"max"`
	Waiting  int    `json:"waiting"`
	// Mode is open, paused or draining. ModeReason is the reason that was given for it.
	Mode       schema.PoolMode `json:"mode"`
	ModeReason string          `json:"mode_reason,omitempty"`
	Reason     string          `json:"reason,omitempty"` // why wanted last changed
	Changed    time.Time       `json:"changed,omitzero"`
	Failure    string          `json:"failure,omitempty"` // why the last runner could not start
	// Failures lists the last failures, latest first, including past ones.
	Failures []Failure `json:"failures,omitempty"`
}

// Failure describes why runners did not start or were lost, and how often in a row.
type Failure struct {
	Why   string    `json:"why"`
	Times int       `json:"times"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

// NewPool returns the JSON form of a pool.
func NewPool(p schema.PoolState) Pool {
	pool := Pool{
		Flavour: p.Flavour.Name, Wanted: p.Wanted, Starting: p.Starting, Ready: p.Ready, Busy: p.Busy, Warm: p.Flavour.Warm,
		Max: p.Flavour.Max, Waiting: p.Waiting, Reason: p.Reason, Changed: p.Changed, Failure: p.Failure,
		Mode: p.Control.Mode, ModeReason: p.Control.Reason,
	}
	for _, f := range p.Failures {
		pool.Failures = append(pool.Failures, Failure(f))
	}
	return pool
}

// Write writes a pool in one or two lines.
func (p Pool) Write(out io.Writer) {
	fmt.Fprintf(out, "%-16s %d waiting; %d ready, %d busy, %d starting of at most %d\n", p.Flavour, p.Waiting, p.Ready, p.Busy, p.Starting, p.Max)
	if p.Mode == schema.PoolPaused || p.Mode == schema.PoolDraining {
		fmt.Fprintf(out, "%-16s %s, no job starts: %s\n", "", p.Mode, cmp.Or(schema.Sanitize(p.ModeReason), "no reason was given"))
	}
	if p.Failure != "" {
		fmt.Fprintf(out, "%-16s last failure: %s\n", "", schema.Sanitize(p.Failure))
	}
}

// PoolChanged writes the current settings of a pool.
func (w Writer) PoolChanged(c schema.PoolControl) error {
	words := map[schema.PoolMode]string{schema.PoolOpen: "jobs start", schema.PoolPaused: "no job starts; running jobs go on", schema.PoolDraining: "no job starts; running jobs go on, and idle runners end"}
	return w.Line(c, "%s is %s (%s); runners: %s", c.Flavour, c.Mode, words[c.Mode], c.Size())
}

// Depth is the JSON form of the number of waiting jobs of a flavour in a lane.
type Depth struct {
	Flavour string `json:"flavour"`
	Lane    string `json:"lane"`
	Waiting int    `json:"waiting"`
}

// Queue is the JSON form of the waiting jobs and, for staff, the pools and runners.
type Queue struct {
	Waiting []Depth `json:"waiting"`
	Pools   []Pool  `json:"pools,omitempty"`
}

// NewQueue returns the JSON form of the queue.
func NewQueue(q classroom.QueueReport) Queue {
	shown := Queue{Waiting: []Depth{}}
	for _, d := range q.Waiting {
		shown.Waiting = append(shown.Waiting, Depth{d.Flavour, d.Lane.String(), d.Waiting})
	}
	for _, p := range q.Pools {
		shown.Pools = append(shown.Pools, NewPool(p))
	}
	return shown
}

// Queue writes the waiting jobs and, for staff, the pools and runners.
func (w Writer) Queue(q classroom.QueueReport) error {
	shown := NewQueue(q)
	return w.write(shown, func(out io.Writer) {
		for _, p := range shown.Pools {
			p.Write(out)
		}
		for _, d := range shown.Waiting {
			fmt.Fprintf(out, "%-16s %4d wait (%s)\n", d.Flavour, d.Waiting, d.Lane)
		}
		if len(shown.Waiting) == 0 {
			fmt.Fprintln(out, "nothing waits")
		}
	})
}
