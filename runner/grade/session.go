package grade

import (
	"errors"
	"fmt"
	"slices"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// session is one job in progress: the assignment, and everything created for it so far.
type session struct {
	*workspace
	*materials
	*builds

	pins   map[string][]string           // by test; nil while the reference is graded to get them
	traces map[string]schema.ReportTrace // by test, of the reference
}

func newSession(g *Grader, j Job, spec *assignment.Spec, watch Observer) *session {
	w := &workspace{grader: g, job: j, spec: spec, watch: watch}
	return &session{workspace: w, materials: &materials{workspace: w}, builds: &builds{workspace: w}}
}

// open loads the assignment of a job.
func (g *Grader) open(j Job, o Observer) (*session, error) {
	spec, err := assignment.Load(assignment.DirFiles(j.Tests), assignment.Context{Zone: j.Zone, Limits: j.Limits})
	if err != nil {
		return nil, loadError(err)
	}
	if o == nil {
		o = silent{}
	}
	if j.Kind == schema.JobTry {
		spec.Tests = slices.DeleteFunc(spec.Tests, func(t assignment.Test) bool { return t.Visible != schema.VisibleAlways })
	}
	return newSession(g, j, spec, o), nil
}

// loadError adds the code to an error in the assignment.
func loadError(err error) error {
	if invalid := new(assignment.Invalid); errors.As(err, &invalid) {
		return &schema.Error{Code: schema.CodeInvalid, Message: err.Error(), Err: err}
	}
	return fmt.Errorf("load assignment: %w", err)
}

// silent is an observer that ignores all events.
type silent struct{}

func (silent) Prepared(string)          {}
func (silent) Line(string)              {}
func (silent) Build(schema.BuildResult) {}
func (silent) Test(schema.TestResult)   {}
