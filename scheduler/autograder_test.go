package scheduler_test

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

// fakeAutograders records the last job and returns a fixed answer.
type fakeAutograders struct {
	job        scheduler.AutograderJob
	tests      string
	submission string
	err        error
}

func (f *fakeAutograders) RunAutograder(ctx context.Context, job scheduler.AutograderJob) (schema.AutograderRun, error) {
	f.job = job
	for into, open := range map[*string]func() (io.Reader, error){
		&f.submission: func() (io.Reader, error) { return job.Submission, nil },
		&f.tests:      func() (io.Reader, error) { return job.Package(ctx) },
	} {
		from, err := open()
		if err != nil {
			return schema.AutograderRun{}, err
		}
		text, err := io.ReadAll(from)
		if err != nil {
			return schema.AutograderRun{}, err
		}
		*into = string(text)
	}
	return schema.AutograderRun{Results: []byte("{}")}, f.err
}

func (d *device) autograder(o schema.Order, asked schema.AutograderOrder, files string) answer {
	d.b.t.Helper()
	return d.do("POST", fmt.Sprintf("/jobs/%d/autograder?order=%s", o.Job, url.QueryEscape(encode(d.b.t, asked))), files)
}

func TestAutogradersRunForTheirJob(t *testing.T) {
	t.Parallel()
	fake := &fakeAutograders{}
	b := newBundle(t).start(func(s *scheduler.Scheduler) { s.Autograders = fake })
	d, other := b.newDevice(), b.newDevice()
	b.push("alice")
	o := d.claim()
	asked := schema.AutograderOrder{Attempt: o.Attempt, Dir: "ag/", Limits: schema.StepLimits{Memory: 1 << 20}}
	d.autograder(o, asked, "files").want(t, 200, `"results":"e30="`)
	if fake.submission != "files" || !strings.Contains(fake.tests, "commit "+o.Tests.Commit) || fake.job.Dir != "ag/" || fake.job.Limits.Memory != 1<<20 || fake.job.Flavour.Name != "standard" || fake.job.Tests != o.Tests {
		t.Errorf("%+v", fake)
	}
	other.autograder(o, asked, "").want(t, 403)
	stale := asked
	stale.Attempt++
	d.autograder(o, stale, "").want(t, 409)
	d.do("POST", fmt.Sprintf("/jobs/%d/autograder?order=x", o.Job), "").want(t, 400, "order")
	for _, dir := range []string{"", "/", "./", "../", "ag", "/ag/", "ag/../", "ag//"} {
		bad := asked
		bad.Dir = dir
		d.autograder(o, bad, "").want(t, 400, "is not a directory of the tests repository")
	}
	without := asked
	without.Without = []string{"ag/solution", "other"}
	d.autograder(o, without, "").want(t, 400, `\"other\" is not a file of ag/`)
	fake.err = schema.Errorf(schema.CodeUnavailable, "the Docker daemon does not answer")
	d.autograder(o, asked, "").want(t, 503, "the Docker daemon does not answer")
	d.result(o, graded()).want(t, 204)
	fake.err = nil
	if a := d.autograder(o, asked, ""); a.status/100 == 2 {
		t.Errorf("after the end: %+v", a)
	}
}

func TestNoAutograders(t *testing.T) {
	t.Parallel()
	b := newBundle(t).start()
	d := b.newDevice()
	b.push("alice")
	o := d.claim()
	d.autograder(o, schema.AutograderOrder{Attempt: o.Attempt}, "").want(t, 200, "setup: true needs a flavour whose pool is docker")
}

// TestAutograderLimitsAreTheFlavours sends limits that an honest runner would not send.
func TestAutograderLimitsAreTheFlavours(t *testing.T) {
	t.Parallel()
	fake := &fakeAutograders{}
	b := newBundle(t).start(func(s *scheduler.Scheduler) {
		s.Autograders = fake
		f := s.Flavours["standard"]
		f.Memory, f.Scratch, f.Processes = 100, 200, 300
		s.Flavours["standard"] = f
	})
	d := b.newDevice()
	b.push("alice")
	o := d.claim()
	most := schema.StepLimits{CPU: 24 * time.Hour, Wall: 24 * time.Hour, Memory: 100, Processes: 300, Disk: 200}
	for asked, want := range map[schema.StepLimits]schema.StepLimits{
		{}: most,
		{CPU: 1000 * time.Hour, Wall: 1000 * time.Hour, Memory: 1 << 40, Processes: 1 << 20, Disk: 1 << 40}: most,
		{CPU: -1, Wall: -1, Memory: -1, Processes: -1, Disk: -1}:                                            most,
		{CPU: 1, Wall: 2, Memory: 3, Processes: 4, Disk: 5}:                                                 {CPU: 1, Wall: 2, Memory: 3, Processes: 4, Disk: 5},
	} {
		d.autograder(o, schema.AutograderOrder{Attempt: o.Attempt, Dir: "ag/", Limits: asked}, "").want(t, 200)
		if fake.job.Limits != want {
			t.Errorf("asked %+v, got %+v, want %+v", asked, fake.job.Limits, want)
		}
	}
}

// blockingAutograders runs until it is released.
type blockingAutograders struct{ begun, release chan struct{} }

func (f *blockingAutograders) RunAutograder(context.Context, scheduler.AutograderJob) (schema.AutograderRun, error) {
	f.begun <- struct{}{}
	<-f.release
	return schema.AutograderRun{}, nil
}

func TestRunnerHasOneAutograderAtATime(t *testing.T) {
	t.Parallel()
	fake := &blockingAutograders{begun: make(chan struct{}), release: make(chan struct{})}
	b := newBundle(t).start(func(s *scheduler.Scheduler) { s.Autograders = fake })
	d := b.newDevice()
	b.push("alice")
	o := d.claim()
	asked := schema.AutograderOrder{Attempt: o.Attempt, Dir: "ag/"}
	first := make(chan answer)
	go func() { first <- d.autograder(o, asked, "") }()
	<-fake.begun
	d.autograder(o, asked, "").want(t, 503, "has not ended yet")
	close(fake.release)
	(<-first).want(t, 200)
}

// TestStopEndsAutograders stops the scheduler while an autograder runs that ends only with its context.
func TestStopEndsAutograders(t *testing.T) {
	t.Parallel()
	fake := &endlessAutograders{begun: make(chan struct{})}
	b := newBundle(t).start(func(s *scheduler.Scheduler) { s.Autograders = fake })
	d := b.newDevice()
	b.push("alice")
	o := d.claim()
	asked := make(chan answer)
	go func() { asked <- d.autograder(o, schema.AutograderOrder{Attempt: o.Attempt, Dir: "ag/"}, "") }()
	<-fake.begun
	check(t, b.Stop(context.WithoutCancel(t.Context())))
	(<-asked).want(t, 503, "")
}

// endlessAutograders runs until its context ends.
type endlessAutograders struct{ begun chan struct{} }

func (f *endlessAutograders) RunAutograder(ctx context.Context, _ scheduler.AutograderJob) (schema.AutograderRun, error) {
	close(f.begun)
	<-ctx.Done()
	return schema.AutograderRun{}, schema.Errorf(schema.CodeUnavailable, "stopped")
}
