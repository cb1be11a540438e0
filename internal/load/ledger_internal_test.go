package load

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
)

var night = time.Date(2026, 9, 28, 23, 0, 0, 0, time.UTC)

func TestLedgerFindsLostAndDuplicatedJobs(t *testing.T) {
	t.Parallel()
	l := newLedger(4)
	l.claim(3, night, night.Add(time.Second)) // claimed before its push was recorded
	for n, job := range []int64{1, 2, 3} {
		l.record(pushed{N: n, Job: job, Student: n, At: night})
	}
	l.claim(1, night, night.Add(time.Second))
	l.claim(1, night, night.Add(2*time.Second))
	l.finish(1)
	l.finish(1)
	l.finish(3)
	jobs, lost, duplicated, again := l.counts()
	if got, want := [4]int{jobs, lost, duplicated, again}, [4]int{3, 2, 1, 1}; got != want {
		t.Errorf("jobs, lost, duplicated, again: %v, want %v: one job has no result, one push no job", got, want)
	}
	l.record(pushed{N: 3, Job: 4, Student: 3, At: night})
	l.finish(2)
	select {
	case <-l.settled:
		t.Error("settled is closed too early")
	default:
	}
	l.fail(1) // the fourth job failed after three lost runners, so it has ended and is not lost
	<-l.settled
	if _, lost, _, _ := l.counts(); lost != 0 {
		t.Errorf("%d lost", lost)
	}
}

func TestPushIsOvertakenByANewerOneOfItsOwner(t *testing.T) {
	t.Parallel()
	l := newLedger(4)
	at := func(seconds int) time.Time { return night.Add(time.Duration(seconds) * time.Second) }
	l.record(pushed{N: 0, Job: 1, At: at(0)})
	l.record(pushed{N: 1, Job: 2, At: at(5)}) // while the first one waits
	l.record(pushed{N: 2, Job: 3, At: at(30)})
	l.record(pushed{N: 3, Job: 4, At: at(6), Course: 1, Student: 9})
	for job, seconds := range map[int64]int{1: 20, 2: 10, 3: 31, 4: 8} {
		l.claim(job, at(4), at(seconds))
	}
	w := l.waits()
	slices.Sort(w.claims)
	if diff := cmp.Diff([]time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 16 * time.Second}, w.claims); diff != "" {
		t.Error(diff)
	}
	want := map[int][]time.Duration{0: {5 * time.Second, time.Second}, 1: {2 * time.Second}}
	if diff := cmp.Diff(want, w.courses); diff != "" || len(w.pushes) != 3 || len(w.overtaken) != 1 || w.overtaken[0] != 20*time.Second {
		t.Errorf("waits %+v\n%s", w, diff)
	}
}

func TestPushesFollowTheCurve(t *testing.T) {
	t.Parallel()
	p, err := Plan{Students: 50, Runners: 1, Jobs: 4000, Waiting: 100, Flood: 7, Crowded: 9, Over: time.Hour}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	all := p.pushes(rand.New(rand.NewPCG(1, 1)))
	early, last := 0, 0
	for i, push := range all {
		if i > 0 && push.at < all[i-1].at || push.at > time.Hour {
			t.Fatalf("push %d at %v", i, push.at)
		}
		if push.at < 0 {
			early++
		}
		if push.at > 50*time.Minute {
			last++
		}
	}
	if early != 116 || len(all) != 4016 {
		t.Errorf("%d of %d wait from the beginning", early, len(all))
	}
	if last < 1500 || last > 1750 { // 1 - e^-0.5 of the pushes, minus the ones at the start
		t.Errorf("%d pushes in the last ten minutes", last)
	}
}

func TestCostsCompareQueueLengths(t *testing.T) {
	t.Parallel()
	var samples []sample
	for done := 0; done <= 1100; done += 10 {
		cpu := time.Duration(done) * time.Millisecond
		if done > 800 {
			cpu += time.Duration(done-800) * time.Millisecond // jobs at the end cost twice as much
		}
		samples = append(samples, sample{report: planeReport{CPU: cpu, Jobs: map[schema.State]int{schema.StateDone: done, schema.StateQueued: 1100 - done}}})
	}
	want := []jobCost{{Waiting: 900, Jobs: 200, Micros: 1000}, {Waiting: 100, Jobs: 100, Micros: 2000}}
	if diff := cmp.Diff(want, costs(samples, 100)); diff != "" {
		t.Error(diff)
	}
	if got := costs(samples, 1050); got != nil {
		t.Errorf("of a queue of 50: %v", got)
	}
}
