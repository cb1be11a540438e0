package view

import "github.com/grader/grader/schema"

// Mark shows a status: a word, with a shape and a tone, so that no information depends on colour
// alone.
type Mark struct {
	Shape string // one of the shapes in templates/shared/mark.html
	Tone  string // good, part, bad, calm, busy or odd: a class of the style sheet
	Word  string
}

// MarkOf returns the mark of the outcome of a test or a build.
func MarkOf(o schema.Outcome) Mark {
	switch o {
	case schema.OutcomePassed:
		return Mark{"tick", "good", "Passed"}
	case schema.OutcomePartial:
		return Mark{"half", "part", "Partly right"}
	case schema.OutcomeFailed:
		return Mark{"cross", "bad", "Failed"}
	case schema.OutcomeTimeLimit:
		return Mark{"clock", "bad", "Too slow"}
	case schema.OutcomeMemoryLimit:
		return Mark{"bar", "bad", "Too much memory"}
	case schema.OutcomeOutputLimit:
		return Mark{"bar", "bad", "Too much output"}
	case schema.OutcomeDiskLimit:
		return Mark{"bar", "bad", "Too much on disk"}
	case schema.OutcomeCrashed:
		return Mark{"bolt", "bad", "Crashed"}
	case schema.OutcomeCompileError:
		return Mark{"cross", "bad", "Did not compile"}
	case schema.OutcomeMissing:
		return Mark{"ring", "bad", "Missing"}
	case schema.OutcomeNotRun:
		return Mark{"dash", "calm", "Not run"}
	}
	return Mark{"alert", "odd", "The tests failed"}
}

// MarkOfJob returns the mark of a job's state or, once the job is done, of its result.
func MarkOfJob(state schema.State, r *schema.Result) Mark {
	switch state {
	case schema.StateQueued:
		return Mark{"ring", "busy", "Waiting"}
	case schema.StateAssigned:
		return Mark{"spin", "busy", "Starting"}
	case schema.StateRunning:
		return Mark{"spin", "busy", "Running"}
	case schema.StateCancelled:
		return Mark{"dash", "calm", "Cancelled"}
	case schema.StateFailed:
		return Mark{"alert", "odd", "Our machines failed"}
	}
	if r == nil {
		return Mark{"dash", "calm", "Ended"}
	}
	return MarkOfResult(r)
}

// MarkOfResult returns the mark of a result.
func MarkOfResult(r *schema.Result) Mark {
	switch r.Outcome {
	case schema.OutcomeCompileError:
		return Mark{"cross", "bad", "Did not compile"}
	case schema.OutcomeGraderError:
		return Mark{"alert", "odd", "The tests failed, not you"}
	case schema.OutcomeInfrastructureError:
		return Mark{"alert", "odd", "Our machines failed"}
	}
	switch {
	case r.Score.Cmp(r.MaxScore) >= 0:
		return Mark{"tick", "good", "All passed"}
	case r.Score.Sign() > 0:
		return Mark{"half", "part", "Partly right"}
	}
	return Mark{"cross", "bad", "No points yet"}
}
