package api

import (
	"github.com/grader/grader/classroom"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// commonFailure is a failure with the number of students of a class who have it.
type commonFailure struct {
	Key      string `json:"key"`  // for getClass, which lists the students with it
	Test     string `json:"test"` // build for a failed build
	Text     string `json:"text"` // without the parts that differ between students
	Students int    `json:"students"`
}

func (a *API) failureRoutes() []route {
	return []route{
		list(atTask+"/failures", "listFailures", "Why the submissions that count fail, by cause, the commonest first; for staff", listFailures, func(f commonFailure) string { return f.Key }),
		list(atTask+"/tries", "listTries", "The latest tries of the person or their team, or for staff of an owner, newest first", listTries, func(t schema.PublicTry) string { return number(t.Number) },
			parameter{name: "owner", kind: "string", help: "whose; the person's own if absent"}),
	}
}

func listFailures(c *call) ([]commonFailure, error) {
	m, is, err := c.task()
	if err != nil {
		return nil, err
	}
	class, err := c.Classroom.Classes.Show(c.ctx(), m, is, course.ClassQuery{Size: 1})
	all := make([]commonFailure, 0, len(class.Failures))
	for _, g := range class.Failures {
		all = append(all, commonFailure{g.Key, schema.Sanitize(g.Test), schema.Sanitize(g.Text), g.Sum()})
	}
	return all, err
}

func listTries(c *call) ([]schema.PublicTry, error) {
	return c.Classroom.Work.Tries(c.ctx(), c.by, classroom.TryQuery{Course: c.path("course"), Assignment: c.path("assignment"), Owner: c.text("owner")})
}
