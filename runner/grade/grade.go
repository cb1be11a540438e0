// Package grade grades one submission against one tests repository, step by step
// behind the wall: build, tests, comparison, reports, verdict. A runner and `grader
// check` run the same code.
package grade

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// Job is what to grade. The directories are the runner's own, unpacked by Unpack;
// no student's program ever sees them by these paths.
type Job struct {
	Kind       schema.JobKind
	Gate       schema.GatePart   // of a gate: what of it to do
	Submission string            // directory of the student's files; "" for a gate
	Tests      string            // directory of the tests repository
	Prepared   string            // directory with what prepare left, "" to run prepare
	Pins       *schema.Pins      // nil: grade the reference solution first where there are reports, and pin
	Owners     []string          // logins of those who submitted
	ReceivedAt time.Time         // when the submission came; zero: not known
	Zone       *time.Location    // of the course
	Limits     schema.StepLimits // the course's defaults
	Flavour    *schema.Flavour   // nil: no flavour's limits apply
	Provenance schema.Provenance
	Conceal    bool // students see when the job ends: that must not tell how long the tests took that they do not see
}

// Observer is told what happens, as it happens, from one goroutine at a time. Text
// is sanitised already.
type Observer interface {
	Prepared(dir string) // prepare ran; its files are in dir, before any student's step
	Line(text string)    // of the build's output
	Build(b schema.BuildResult)
	Test(t schema.TestResult)
}

// Grader grades jobs behind one wall.
type Grader struct {
	Wall   *sandbox.Wall
	Image  Image
	Dir    string // private (0700) directory for trusted files
	Clock  func() time.Time
	Logger *slog.Logger
	// Pause waits so long, or until ctx ends; nil is a timer's.
	Pause func(ctx context.Context, d time.Duration)
}

// Image describes the machine's toolchain: what the variables of the assignment
// format ($CLASSPATH_JUNIT, $PYTEST …) stand for.
type Image struct {
	ID        string            // content id, or the hash of the toolchain's versions
	Variables map[string]string // name to value; a name that this image lacks is absent
	Path      string            // PATH of every step
	archives  archives          // what makes its Java start fast
	goCache   string            // Go's standard library compiled, outside of what every step reads; "" without
}

// Grade grades a job. An error is CodeInvalid when the tests repository does not
// parse, else the infrastructure's: what students or tests do wrong is in the Result.
func (g *Grader) Grade(ctx context.Context, j Job, o Observer) (schema.Result, error) {
	s, err := g.open(j, o)
	if err != nil {
		return schema.Result{}, err
	}
	defer s.close()
	result := s.begin()
	bounded, cancel := s.within(ctx)
	defer cancel()
	if j.Kind == schema.JobGate {
		if err := s.warn(); err != nil {
			return schema.Result{}, err
		}
		err = s.gate(bounded, &result)
	} else {
		err = s.submission(bounded, &result)
	}
	if err = s.settleError(err, &result); err != nil {
		return schema.Result{}, err
	}
	if ctx.Err() != nil {
		return schema.Result{}, fmt.Errorf("grade: %w", context.Cause(ctx))
	}
	result.FinishedAt = s.now()
	return result, nil
}

// PinsOf returns the names of the cases that the reference solution reports, for
// Job.Pins. The error is CodeRefused when the reference does not build or prepare fails.
func (g *Grader) PinsOf(ctx context.Context, j Job) (schema.Pins, error) {
	s, err := g.open(j, nil)
	if err != nil {
		return schema.Pins{}, err
	}
	defer s.close()
	bounded, cancel := s.within(ctx)
	defer cancel()
	if err := s.prepare(bounded); err != nil {
		return schema.Pins{}, refusal(err)
	}
	if err := s.pinReference(bounded); err != nil {
		return schema.Pins{}, refusal(err)
	}
	return schema.Pins{Tests: s.pins, Reports: s.traces}, nil
}

// Caps bound what Unpack accepts.
type Caps struct {
	Files int
	Bytes int64
	Depth int
}
