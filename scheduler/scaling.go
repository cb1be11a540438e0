package scheduler

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/grader/grader/schema"
)

const (
	// cooldown is how long fewer runners must suffice before their number is reduced, unless the
	// flavour sets its own.
	cooldown = time.Minute
	// guess is the assumed length of a job before any was measured.
	guess = 10 * time.Second
	// start is the cost of starting a fresh runner for each job.
	start = time.Second
)

// patience returns how long a job of a lane may wait for its runner. The shorter it is, the larger
// the share of a runner, up to one, that each waiting job requests.
func patience(l schema.Lane) time.Duration {
	switch l {
	case schema.LaneInteractive:
		return 2 * time.Second
	case schema.LaneGate:
		return 5 * time.Second
	case schema.LaneOvertaken:
		return time.Minute
	}
	return 10 * time.Minute
}

// demand holds the inputs for computing a flavour's number of runners.
type demand struct {
	flavour schema.Flavour
	mode    schema.PoolMode
	busy    int
	waiting [schema.Lanes]int // by lane
	typical time.Duration     // median of the last jobs, 0 for none
	sample  int               // number of jobs in the median
	due     []schema.DueDate  // soonest first
	now     time.Time
}

// job returns the assumed length of a job.
func (d demand) job() time.Duration {
	if d.sample == 0 {
		return guess + start
	}
	return max(d.typical, 0) + start
}

// cooldown returns how long fewer runners must suffice, and how long a surplus runner must be idle.
func (d demand) cooldown() time.Duration { return cmp.Or(d.flavour.Cooldown, cooldown) }

// runners returns the wanted number of runners: the busy ones, plus the largest of the numbers for
// waiting jobs, expected pushes and warm runners. A paused flavour has only its warm runners in
// addition to the busy ones, and a draining one has none. Busy runners stay when the flavour's
// maximum is lowered.
func (d demand) runners() int {
	switch d.mode {
	case schema.PoolDraining:
		return d.busy
	case schema.PoolPaused:
		return max(d.busy, min(d.flavour.Max, d.busy+d.flavour.Warm))
	}
	return max(d.busy, min(d.flavour.Max, d.busy+max(d.flavour.Warm, d.queued(), d.expected())))
}

// queued returns the number of runners for the waiting jobs. Regrades need one more, because one
// runner takes none.
func (d demand) queued() int {
	var n float64
	if d.waiting[schema.LaneRegrade] > 0 {
		n++
	}
	for lane, waiting := range d.waiting {
		share := d.job().Seconds() / patience(schema.Lane(lane)).Seconds()
		n += float64(waiting) * min(1, share)
	}
	return int(math.Ceil(n))
}

// expected returns how many runners the pushes of the next minutes will need at the same time:
// their rate times a job's length, plus twice the square root of that for variation.
func (d demand) expected() int {
	load := rush(d.due, d.now) * d.job().Seconds()
	if load < 0.05 {
		return 0
	}
	return int(math.Ceil(load + 2*math.Sqrt(load)))
}

// why explains the wanted number of runners in one line.
func (d demand) why() string {
	reasons := d.queueWords()
	if d.mode == schema.PoolPaused || d.mode == schema.PoolDraining {
		return strings.Join(append(reasons, "an administrator has set it to "+string(d.mode)), ", ")
	}
	if d.sample > 0 {
		reasons = append(reasons, fmt.Sprintf("a job takes %s (median of %d)", roughly(d.typical), d.sample))
	}
	if d.expected() > d.flavour.Warm && len(d.due) > 0 {
		reasons = append(reasons, dueWords(d.due[0], d.now))
	}
	if n := d.runners(); n == d.flavour.Max && d.busy+max(d.queued(), d.expected()) > n {
		reasons = append(reasons, fmt.Sprintf("%d is the most that the configuration allows", n))
	}
	return strings.Join(reasons, ", ")
}

// queueWords describes the waiting and running jobs.
func (d demand) queueWords() []string {
	names := [schema.Lanes][2]string{{"push waits", "pushes wait"}, {"gate waits", "gates wait"},
		{"overtaken push waits", "overtaken pushes wait"}, {"regrade waits", "regrades wait"}}
	var said []string
	for lane, n := range d.waiting {
		if n > 0 {
			said = append(said, plural(n, names[lane]))
		}
	}
	if len(said) == 0 {
		said = append(said, "nothing waits")
	}
	if d.busy > 0 {
		said = append(said, plural(d.busy, [2]string{"is busy", "are busy"}))
	}
	return said
}

func plural(n int, words [2]string) string {
	if n == 1 {
		return "1 " + words[0]
	}
	return fmt.Sprintf("%d %s", n, words[1])
}

// roughly formats a duration with its significant digits.
func roughly(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(math.Round(d.Seconds())))
	}
	return fmt.Sprintf("%d min", int(math.Round(d.Minutes())))
}

// scale holds a flavour's number of runners, and the time since when fewer would suffice.
type scale struct {
	n      int
	low    time.Time // zero: fewer would not suffice
	peak   int       // the highest demand since low
	why    string    // of the last change
	at     time.Time // of the last change
	before int       // n before the last change
}

// follow moves the number towards the demand and reports whether it changed. The number rises
// immediately, by at least a tenth, and falls after the cooldown to the highest demand within it.
// It falls immediately if the flavour drains or its maximum was lowered.
func (s *scale) follow(d demand) bool {
	wanted := d.runners()
	switch {
	case wanted > s.n:
		s.low = time.Time{}
		return s.become(max(wanted, min(d.flavour.Max, s.n+s.n/10)), d)
	case wanted == s.n:
		s.low = time.Time{}
		return false
	case d.mode == schema.PoolDraining || s.n > max(d.busy, d.flavour.Max):
		s.low = time.Time{}
		return s.become(wanted, d)
	case s.low.IsZero():
		s.low, s.peak = d.now, wanted
		return false
	}
	s.peak = max(s.peak, wanted)
	if d.now.Sub(s.low) < d.cooldown() {
		return false
	}
	s.low = time.Time{}
	return s.become(s.peak, d)
}

func (s *scale) become(n int, d demand) bool {
	s.before, s.n, s.at, s.why = s.n, n, d.now, d.why()
	return true
}

// sentence explains the last change: "standard: 4 → 9 runners: 23 pushes wait, …".
func (s *scale) sentence(flavour string) string {
	if s.at.IsZero() {
		return ""
	}
	return fmt.Sprintf("%s: %d → %s: %s", flavour, s.before, plural(s.n, [2]string{"runner", "runners"}), s.why)
}
