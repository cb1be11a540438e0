package scheduler

import (
	"testing"
	"time"

	"github.com/grader/grader/schema"
)

var night = time.Date(2026, 9, 28, 23, 0, 0, 0, time.UTC)

// asked returns a demand of a flavour with 4 to 40 runners whose jobs take six seconds.
func asked(change func(*demand)) demand {
	d := demand{flavour: schema.Flavour{Warm: 4, Max: 40}, typical: 6 * time.Second, sample: 200, now: night}
	if change != nil {
		change(&d)
	}
	return d
}

// due returns an assignment that is due after that many minutes with that many students.
func due(minutes, students int) []schema.DueDate {
	return []schema.DueDate{{Name: "COMP2402 A1", At: night.Add(time.Duration(minutes) * time.Minute), Students: students}}
}

func TestRunnersFollowTheDemand(t *testing.T) {
	t.Parallel()
	lanes := func(push, gate, overtaken, regrade int) func(*demand) {
		return func(d *demand) { d.waiting = [schema.Lanes]int{push, gate, overtaken, regrade} }
	}
	cases := map[string]struct {
		change func(*demand)
		want   int
		why    string
	}{
		"nothing waits":                          {nil, 4, "nothing waits, a job takes 6 s (median of 200)"},
		"each push that waits asks for a runner": {lanes(23, 0, 0, 0), 23, "23 pushes wait, a job takes 6 s (median of 200)"},
		"short jobs share runners":               {func(d *demand) { d.waiting[0], d.typical = 20, 0 }, 10, "20 pushes wait, a job takes 0 ms (median of 200)"},
		"overtaken pushes may wait a minute":     {lanes(0, 0, 60, 0), 7, "60 overtaken pushes wait, a job takes 6 s (median of 200)"},
		"regrades may wait ten":                  {lanes(0, 0, 0, 600), 8, "600 regrades wait, a job takes 6 s (median of 200)"},
		"a regrade leaves a runner free": {func(d *demand) { d.flavour.Warm, d.waiting[3] = 0, 1 }, 2,
			"1 regrade waits, a job takes 6 s (median of 200)"},
		"a running regrade leaves one too": {func(d *demand) { d.flavour.Warm, d.busy, d.waiting[3] = 1, 1, 5 }, 3,
			"5 regrades wait, 1 is busy, a job takes 6 s (median of 200)"},
		"a gate and a push":  {lanes(1, 1, 0, 0), 4, "1 push waits, 1 gate waits, a job takes 6 s (median of 200)"},
		"the busy ones stay": {func(d *demand) { d.busy, d.waiting[0] = 10, 8 }, 18, "8 pushes wait, 10 are busy, a job takes 6 s (median of 200)"},
		"never more than the most": {func(d *demand) { d.busy, d.waiting[0] = 30, 500 }, 40,
			"500 pushes wait, 30 are busy, a job takes 6 s (median of 200), 40 is the most that the configuration allows"},
		"nothing was measured": {func(d *demand) { d.sample, d.waiting[2] = 0, 60 }, 11, "60 overtaken pushes wait"},
		"a due date comes":     {func(d *demand) { d.due = due(20, 130) }, 4, "nothing waits, a job takes 6 s (median of 200)"},
		"many students, soon": {func(d *demand) { d.due = due(10, 1300) }, 21,
			"nothing waits, a job takes 6 s (median of 200), COMP2402 A1 is due in 10 min with 1300 students"},
		"it is over":           {func(d *demand) { d.due = due(-1, 1300) }, 4, "nothing waits, a job takes 6 s (median of 200)"},
		"it is far off":        {func(d *demand) { d.due = due(60*24, 1300) }, 4, "nothing waits, a job takes 6 s (median of 200)"},
		"two at the same time": {func(d *demand) { d.due = append(due(10, 650), due(10, 650)...) }, 21, "nothing waits, a job takes 6 s (median of 200), COMP2402 A1 is due in 10 min with 650 students"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := asked(c.change)
			if got, why := d.runners(), d.why(); got != c.want || why != c.why {
				t.Errorf("%d runners: %q\nwant %d: %q", got, why, c.want, c.why)
			}
		})
	}
}

// TestRunnersGrowTowardsADueDate checks that a nearer due date never needs fewer runners.
func TestRunnersGrowTowardsADueDate(t *testing.T) {
	t.Parallel()
	last := 0
	for minutes := 170; minutes > 0; minutes-- {
		n := asked(func(d *demand) { d.due = due(minutes, 1300) }).runners()
		if n < last {
			t.Errorf("%d minutes before: %d runners, a minute earlier %d", minutes, n, last)
		}
		last = n
	}
	if last <= 4 {
		t.Errorf("a minute before: %d runners", last)
	}
}

func TestScaleRisesAtOnceAndFallsAfterCooldown(t *testing.T) {
	t.Parallel()
	var s scale
	steps := []struct {
		after   time.Duration
		waiting int
		want    int
		changed bool
	}{
		{0, 0, 4, true},
		{0, 9, 9, true},
		{time.Second, 0, 9, false},                 // fewer suffice from now on
		{30 * time.Second, 7, 9, false},            // most of them are needed, for a moment
		{40 * time.Second, 0, 7, true},             // the highest demand within the cooldown
		{time.Second, 0, 7, false},                 // and again
		{30 * time.Second, 8, 8, true},             // rises immediately, which ends the cooldown
		{31 * time.Second, 0, 8, false},            // the cooldown starts again
		{59 * time.Second, 0, 8, false},            //
		{time.Second, 0, 4, true},                  //
		{time.Hour, 30, 30, true},                  //
		{time.Second, 31, 33, true},                // rises by at least a tenth, not one by one
		{time.Second, 300, 40, true},               // never above the maximum
		{time.Second, 400, 40, false},              //
		{10 * time.Minute, 0, 40, false},           // the cooldown begins when the lower demand is first seen
		{cooldown - time.Nanosecond, 0, 40, false}, //
		{time.Nanosecond, 0, 4, true},              //
	}
	d := asked(nil)
	for i, step := range steps {
		d.now, d.waiting[0] = d.now.Add(step.after), step.waiting
		if changed := s.follow(d); s.n != step.want || changed != step.changed {
			t.Errorf("step %d: %d runners, changed %v; want %d, %v", i, s.n, changed, step.want, step.changed)
		}
	}
	if got, want := s.sentence("standard"), "standard: 40 → 4 runners: nothing waits, a job takes 6 s (median of 200)"; got != want {
		t.Errorf("explained %q, want %q", got, want)
	}
}
