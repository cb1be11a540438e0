package web

import (
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// maxLines bounds the lines of a build that a live page keeps; the finished build
// has them head and tail.
const maxLines = 1000

// progress is what the events of a job say so far, as one viewer may see it.
type progress struct {
	Seq    int64 // of the last event taken in, seen or not
	Told   int64 // events that the viewer may see: what the browser counts, so that no gap tells of hidden ones
	State  schema.State
	Runner string // flavour and wall of who runs it
	Note   string // why it is back in the queue, or has no result
	Lines  []string
	Build  *schema.BuildResult
	Tests  []schema.TestResult
	Earned schema.Points // by the tests so far
}

// change says what an event did to a progress.
type change string

const (
	changeNothing change = ""       // not for this viewer
	changeStatus  change = "status" // only where it stands
	changeReset   change = "reset"  // what was shown is void
	changeLine    change = "line"
	changeBuild   change = "build"
	changeTest    change = "test"
	changeEnded   change = "ended"
)

// take takes in the next event, redacted for the viewer.
func (p *progress) take(e schema.Event, v course.Viewer) change {
	p.Seq = e.Seq
	seen, ok := course.RedactEvent(e, v)
	if !ok {
		return changeNothing
	}
	p.Told++
	switch seen.Kind {
	case schema.EventQueued:
		p.State = schema.StateQueued
	case schema.EventAssigned:
		p.State = schema.StateAssigned
	case schema.EventStarted:
		p.State, p.Runner, p.Note = schema.StateRunning, seen.Text, ""
	case schema.EventRequeued:
		*p = progress{Seq: e.Seq, Told: p.Told, State: schema.StateQueued, Note: seen.Text}
		return changeReset
	case schema.EventEnded:
		p.end(seen)
		return changeEnded
	default:
		return p.takeWork(seen)
	}
	return changeStatus
}

// takeWork takes in what a runner found.
func (p *progress) takeWork(e schema.Event) change {
	p.State = schema.StateRunning
	switch {
	case e.Kind == schema.EventLine && len(p.Lines) < maxLines:
		p.Lines = append(p.Lines, e.Text)
		return changeLine
	case e.Kind == schema.EventBuild && e.Build != nil:
		p.Build = e.Build
		return changeBuild
	case e.Kind == schema.EventTest && e.Test != nil:
		p.Tests = append(p.Tests, *e.Test)
		if e.Test.Visible != schema.VisibleNever {
			p.Earned = p.Earned.Add(e.Test.Score)
		}
		return changeTest
	}
	return changeNothing
}

func (p *progress) end(e schema.Event) {
	p.State, p.Note = e.State, e.Text
	if p.State == "" {
		p.State = schema.StateDone
	}
}
