package view

import (
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// MaxLines bounds the lines of a build that a live page keeps; the finished build
// has them head and tail.
const MaxLines = 1000

// Progress is what the events of a job say so far, as one viewer may see it.
type Progress struct {
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

// Change says what an event did to a progress.
type Change string

// The changes of a progress.
const (
	ChangeNothing Change = ""       // not for this viewer
	ChangeStatus  Change = "status" // only where it stands
	ChangeReset   Change = "reset"  // what was shown is void
	ChangeLine    Change = "line"
	ChangeBuild   Change = "build"
	ChangeTest    Change = "test"
	ChangeEnded   Change = "ended"
)

// Take takes in the next event, redacted for the viewer.
func (p *Progress) Take(e schema.Event, a course.Access) Change {
	p.Seq = e.Seq
	seen, ok := course.RedactEvent(e, a)
	if !ok {
		return ChangeNothing
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
		*p = Progress{Seq: e.Seq, Told: p.Told, State: schema.StateQueued, Note: seen.Text}
		return ChangeReset
	case schema.EventEnded:
		p.end(seen)
		return ChangeEnded
	default:
		return p.takeWork(seen)
	}
	return ChangeStatus
}

// takeWork takes in what a runner found.
func (p *Progress) takeWork(e schema.Event) Change {
	p.State = schema.StateRunning
	switch {
	case e.Kind == schema.EventLine && len(p.Lines) < MaxLines:
		p.Lines = append(p.Lines, e.Text)
		return ChangeLine
	case e.Kind == schema.EventBuild && e.Build != nil:
		p.Build = e.Build
		return ChangeBuild
	case e.Kind == schema.EventTest && e.Test != nil:
		p.Tests = append(p.Tests, *e.Test)
		if e.Test.Visible != schema.VisibleNever {
			p.Earned = p.Earned.Add(e.Test.Score)
		}
		return ChangeTest
	}
	return ChangeNothing
}

func (p *Progress) end(e schema.Event) {
	p.State, p.Note = e.State, e.Text
	if p.State == "" {
		p.State = schema.StateDone
	}
}
