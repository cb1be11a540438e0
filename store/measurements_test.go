package store

import (
	"testing"
	"time"

	"github.com/grader/grader/schema"
)

// TestMeasurementsAreThinned measures for 130 minutes, with a finished push every 13 minutes, and then a day, a month
// and a term later. Minutes are merged into tens of minutes, these into hours, and hours are deleted. The sums of
// verdicts and pushes do not change before the deletion.
func TestMeasurementsAreThinned(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	begin := b.tick().Truncate(24 * time.Hour).Add(24 * time.Hour)
	measure := func(now time.Time, waiting int) {
		t.Helper()
		check(t, b.Measure(t.Context(), now, []schema.Measurement{{Flavour: "standard", Waiting: waiting, Busy: 1, Max: 4}}))
	}
	spans := func() map[time.Duration]int {
		n := map[time.Duration]int{}
		for _, m := range ok(b.Measurements(t.Context(), begin.Add(-time.Hour)))(t) {
			n[m.Span]++
		}
		return n
	}
	ended := func() (verdicts, pushes int) {
		for _, m := range ok(b.Measurements(t.Context(), begin.Add(-time.Hour)))(t) {
			verdicts, pushes = verdicts+m.Verdicts, pushes+m.Pushes
		}
		return verdicts, pushes
	}
	kept := func() {
		t.Helper()
		if verdicts, pushes := ended(); verdicts != 10 || pushes != 10 {
			t.Errorf("%d verdicts and %d pushes, want 10 of both", verdicts, pushes)
		}
	}
	for i := range 130 {
		now := begin.Add(time.Duration(i+1) * time.Minute)
		if i%13 == 0 {
			b.pass(now.Add(-30 * time.Second).Sub(b.tick()))
			b.push("alice")
			j := b.claim("standard")
			ok(b.Append(t.Context(), j.ID, j.Attempt, 0, []schema.Event{{Kind: schema.EventStarted}}))(t)
			b.finish(j, 1)
		}
		measure(now, i)
	}
	measure(begin.Add(130*time.Minute+30*time.Second), 7) // a second call within the minute replaces the first
	equal(t, spans(), map[time.Duration]int{time.Minute: 130})
	kept()
	measure(begin.Add(25*time.Hour), 5)
	equal(t, spans(), map[time.Duration]int{time.Minute: 71, 10 * time.Minute: 6})
	kept()
	all := ok(b.Measurements(t.Context(), begin))(t)
	equal(t, all[0], schema.Measurement{Flavour: "standard", At: all[0].At, Span: 10 * time.Minute, Waiting: 9, Verdicts: 1, Pushes: 1,
		Wait50: all[0].Wait50, Wait95: all[0].Wait50, Busy: 1, Max: 4})
	if !all[0].At.Equal(begin) || all[1].Waiting != 19 {
		t.Errorf("the first rows: %+v", all[:2])
	}
	measure(begin.Add(33*24*time.Hour), 5)
	equal(t, spans(), map[time.Duration]int{time.Minute: 1, time.Hour: 4})
	kept()
	measure(begin.Add(300*24*time.Hour), 5)
	equal(t, spans(), map[time.Duration]int{time.Minute: 1})
}

// TestMeasureCountsEndedJobs checks the verdicts and waiting times of one minute.
func TestMeasureCountsEndedJobs(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	begin := b.tick().Truncate(time.Minute).Add(time.Minute)
	b.pass(begin.Sub(b.tick()))
	for _, wait := range []time.Duration{time.Second, 3 * time.Second, 8 * time.Second} {
		b.push("alice")
		b.pass(wait)
		j := b.claim("standard")
		ok(b.Append(t.Context(), j.ID, j.Attempt, 0, []schema.Event{{Kind: schema.EventStarted}}))(t)
		b.finish(j, 1)
	}
	now := begin.Add(time.Minute)
	check(t, b.Measure(t.Context(), now, []schema.Measurement{{Flavour: "standard", Max: 1}, {Flavour: "large", Max: 1}}))
	all := ok(b.Measurements(t.Context(), now.Add(-time.Minute)))(t)
	equal(t, len(all), 2)
	equal(t, []any{all[0].Flavour, all[0].Verdicts, all[0].Utilisation()}, []any{"large", 0, 0.0})
	m := all[1]
	equal(t, []any{m.Verdicts, m.Pushes, m.Wait50.Round(time.Second), m.Wait95.Round(time.Second)}, []any{3, 3, 3 * time.Second, 8 * time.Second})
}
