package grade

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// maxBuildOutput bounds the kept output of all build steps, in bytes.
const maxBuildOutput = 64 << 10

// buildSubject runs the build steps on a fresh copy of the subject's files and freezes the
// result. Without build steps, the files are the artefacts.
func (s *builds) buildSubject(ctx context.Context, b *subject, watch Observer) error {
	if b.built {
		return nil
	}
	b.build = schema.BuildResult{Outcome: schema.OutcomePassed}
	steps, finish, err := s.buildSteps(b)
	b.notes = slices.Concat(b.notes, b.tracesNote(), b.productsNote())
	b.tellNotes(watch)
	switch {
	case err == nil && len(steps) == 0:
		return s.asTheyAre(b)
	case err == nil:
		err = s.buildIn(ctx, b, steps, finish, watch)
	}
	if failed := new(buildFailure); errors.As(err, &failed) {
		b.build.Outcome, b.build.Message, err = schema.OutcomeCompileError, failed.message, nil
	}
	if err != nil {
		return err
	}
	b.built = true
	watch.Build(b.build)
	return nil
}

// tellNotes shows the student notes about the files before the build.
func (b *subject) tellNotes(watch Observer) {
	for _, line := range b.notes {
		watch.Line(schema.Sanitize(line))
	}
	b.build.Output = schema.Excerpt(strings.Join(b.notes, "\n"), maxBuildOutput)
}

// asTheyAre makes the subject's files its artefacts.
func (s *builds) asTheyAre(b *subject) error {
	scratch, err := s.grader.Wall.NewScratch()
	if err != nil {
		return fmt.Errorf("make artefacts: %w", err)
	}
	if err := b.fill(scratch); err != nil {
		_ = scratch.Remove()
		return err
	}
	t, err := s.seal(scratch, nil)
	if err != nil {
		return err
	}
	b.artefacts, b.built = s.keep(t), true
	return nil
}

// buildIn runs the steps in a fresh place and freezes the result.
func (s *builds) buildIn(ctx context.Context, b *subject, steps []assignment.Step, finish func(*sandbox.Scratch) error, watch Observer) error {
	p, err := s.newPlace()
	if err != nil {
		return err
	}
	defer p.remove()
	if err := b.fill(p.scratch); err != nil {
		return err
	}
	if err := s.runBuild(ctx, b, p, steps, watch); err != nil {
		return err
	}
	return s.freezeBuild(b, p, steps, finish)
}

// buildFailure is a problem with a subject's files, such as a compile error, in words for the
// student.
type buildFailure struct{ message string }

// Error implements error.
func (f *buildFailure) Error() string { return f.message }

// buildSteps returns the steps of the assignment, or of the recipe for build: auto.
func (s *builds) buildSteps(b *subject) ([]assignment.Step, func(*sandbox.Scratch) error, error) {
	b.left = directoryOf(b.sources).leftovers()
	if err := b.judgeTexts(s.spec.Auto); err != nil {
		return nil, nil, err
	}
	if !s.spec.Auto {
		return s.spec.Build, nil, nil
	}
	r, err := chooseRecipe(b)
	if err != nil {
		return nil, nil, err
	}
	b.program = recipeProgram
	limits := s.roomy(s.spec.Limits)
	var steps []assignment.Step
	for _, argv := range r.steps {
		steps = append(steps, assignment.Step{Name: r.name, Run: assignment.Command{Argv: argv}, Limits: limits})
	}
	return steps, r.finish, nil
}

// runBuild runs the steps one after another in one place.
func (s *builds) runBuild(ctx context.Context, b *subject, p *place, steps []assignment.Step, watch Observer) error {
	for i, step := range steps {
		lines := &lineWatcher{place: p, emit: watch.Line, hide: s.javaIn(p, s.bounds(step.Limits), true).noise()}
		o := order{command: step.Run, place: p, names: b.names(), limits: step.Limits, compile: true, watch: lines.take}
		result, err := s.run(ctx, o)
		if err != nil {
			return err
		}
		lines.flush()
		b.build.Duration += result.Wall
		b.build.Output = schema.ExcerptColored(joinNonEmpty("\n", b.build.Output, strings.TrimRight(p.localise(string(withoutReportRequests(result.Stdout)), nil), "\n")), maxBuildOutput)
		if end := s.endOf(o, result, expectation{}); end.outcome != "" {
			message := stepName(step, i) + ": " + end.message
			if s.spec.Auto && noMain.Match(result.Stdout) {
				message = joinNonEmpty("; ", message, "there is no function main"+libraryWords)
			}
			return &buildFailure{message}
		}
	}
	return nil
}

// noMain matches the linkers' messages about a program without a main function.
var noMain = regexp.MustCompile("undefined reference to [`'‘]main['’]|undefined symbol: main")

// stepName names a step for people.
func stepName(step assignment.Step, i int) string {
	if step.Name != "" {
		return step.Name
	}
	return fmt.Sprintf("build step %d", i+1)
}

// freezeBuild makes the result of the build the artefacts.
func (s *builds) freezeBuild(b *subject, p *place, steps []assignment.Step, finish func(*sandbox.Scratch) error) error {
	var disk int64
	for _, step := range steps {
		disk = max(disk, s.bounds(step.Limits).Disk)
	}
	caps := frozenCaps(disk)
	t, err := s.freeze(p.scratch, caps, finish)
	if err != nil && schema.CodeOf(err) == schema.CodeLimit {
		return &buildFailure{fmt.Sprintf("the build leaves more than %d files or %s", caps.Files, size(caps.Bytes))}
	}
	if err != nil {
		return fmt.Errorf("freeze artefacts: %w", err)
	}
	b.artefacts = s.keep(t)
	return nil
}
