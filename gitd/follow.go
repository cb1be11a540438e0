package gitd

import (
	"context"
	"errors"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/gitd/transcript"
	"github.com/grader/grader/schema"
)

const (
	firstPlace = 400 * time.Millisecond // a job that starts at once needs no line about waiting
	maxPause   = 5 * time.Second        // between two tries to watch a job
	lastTime   = 10 * time.Second       // to look up what a gate decided
)

// sink receives lines: the side-band of a push, or an ordinary stream.
type sink interface {
	// Lines writes lines that are safe for a terminal.
	Lines(lines []string) error
	// Keepalive sends a message that the person does not see.
	Keepalive() error
}

// viewing holds how a person watches a job.
type viewing struct {
	out      sink
	colour   bool
	verbose  bool // every case has a line of its own
	exitCode bool
	wait     bool // false: only say what was recorded
	again    bool // pushing again shows these lines again; otherwise the command watch does
}

// follower shows the jobs of pushes and of the commands that watch them, live.
type follower struct {
	*services
	starters *starters
}

// follow shows a recorded push from its first line to its verdict and returns the exit status.
// Large values are passed by pointer, here and in the callers, because every waiting session keeps
// these frames on its stack.
func (s *follower) follow(ctx context.Context, v viewing, is *recorded, t *target) int {
	if is.version.ID != 0 {
		return s.followGate(ctx, v, &is.version, t)
	}
	access := s.access(ctx, t, is.submission.Name.Owner)
	lines := transcript.New(access, transcript.Options{Colour: v.colour, Verbose: v.verbose})
	head := append(s.head(ctx, &is.submission, t), s.starterLines(ctx, &is.submission, t)...)
	foot := s.foot(&is.submission)
	if kept := is.submission.Kept && is.job.State == schema.StateCancelled; kept || !v.wait {
		_ = v.out.Lines(append(head, foot...)) // a client that is gone can read it on the page
		if kept && v.exitCode {
			return 1
		}
		return 0
	}
	last, ok := s.stream(ctx, v, append(head, transcript.Waiting(is.job.State, v.again)...), is.job.ID, lines)
	if !ok && v.again && !v.exitCode {
		return 0 // the push is recorded: git must not say that it failed
	}
	if !ok {
		return 1
	}
	_ = v.out.Lines(foot)
	if v.exitCode && !passed(last, access) {
		return 1
	}
	return 0
}

// access returns what the target's person may see of an owner's work. If it cannot be read, it
// returns what is always visible.
func (s *services) access(ctx context.Context, t *target, owner string) course.Access {
	a, err := s.Classroom.Work.Access(ctx, t.viewer, t.assignment.ID, owner)
	if err != nil {
		s.logInternal("read access", err)
		return course.OwnedBy(t.viewer, owner)
	}
	return a
}

// passed reports whether a push passed every test and earned all points that the viewer may see.
func passed(last *schema.Event, a course.Access) bool {
	if last.State != schema.StateDone || last.Result == nil || last.Result.Outcome != schema.OutcomeGraded {
		return false
	}
	shown, _ := course.Redact(*last.Result, a)
	for _, t := range shown.Tests {
		if t.Outcome != schema.OutcomePassed && !t.Unpinned {
			return false
		}
	}
	return shown.Score.Cmp(shown.MaxScore) >= 0
}

// stream writes a job's lines until the job ends. It returns false if the session ended before.
func (s *follower) stream(ctx context.Context, v viewing, first []string, job int64, lines *transcript.Transcript) (*schema.Event, bool) {
	if v.out.Lines(first) != nil {
		return nil, false
	}
	return s.waitFor(ctx, watching{server: s.services, view: v, job: job, lines: lines})
}

// waitFor returns the event that ends a job. It returns false, and tells the person why, if the
// session ended before.
func (s *follower) waitFor(ctx context.Context, w watching) (*schema.Event, bool) {
	v := w.view
	last, err := w.run(ctx)
	switch {
	case err == nil:
		return last, true
	case errors.Is(err, errStopping):
		_ = v.out.Lines(transcript.Stopping(v.again))
	case errors.Is(err, errTooLong):
		_ = v.out.Lines([]string{"This session has been open too long; the grading goes on."})
	default:
		if why, ok := revokedFor(err); ok {
			_ = v.out.Lines([]string{why + "; the grading goes on."})
		}
	}
	return nil, false
}

// watching is one session's wait for one job. It costs a channel and a timer.
type watching struct {
	server *services
	view   viewing
	job    int64
	lines  *transcript.Transcript // nil: the job's lines are not shown

	seq     int64 // of the last event seen
	waits   bool  // the job is queued
	place   schema.Place
	placed  bool // a place was shown
	written time.Time
}

// run returns the event that ends the job. If the stream breaks off, because the reader was too
// slow or the scheduler restarted, run resumes it after the last event seen.
func (w *watching) run(ctx context.Context) (*schema.Event, error) {
	w.written = time.Now()
	tick := time.NewTimer(firstPlace)
	defer tick.Stop()
	for pause := 10 * time.Millisecond; ; pause = min(2*pause, maxPause) {
		inner, cancel := context.WithCancel(ctx)
		events, err := w.server.Queue.Watch(inner, w.job, w.seq)
		if err == nil {
			before := w.seq
			last, err := w.drain(ctx, events, tick)
			if err != nil || last != nil {
				cancel()
				return last, err
			}
			if w.seq > before {
				pause = 10 * time.Millisecond
			}
		} else {
			w.server.Logger.Warn("watch a job", "job", w.job, "error", err)
		}
		cancel()
		again := time.NewTimer(pause)
		select {
		case <-again.C:
		case <-ctx.Done():
			again.Stop()
			return nil, context.Cause(ctx)
		}
	}
}

// drain shows events until the job ends, or until the channel closes, in which case it returns nil.
func (w *watching) drain(ctx context.Context, events <-chan schema.Event, tick *time.Timer) (*schema.Event, error) {
	for {
		select {
		case e, ok := <-events:
			if !ok {
				return nil, context.Cause(ctx)
			}
			if err := w.show(&e); err != nil {
				return nil, errGone
			}
			if e.Kind == schema.EventEnded {
				return &e, nil
			}
		case <-tick.C:
			if err := w.tick(); err != nil {
				return nil, errGone
			}
			tick.Reset(w.server.Limits.Place)
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

func (w *watching) show(e *schema.Event) error {
	w.seq = e.Seq
	switch e.Kind {
	case schema.EventQueued, schema.EventRequeued:
		w.waits, w.placed = true, false
	default:
		w.waits = false
	}
	if w.lines == nil {
		return nil
	}
	return w.write(w.lines.Event(*e))
}

// tick shows the place of a waiting job if the place has changed. Otherwise it keeps the connection
// alive.
func (w *watching) tick() error {
	if w.waits {
		place := w.server.Queue.Place(w.job)
		// If a job's lines are not shown, the person is only told that the job cannot start.
		shown := w.lines != nil || place.Stalled != ""
		if shown && (!w.placed || place.Ahead != w.place.Ahead || place.Stalled != w.place.Stalled) {
			w.place, w.placed = place, true
			return w.write(transcript.Place(place))
		}
	}
	if time.Since(w.written) < w.server.Limits.Keepalive {
		return nil
	}
	w.written = time.Now()
	return w.view.out.Keepalive()
}

func (w *watching) write(lines []string) error {
	if len(lines) == 0 {
		return nil
	}
	w.written = time.Now()
	return w.view.out.Lines(lines)
}
