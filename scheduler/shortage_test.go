package scheduler_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

// fullAutograders runs nothing for lack of disk.
type fullAutograders struct{ err error }

func (f *fullAutograders) RunAutograder(context.Context, scheduler.AutograderJob) (schema.AutograderRun, error) {
	return schema.AutograderRun{}, f.err
}

// TestFullDiskCostsNoAttempt has Docker's disk be full for more attempts than a job has, before its grading and before its
// image is made. No job of the flavour starts for a while after each, and people read why.
func TestFullDiskCostsNoAttempt(t *testing.T) {
	t.Parallel()
	const told = "the disk of the graders is nearly full; this is our fault, not yours; you keep your place"
	for name, c := range map[string]struct {
		err       error
		imageOnly bool
	}{
		"grading":                   {err: scheduler.ErrLowSpace},
		"image":                     {err: scheduler.ErrLowSpace, imageOnly: true},
		"an error of the daemon's":  {err: fmt.Errorf("copy files: %w", scheduler.ErrLowSpace)},
		"with words for its reader": {err: schema.Wrapf(schema.CodeUnavailable, scheduler.ErrLowSpace, "full")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := newBundle(t).start(func(s *scheduler.Scheduler) { s.Autograders = &fullAutograders{c.err} })
				job := b.push("alice")
				for n := range schema.MaxAttempts + 2 {
					d, next := b.newDevice(), b.newDevice()
					o := d.claim()
					asked := schema.AutograderOrder{Attempt: o.Attempt, Dir: "ag/", ImageOnly: c.imageOnly}
					d.autograder(o, asked, "files").want(t, 409, "is queued again")
					if late := d.result(o, graded()); late.status/100 == 2 && b.job(job.ID).State != schema.StateQueued {
						t.Errorf("a late result ended the job: %+v", late)
					}
					if j := b.job(job.ID); j.State != schema.StateQueued || j.Reason != "the disk of the graders is nearly full" {
						t.Fatalf("attempt %d: %+v", n+1, j)
					}
					next.do("POST", "/claim?wait=0s", "").want(t, 204)
					time.Sleep(2 * time.Second) // a snapshot of the places is a second old
					if p := b.Place(job.ID); p.Stalled != told {
						t.Errorf("a student is told %q", p.Stalled)
					}
					if s := b.Stall(t.Context(), "standard"); !strings.Contains(s.Reason, "make room") {
						t.Errorf("staff are told %q", s.Reason)
					}
					waits := next.poll(t.Context(), 50*time.Second)
					if o, claimed := waits.order(); claimed {
						t.Errorf("claimed job %d at once", o.Job)
					}
					time.Sleep(29 * time.Second)
					o, claimed := waits.order()
					if !claimed || o.Job != job.ID {
						t.Fatal("not claimed after the pause")
					}
					if p := b.Place(job.ID); p.Stalled != "" {
						t.Errorf("after the pause, a student is told %q", p.Stalled)
					}
					next.autograder(o, schema.AutograderOrder{Attempt: o.Attempt, Dir: "ag/", ImageOnly: c.imageOnly}, "").want(t, 409)
					time.Sleep(31 * time.Second)
				}
				states, err := b.PoolStates(t.Context())
				check(t, err)
				if f := states[0].Failures; len(f) == 0 || f[0].Times != 2*(schema.MaxAttempts+2) {
					t.Errorf("failures for staff: %+v", f)
				}
			})
		})
	}
}

// TestAutograderThatFillsTheDiskFails has an autograder fill the disk alone at each attempt. It pauses nobody.
func TestAutograderThatFillsTheDiskFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBundle(t).start(func(s *scheduler.Scheduler) { s.Autograders = &fullAutograders{scheduler.ErrFillsDisk} })
		job := b.push("alice")
		for range schema.MaxAttempts {
			d := b.newDevice()
			o := d.claim()
			d.autograder(o, schema.AutograderOrder{Attempt: o.Attempt, Dir: "ag/"}, "").want(t, 409)
			synctest.Wait()
			if b.pool.has(d.id) {
				t.Error("the runner was not retired")
			}
		}
		if j := b.job(job.ID); j.State != schema.StateFailed || j.Reason != "its autograder needs more disk than the server has" {
			t.Errorf("job %+v", j)
		}
	})
}

// TestAutograderGetsItsJobsLane runs the autograders of a push and of a regrade.
func TestAutograderGetsItsJobsLane(t *testing.T) {
	t.Parallel()
	fake := &fakeAutograders{}
	b := newBundle(t).start(most(1), func(s *scheduler.Scheduler) { s.Autograders = fake })
	b.regradeSet("alice", 1)
	b.push("bob")
	for _, want := range []schema.Lane{schema.LaneInteractive, schema.LaneRegrade} {
		d := b.newDevice()
		o := d.claim()
		if o.Background != (want == schema.LaneRegrade) {
			t.Errorf("%v in the background: %v", want, o.Background)
		}
		d.autograder(o, schema.AutograderOrder{Attempt: o.Attempt, Dir: "ag/"}, "files").want(t, 200)
		if fake.job.Lane != want {
			t.Errorf("lane %v, want %v", fake.job.Lane, want)
		}
	}
}
