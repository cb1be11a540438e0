package web

import "github.com/grader/grader/schema"

// mark is how a status is shown: always a word, and a shape and a tone beside it,
// so that colour alone says nothing.
type mark struct {
	Shape string // closed set of templates/shared/mark.html
	Tone  string // good, part, bad, calm, busy, odd: a class of the style
	Word  string
}

// markOf shows the outcome of a test or a build.
func markOf(o schema.Outcome) mark {
	switch o {
	case schema.OutcomePassed:
		return mark{"tick", "good", "Passed"}
	case schema.OutcomePartial:
		return mark{"half", "part", "Partly right"}
	case schema.OutcomeFailed:
		return mark{"cross", "bad", "Failed"}
	case schema.OutcomeTimeLimit:
		return mark{"clock", "bad", "Too slow"}
	case schema.OutcomeMemoryLimit:
		return mark{"bar", "bad", "Too much memory"}
	case schema.OutcomeOutputLimit:
		return mark{"bar", "bad", "Too much output"}
	case schema.OutcomeDiskLimit:
		return mark{"bar", "bad", "Too much on disk"}
	case schema.OutcomeCrashed:
		return mark{"bolt", "bad", "Crashed"}
	case schema.OutcomeCompileError:
		return mark{"cross", "bad", "Did not compile"}
	case schema.OutcomeMissing:
		return mark{"ring", "bad", "Missing"}
	case schema.OutcomeNotRun:
		return mark{"dash", "calm", "Not run"}
	}
	return mark{"alert", "odd", "The tests failed"}
}

// markOfJob shows where a job stands and, once it has ended, what came of it.
func markOfJob(state schema.State, r *schema.Result) mark {
	switch state {
	case schema.StateQueued:
		return mark{"ring", "busy", "Waiting"}
	case schema.StateAssigned:
		return mark{"spin", "busy", "Starting"}
	case schema.StateRunning:
		return mark{"spin", "busy", "Running"}
	case schema.StateCancelled:
		return mark{"dash", "calm", "Cancelled"}
	case schema.StateFailed:
		return mark{"alert", "odd", "Our machines failed"}
	}
	if r == nil {
		return mark{"dash", "calm", "Ended"}
	}
	return markOfResult(r)
}

func markOfResult(r *schema.Result) mark {
	switch r.Outcome {
	case schema.OutcomeCompileError:
		return mark{"cross", "bad", "Did not compile"}
	case schema.OutcomeGraderError:
		return mark{"alert", "odd", "The tests failed, not you"}
	}
	switch {
	case r.Score.Cmp(r.MaxScore) >= 0:
		return mark{"tick", "good", "All passed"}
	case r.Score.Sign() > 0:
		return mark{"half", "part", "Partly right"}
	}
	return mark{"cross", "bad", "No points yet"}
}
