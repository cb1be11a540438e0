package grade

import (
	"context"
	"errors"
	"fmt"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// trial is the application of one test of the assignment to one subject.
type trial struct {
	*session
	test    *assignment.Test
	subject *subject
	shown   *tree // the artefacts that this test sees
	needs   *tree
	testOut *tree
	starts  *tree // the launchers of frameworks
	ahead   *placesAhead
	emit    func(schema.TestResult)
}

// newTrial prepares a test: the files that it may see, and its own compilation. The error of a
// failed compilation is a compileFailure.
func (s *session) newTrial(ctx context.Context, b *subject, t *assignment.Test, emit func(schema.TestResult)) (*trial, error) {
	r := &trial{session: s, test: t, subject: b, shown: b.artefacts, emit: emit}
	var err error
	if t.Kind.InProcess() && t.Kind != assignment.KindGradescope {
		if r.shown, err = s.forInProcess(b); err != nil {
			return nil, err
		}
	}
	if r.starts, err = s.launchersTree(ctx); err != nil {
		return nil, err
	}
	if len(t.Needs) > 0 {
		if r.needs, err = s.needsTree(t); err != nil {
			return nil, err
		}
	}
	if !t.Compile.IsZero() {
		if err := r.compile(ctx); err != nil {
			r.end()
			return nil, err
		}
	}
	return r, nil
}

// end removes the trees that only this test sees.
func (r *trial) end() {
	r.needs.remove()
	r.testOut.remove()
}

// vars returns the variables of the test's own steps.
func (r *trial) vars() variables {
	v := variables{"ARTEFACTS": r.shown.path()}.with("NEEDS", r.needs.path()).with("TEST_OUT", r.testOut.path()).with("FRAMEWORKS", r.starts.path())
	if r.subject.program != "" {
		v = v.with("PROGRAM", r.shown.path()+"/"+r.subject.program)
	}
	return v
}

// compileFailure reports that a test's own compilation failed.
type compileFailure struct {
	message, output string
}

// Error implements error.
func (f *compileFailure) Error() string { return f.message }

// compile runs the test's compile in a fresh directory and freezes $TEST_OUT.
func (r *trial) compile(ctx context.Context) error {
	p, err := r.newPlace()
	if err != nil {
		return err
	}
	defer p.remove()
	out, err := r.grader.Wall.NewScratch()
	if err != nil {
		return fmt.Errorf("make test output: %w", err)
	}
	defer func() { _ = out.Remove() }()
	v := r.vars().with("TEST_OUT", out.Path())
	delete(v, "FRAMEWORKS") // this step judges nothing
	o := order{
		command: r.test.Compile, place: p, vars: v, trees: []*tree{r.shown, r.needs},
		write: []*sandbox.Scratch{out}, limits: r.test.Compiler, compile: true,
	}
	result, err := r.run(ctx, o)
	if err != nil {
		return err
	}
	if end := r.endOf(o, result, expectation{}); end.outcome != "" {
		return &compileFailure{"compile: " + end.message, schema.ExcerptColored(p.localise(string(withoutReportRequests(result.Stdout)), v), maxBuildOutput)}
	}
	caps := frozenCaps(r.bounds(r.test.Compiler).Disk)
	r.testOut, err = r.freeze(out, caps, nil)
	if schema.CodeOf(err) == schema.CodeLimit {
		return &compileFailure{message: fmt.Sprintf("compile leaves more than %d files or %s", caps.Files, size(caps.Bytes))}
	}
	return err
}

// gradeTest applies one test to a subject and emits its results in order.
func (s *session) gradeTest(ctx context.Context, b *subject, t *assignment.Test, emit func(schema.TestResult)) error {
	r, err := s.newTrial(ctx, b, t, emit)
	failed := new(compileFailure)
	switch {
	case errors.Is(err, errCutOff):
		s.notRun(t, cutOffWords(ctx, s.spec), emit)
		return nil
	case errors.As(err, &failed):
		return s.compileFailed(ctx, b, t, failed, emit)
	case err != nil:
		return fmt.Errorf("test %q: %w", t.Name, err)
	}
	defer r.end()
	if err := r.judge(ctx); err != nil {
		return fmt.Errorf("test %q: %w", t.Name, err)
	}
	return nil
}

// compileFailed emits the results of a test whose compilation failed: the student's fault,
// unless the compilation also fails with the reference.
func (s *session) compileFailed(ctx context.Context, b *subject, t *assignment.Test, f *compileFailure, emit func(schema.TestResult)) error {
	ours, err := s.referenceFailsToo(ctx, b, func(ref *subject) (bool, error) {
		r, err := s.newTrial(ctx, ref, t, func(schema.TestResult) {})
		if errors.As(err, new(*compileFailure)) {
			return true, nil
		}
		if err == nil {
			r.end()
		}
		return false, err
	})
	if err != nil && !errors.Is(err, errCutOff) {
		return err
	}
	result := s.entry(t, t.Name)
	result.Outcome, result.Message, result.Output = schema.OutcomeCompileError, f.message, f.output
	result.InProcess = t.Kind.InProcess()
	if ours {
		s.report(t, "compile: "+f.message, f.output)
		result.Outcome = schema.OutcomeGraderError
	}
	if single(t) {
		result.MaxScore = t.Points.Total
		emit(s.finish(result, t.Hint))
		return nil
	}
	emit(s.finish(result, t.Hint))
	s.notRun(t, "the tests did not compile", emit)
	return nil
}
