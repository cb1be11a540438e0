package view

import (
	"fmt"
	"strings"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// Words describes the state of a job that has not ended.
func (p *Progress) Words(place schema.Place) string {
	switch p.State {
	case schema.StateQueued:
		return p.waitingWords(place)
	case schema.StateAssigned:
		return "A fresh runner is starting."
	}
	if p.Build == nil && len(p.Tests) == 0 {
		return "Building on a fresh runner."
	}
	return "Running the tests."
}

func (p *Progress) waitingWords(place schema.Place) string {
	if place.Stalled != "" {
		return "Waiting: " + place.Stalled + "."
	}
	words := "Waiting for a runner: you are next"
	switch {
	case place.More:
		words = fmt.Sprintf("Waiting for a runner: more than %d ahead of you", place.Ahead)
	case place.Ahead > 0:
		words = fmt.Sprintf("Waiting for a runner: %d ahead of you", place.Ahead)
	}
	if place.Estimate > 0 {
		words += ", about " + Duration(place.Estimate)
	}
	if p.Note != "" {
		return "Back in the queue: " + Sentence(p.Note) + " " + words + "."
	}
	return words + "."
}

// resultWords describes a result and what it means for the student.
func resultWords(r *schema.Result) (status, advice string) {
	switch r.Outcome {
	case schema.OutcomeCompileError:
		return "It did not compile.", "The compiler's words are below. No test could run."
	case schema.OutcomeGraderError:
		return excuse("The tests failed, not you; the staff has been told.", r)
	case schema.OutcomeInfrastructureError:
		return Sentence(r.Message), ""
	}
	status = fmt.Sprintf("Graded: %s of %s points.", r.Score, r.MaxScore)
	failing := 0
	for _, t := range r.Tests {
		if t.Outcome != schema.OutcomePassed {
			failing++
		}
	}
	switch {
	case len(r.Tests) == 0:
		return status, withMessage(r, "")
	case failing == 0:
		return status, withMessage(r, "Every test passed.")
	}
	return status, withMessage(r, fmt.Sprintf("%d of %s did not pass.", failing, Count(len(r.Tests), "test")))
}

// excuse adds the message to the advice, unless the message equals the status, as it does for
// students.
func excuse(status string, r *schema.Result) (string, string) {
	const advice = "This does not count against you."
	if Sentence(r.Message) == status {
		return status, advice
	}
	return status, withMessage(r, advice)
}

func withMessage(r *schema.Result, advice string) string {
	if r.Message == "" {
		return advice
	}
	if advice == "" {
		return Sentence(r.Message)
	}
	return Sentence(r.Message) + " " + advice
}

// noResultWords describes why there is no result.
func noResultWords(j schema.Job, a course.Access) (status, advice string) {
	reason := Sentence(course.Reason(j, a))
	if j.State == schema.StateCancelled {
		return "The staff cancelled this run.", reason
	}
	return "Our machines failed, not you; the staff has been told.",
		strings.TrimSuffix("This does not count against you. "+reason, " ")
}
