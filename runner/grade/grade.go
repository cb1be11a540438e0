// Package grade grades one submission against one tests repository. It runs each step behind the
// wall: build, tests, comparison, reports, verdict. A runner and `grader check` use the same code.
package grade

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// Job describes what to grade. The directories are the runner's own, unpacked by Unpack; a
// student's program never sees them at these paths.
type Job struct {
	Kind       schema.JobKind
	Gate       schema.GatePart   // the part, if this is a gate
	Submission string            // directory of the student's files; "" for a gate
	Tests      string            // directory of the tests repository
	Prepared   string            // directory with the result of prepare, "" to run prepare
	Pins       *schema.Pins      // nil: if there are reports, grade the reference solution first and pin its cases
	Owners     []string          // logins of the submitters
	ReceivedAt time.Time         // when the submission was received; zero: unknown
	Zone       *time.Location    // of the course
	Limits     schema.StepLimits // the course's defaults
	Flavour    *schema.Flavour   // nil: no flavour's limits apply
	Provenance schema.Provenance
	Background bool // compilers run only while nothing else wants the processor
	// Autograders runs tests with setup: true; nil: there are no containers, and such tests fail.
	Autograders Autograders
	Conceal     bool // students see when the job ends, which must not show how long the hidden tests took
}

// Observer receives events as they happen, from one goroutine at a time. Text is already sanitised.
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
	// Pause waits for d, or until ctx ends; nil uses a timer.
	Pause func(ctx context.Context, d time.Duration)
}

// Image describes the machine's toolchain: the values of the assignment format's variables
// ($CLASSPATH_JUNIT, $PYTEST …).
type Image struct {
	ID        string            // content id, or a hash of the toolchain's versions
	Variables map[string]string // name to value; a name that this image lacks is absent
	Path      string            // PATH of every step
	archives  archives          // archives with which its Java starts fast
	goCache   string            // Go's compiled standard library, outside the paths that every step reads; "" if there is none
}

// Grade grades a job. The error is CodeInvalid if the tests repository does not parse; any other
// error is the infrastructure's. Mistakes of students and tests are in the Result.
func (g *Grader) Grade(ctx context.Context, j Job, o Observer) (schema.Result, error) {
	s, err := g.open(j, o)
	if err != nil {
		return schema.Result{}, err
	}
	defer s.close()
	result := s.begin()
	if j.Kind == schema.JobGate {
		if err := s.warn(); err != nil {
			return schema.Result{}, err
		}
	}
	if err = s.makeImages(ctx); err == nil {
		err = s.grade(ctx, &result)
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

// grade runs the job within its limit.
func (s *session) grade(ctx context.Context, result *schema.Result) error {
	bounded, cancel := s.within(ctx)
	defer cancel()
	if s.job.Kind == schema.JobGate {
		return s.gate(bounded, result)
	}
	return s.submission(bounded, result)
}

// PinsOf returns the names of the cases that the reference solution reports, for Job.Pins.
// CodeRefused: the reference does not build, or prepare fails.
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

// Caps limits what Unpack accepts.
type Caps struct {
	Files int
	Bytes int64
	Depth int
}
