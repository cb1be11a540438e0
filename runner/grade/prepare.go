package grade

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// testsTree returns the tests repository as trusted steps see it.
func (s *materials) testsTree() (*tree, error) {
	if s.tests != nil {
		return s.tests, nil
	}
	files, err := s.testsFiles()
	if err != nil {
		return nil, err
	}
	t, err := s.expose(s.job.Tests, files, nil)
	if err != nil {
		return nil, fmt.Errorf("tests repository: %w", err)
	}
	s.tests = s.keep(t)
	return t, nil
}

// prepareFailure reports a failed step of prepare, which is a mistake of staff.
type prepareFailure struct{ message, output string }

// Error implements error.
func (f *prepareFailure) Error() string { return f.message }

// prepare runs the assignment's prepare, or uses the result of an earlier run. The error may be a
// prepareFailure.
func (s *materials) prepare(ctx context.Context) error {
	if len(s.spec.Prepare) == 0 {
		return nil
	}
	dir := s.job.Prepared
	if dir == "" {
		var err error
		if dir, err = s.runPrepare(ctx); err != nil {
			return err
		}
		s.watch.Prepared(dir)
	}
	t, err := s.preparedTree(dir)
	if err != nil {
		return fmt.Errorf("prepared files: %w", err)
	}
	s.prepared = s.keep(t)
	return nil
}

// preparedTree returns the result of prepare. All files have the same time, because times are lost
// on the way to other runners.
func (s *materials) preparedTree(dir string) (*tree, error) {
	files, err := listFiles(dir)
	if err != nil {
		return nil, err
	}
	for i := range files {
		files[i].stamp = sandbox.StampMade
	}
	return s.expose(dir, files, nil)
}

// runPrepare runs prepare in a copy of the tests repository and returns the directory with the
// result.
func (s *materials) runPrepare(ctx context.Context) (string, error) {
	p, err := s.newPlace()
	if err != nil {
		return "", err
	}
	defer p.remove()
	all := &subject{}
	files, err := s.testsFiles()
	if err != nil {
		return "", err
	}
	for _, f := range files {
		all.add(f, s.job.Tests, true)
	}
	if err := all.fill(p.scratch); err != nil {
		return "", err
	}
	out, err := s.grader.Wall.NewScratch()
	if err != nil {
		return "", fmt.Errorf("make prepared directory: %w", err)
	}
	defer func() { _ = out.Remove() }()
	if err := s.prepareSteps(ctx, p, all, out); err != nil {
		return "", err
	}
	return s.copyPrepared(out)
}

// prepareSteps runs the steps.
func (s *materials) prepareSteps(ctx context.Context, p *place, files *subject, out *sandbox.Scratch) error {
	v := variables{"PREPARED": out.Path()}
	for i, step := range s.spec.Prepare {
		limits := s.roomy(step.Limits)
		limits.CPU = step.Limits.CPU
		o := order{command: step.Run, place: p, names: files.names(), vars: v, write: []*sandbox.Scratch{out}, limits: limits, compile: true}
		run, err := s.run(ctx, o)
		if errors.Is(err, errCutOff) {
			return err
		}
		if err != nil {
			return fmt.Errorf("prepare: %w", err)
		}
		if end := s.endOf(o, run, expectation{}); end.outcome != "" {
			return &prepareFailure{fmt.Sprintf("prepare failed: %s: %s", stepName(step, i), end.message), schema.Excerpt(p.localise(string(run.Stdout), v), maxBuildOutput)}
		}
	}
	return nil
}

// copyPrepared copies the result of prepare out of the wall, for this job and for later ones.
func (s *materials) copyPrepared(out *sandbox.Scratch) (string, error) {
	dir, err := os.MkdirTemp(s.grader.Dir, "prepared-")
	if err != nil {
		return "", fmt.Errorf("prepared files: %w", err)
	}
	if _, err := out.CopyOut(dir, sandbox.Caps{Files: maxArtefacts, Bytes: maxFrozenBytes, Depth: maxArtefactDepth}); err != nil {
		return "", fmt.Errorf("prepared files: %w", err)
	}
	return dir, nil
}
