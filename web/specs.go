package web

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// keptSpecs bounds the parsed assignments that are remembered.
const keptSpecs = 512

// specs remembers parsed assignments: a version never changes, and every page
// needs some.
type specs struct {
	mu     sync.Mutex
	parsed map[specKey]*assignment.Spec
}

// specKey says what a parsed assignment depends on.
type specKey struct {
	version int64
	zone    string
}

func newSpecs() *specs { return &specs{parsed: map[specKey]*assignment.Spec{}} }

// of returns the active version of an assignment; nil where it has none yet.
func (s *specs) of(a schema.Assignment) (*assignment.Spec, error) {
	if a.Active == nil {
		return nil, nil
	}
	key := specKey{a.Active.ID, a.Course.Zone}
	s.mu.Lock()
	defer s.mu.Unlock()
	if spec, ok := s.parsed[key]; ok {
		return spec, nil
	}
	spec, err := assignment.Parse(a.Active.Source, assignment.Context{Zone: a.Course.Location(), Flavour: a.Course.Flavour})
	if err != nil {
		return nil, fmt.Errorf("version %d of %s: %w", a.Active.Number, a.Path(), err)
	}
	if len(s.parsed) >= keptSpecs {
		clear(s.parsed)
	}
	s.parsed[key] = spec
	return spec, nil
}

// task is an assignment with its active version taken apart.
type task struct {
	schema.Assignment
	Spec   *assignment.Spec // nil: none accepted yet, or Broken
	Broken bool             // accepted by another version of this program, and not readable by this one
}

// newTask takes an assignment apart. One that cannot be read must not take the
// pages of all others with it.
func (s *Server) newTask(a schema.Assignment) task {
	spec, err := s.specs.of(a)
	if err != nil {
		s.logger().Error("active tests cannot be read", "assignment", a.Path(), "error", err)
	}
	return task{Assignment: a, Spec: spec, Broken: err != nil}
}

// visibleTask is newTask for a member; students do not see it before its release.
func (s *Server) visibleTask(a schema.Assignment, m member) (task, error) {
	t := s.newTask(a)
	if !m.viewer().Staff() && (t.Spec == nil || !course.Released(t.Spec, s.now())) {
		return task{}, errNowhere()
	}
	return t, nil
}

// Title returns what the assignment calls itself, or its name.
func (t task) Title() string {
	if t.Spec != nil && t.Spec.Title != "" {
		return t.Spec.Title
	}
	return t.Name
}

// due is when work on a task is due, for a page.
type due struct {
	Never    bool
	Moment   moment
	Relative string // "in 3 days"
	Past     bool
}

// due tells when the task is due for the owner of the terms.
func (s *Server) due(t task, terms course.Terms) due {
	at := terms.Schedule.Due()
	if t.Spec == nil || at.IsZero() {
		return due{Never: true}
	}
	over := at.Add(time.Minute)
	return due{
		Moment:   s.at(at, t.Course.Location()),
		Relative: relative(over, s.now()),
		Past:     !s.now().Before(over),
	}
}

// terms are what a push of the owner to the task would be judged by now.
func (s *Server) terms(ctx context.Context, t task, owner string) (course.Terms, error) {
	terms, err := s.Results.Terms(ctx, t.ID, owner, s.now())
	if err != nil && !t.Broken {
		return terms, fmt.Errorf("terms: %w", err)
	}
	return terms, nil
}
