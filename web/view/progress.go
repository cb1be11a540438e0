package view

import (
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// MaxLines bounds the lines of a build that a live page keeps. The finished build has the first and
// the last ones.
const MaxLines = 1000

// Progress is the state of a job according to its events, as one viewer may see it.
type Progress struct {
	Seq    int64 // of the last applied event, visible or not
	Told   int64 // events that the viewer may see; the browser counts only these, so that gaps do not reveal hidden ones
	State  schema.State
	Runner string // flavour and wall of the runner
	Note   string // why the job is queued again, or has no result
	Lines  []string
	Build  *schema.BuildResult
	Tests  []schema.TestResult
	Earned schema.Points // by the counted tests so far
}

// Change is the kind of change that an event makes to a Progress.
type Change string

// Changes of a Progress.
const (
	ChangeNothing Change = ""       // nothing that this viewer may see
	ChangeStatus  Change = "status" // only the state
	ChangeReset   Change = "reset"  // what was shown is no longer valid
	ChangeLine    Change = "line"
	ChangeBuild   Change = "build"
	ChangeTest    Change = "test"
	ChangeEnded   Change = "ended"
)

// Take applies the next event, redacted for the viewer, and returns the change.
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

// takeWork applies an event with a result of the runner.
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
