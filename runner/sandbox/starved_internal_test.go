package sandbox

import (
	"testing"
	"time"
)

// seen is one check of a step: its time, the processor time used so far, and whether a thread was
// ready.
type seen struct {
	at, cpu time.Duration
	ready   bool
}

// each10 returns checks every 10 ms for the span, with cpu used before each. ready says whether a
// thread is ready at the n-th check.
func each10(span, cpu time.Duration, ready func(n int) bool) []seen {
	var looks []seen
	for n := 0; time.Duration(n)*10*time.Millisecond <= span; n++ {
		looks = append(looks, seen{time.Duration(n) * 10 * time.Millisecond, time.Duration(n) * cpu, ready(n)})
	}
	return looks
}

func TestStarvationIsMeasuredForTheWholeStep(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	always, never := func(int) bool { return true }, func(int) bool { return false }
	for name, c := range map[string]struct {
		looks []seen
		want  time.Duration
	}{
		"no look":                             {nil, 0},
		"one look":                            {[]seen{{5 * ms, 3 * ms, true}}, 0},
		"a thread that gets no processor":     {each10(time.Second, 0, always), time.Second},
		"threads that wait in turn":           {each10(4*time.Second, 1500*time.Microsecond, always), 3400 * ms},
		"a thread that runs all the time":     {each10(time.Second, 10*ms, always), 0},
		"threads that keep each other":        {each10(time.Second, 10*ms, always), 0},
		"two processors in parallel":          {each10(time.Second, 20*ms, always), 0},
		"a sleeper":                           {each10(10*time.Second, 0, never), 0},
		"a sleeper with a clock of its own":   {each10(10*time.Second, 0, func(n int) bool { return n%10 == 0 }), time.Second},
		"a sleeper that works in between":     {each10(time.Second, 5*ms, never), 0},
		"looks that came late":                {[]seen{{0, 0, true}, {500 * ms, 50 * ms, true}, {2 * time.Second, 60 * ms, true}}, 1940 * ms},
		"ready at one end of a long gap":      {[]seen{{0, 0, false}, {500 * ms, 100 * ms, true}}, 200 * ms},
		"a counter that falls":                {[]seen{{0, 90 * ms, true}, {100 * ms, 50 * ms, true}, {200 * ms, 150 * ms, true}}, 100 * ms},
		"a clock that stands":                 {[]seen{{10 * ms, 0, true}, {10 * ms, 5 * ms, true}}, 0},
		"processes that end, and others come": {[]seen{{0, 0, true}, {30 * ms, 10 * ms, true}, {60 * ms, 20 * ms, false}, {90 * ms, 20 * ms, false}}, 30 * ms},
	} {
		var s starvation
		start := time.Now()
		for _, l := range c.looks {
			s.look(start.Add(l.at), l.cpu, l.ready)
		}
		if s.sum != c.want {
			t.Errorf("%s: %v, want %v", name, s.sum, c.want)
		}
	}
}

// TestStarvedStepEnds checks that the extra time of a step is bounded, however long the step waits.
func TestStarvedStepEnds(t *testing.T) {
	t.Parallel()
	for limit, most := range map[time.Duration]time.Duration{4 * time.Second: 36 * time.Second, 0: 9 * capWall} {
		p := &Process{step: Step{Limits: Limits{Wall: limit}}, starved: starvation{sum: 1000 * time.Hour}}
		if got := p.extra(); got != most {
			t.Errorf("limit %v: %v longer, want %v", limit, got, most)
		}
	}
}
