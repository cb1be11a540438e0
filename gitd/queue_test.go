package gitd_test

import (
	"context"
	"sync"
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
)

// queue is a scheduler with one runner, whose results the test defines. The events are stored, and watched as with the real
// scheduler.
type queue struct {
	store *store.Store
	clock *clock

	mu     sync.Mutex
	news   chan struct{} // closed at each change
	closed bool
	held   bool // jobs stay queued
	place  schema.Place
	stalls map[string]schema.Stall
	script func(j schema.Job) ([]schema.Event, schema.Result)
	step   chan struct{} // if set: received from before each event and the end
	wake   chan struct{}
	done   sync.WaitGroup
}

func newQueue(s *store.Store, c *clock) *queue {
	q := &queue{store: s, clock: c, news: make(chan struct{}), wake: make(chan struct{}, 1), script: everythingPasses}
	q.done.Go(q.run)
	return q
}

func (q *queue) close() {
	q.mu.Lock()
	if !q.closed {
		q.closed = true
		close(q.wake)
	}
	q.mu.Unlock()
	q.done.Wait()
}

func (q *queue) Wake() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return
	}
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// hold makes jobs stay queued, or lets them run.
func (q *queue) hold(held bool) {
	q.mu.Lock()
	q.held = held
	q.mu.Unlock()
	q.Wake()
}

// PoolStates implements classroom.Live: there are no pools.
func (q *queue) PoolStates(context.Context) ([]schema.PoolState, error) { return nil, nil }

// Control implements classroom.Live.
func (q *queue) Control(schema.PoolControl) {}

// RunnerStates implements classroom.Live.
func (q *queue) RunnerStates() []schema.RunnerState { return nil }

func (q *queue) play(script func(schema.Job) ([]schema.Event, schema.Result)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.script = script
}

func (q *queue) Place(int64) schema.Place {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.place
}

func (q *queue) Watch(ctx context.Context, job, after int64) (<-chan schema.Event, error) {
	out := make(chan schema.Event)
	go func() {
		defer close(out)
		for seq := after; ; {
			q.mu.Lock()
			news := q.news
			q.mu.Unlock()
			events, err := q.store.Events(ctx, job, seq, 100)
			if err != nil {
				return
			}
			for _, e := range events {
				select {
				case out <- e:
					seq = e.Seq
				case <-ctx.Done():
					return
				}
				if e.Kind == schema.EventEnded {
					return
				}
			}
			select {
			case <-news:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out, nil
}

func (q *queue) changed() {
	q.mu.Lock()
	defer q.mu.Unlock()
	close(q.news)
	q.news = make(chan struct{})
}

func (q *queue) run() {
	for range q.wake {
		for {
			q.mu.Lock()
			held, script, step := q.held || q.closed, q.script, q.step
			q.mu.Unlock()
			if held || !q.grade(script, step) {
				break
			}
		}
	}
}

// grade runs one job. It returns false if there is none.
func (q *queue) grade(script func(schema.Job) ([]schema.Event, schema.Result), step chan struct{}) bool {
	ctx := context.Background()
	job, err := q.store.Claim(ctx, "runner", "standard", q.clock.now(), time.Minute)
	if schema.CodeOf(err) == schema.CodeNotFound {
		job, err = q.store.Claim(ctx, "runner", "large", q.clock.now(), time.Minute)
	}
	if err != nil {
		return false
	}
	q.changed()
	events, r := script(job)
	for i, e := range events {
		if step != nil {
			<-step
		}
		if _, err := q.store.Append(ctx, job.ID, job.Attempt, i, []schema.Event{e}); err != nil {
			panic(err)
		}
		q.changed()
	}
	if step != nil {
		<-step
	}
	if _, err := q.store.Finish(ctx, job.ID, job.Attempt, r, q.clock.now()); err != nil {
		panic(err)
	}
	q.changed()
	return true
}

func everythingPasses(j schema.Job) ([]schema.Event, schema.Result) {
	two := schema.NewPoints(2, 1)
	test := schema.TestResult{Name: "greets", Test: "greets", Outcome: schema.OutcomePassed, Score: two, MaxScore: two, Visible: schema.VisibleAlways, Wall: 12 * time.Millisecond}
	return oneTest(j, test)
}

// oneTest returns the events and the result of a successful build and one test.
func oneTest(j schema.Job, test schema.TestResult) ([]schema.Event, schema.Result) {
	build := schema.BuildResult{Outcome: schema.OutcomePassed, Duration: 1200 * time.Millisecond}
	events := []schema.Event{
		{Kind: schema.EventStarted, Text: "standard runner, wall namespace"},
		{Kind: schema.EventBuild, Build: &build},
		{Kind: schema.EventTest, Test: &test},
	}
	r := schema.Result{Outcome: schema.OutcomeGraded, Blame: schema.BlameStudent, Score: test.Score, MaxScore: test.MaxScore, Build: &build, Tests: []schema.TestResult{test}}
	if j.Kind == schema.JobGate {
		r.Gate = &schema.GateResult{Passed: test.Score.Equal(test.MaxScore), Samples: []schema.GateSample{{Dir: "solution/", Expected: test.MaxScore, Actual: test.Score}}}
	}
	return events, r
}

func (q *queue) Stall(_ context.Context, flavour string) schema.Stall {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.stalls[flavour]
}

func (q *queue) setPlace(p schema.Place) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.place = p
}

// stepwise makes each event and each job end only after a receive from the channel.
func (q *queue) stepwise() chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.step = make(chan struct{})
	return q.step
}
