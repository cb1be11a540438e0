package command

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/imports/icpc"
	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/schema"
)

// provisionalLimit is the time limit of the accepted submissions during the measurement.
const provisionalLimit = 60 * time.Second

// measureTime grades the accepted submissions and writes the time limit that the format computes from the slowest.
func measureTime(c *cli.Context, b *imports.Bundle, timing icpc.Timing, to, comment string) error {
	const remedy = "give it yourself: --time 2s"
	dir, err := os.MkdirTemp("", "grader-import-")
	if err != nil {
		return fmt.Errorf("measure: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o711); err != nil { // steps must be able to traverse it
		return fmt.Errorf("measure: %w", err)
	}
	k := &checker{c: c, dir: dir}
	tests, err := k.copyOf(to, "tests")
	if err != nil {
		return err
	}
	g, err := k.open(c.Context)
	if err != nil {
		return schema.Wrapf(schema.CodeOf(err), err, "the package stores no time limit, and none can be measured here (%s); %s", schema.MessageOf(err), remedy)
	}
	defer g.Close()
	m := meter{grader: g, tests: tests, writer: c}
	if len(timing.Accepted) == 0 {
		return schema.Errorf(schema.CodeInvalid, "the package stores no time limit, and has no accepted submission that could be measured; %s", remedy)
	}
	for n, name := range timing.Accepted {
		if err := m.measure(c.Context, k, name, n); err != nil {
			return err
		}
	}
	if m.slowest == 0 {
		return schema.Errorf(schema.CodeRefused, "the package stores no time limit, and no accepted submission passes here within %s of CPU time; %s", provisionalLimit, remedy)
	}
	limit := timing.Limit(m.slowest)
	icpc.SetTimeLimit(b, limit)
	b.Note(imports.Hint, "", "time limit %s: %g times the slowest accepted submission, %s with %s here", imports.Duration(limit), timing.Multiplier, m.name, m.slowest.Round(time.Millisecond))
	return b.WriteAssignment(to, comment)
}

// meter finds the slowest submission.
type meter struct {
	grader  *grade.Grader
	tests   string
	writer  *cli.Context
	slowest time.Duration
	name    string
}

// measure grades one directory. If it does not pass, measure prints a message and ignores the time.
func (m *meter) measure(ctx context.Context, k *checker, name string, n int) error {
	submission, err := k.copyOf(filepath.Join(m.tests, filepath.FromSlash(name)), fmt.Sprintf("submission-%d", n))
	if err != nil {
		return err
	}
	result, err := m.grader.Grade(ctx, grade.Job{Kind: schema.JobGrade, Submission: submission, Tests: m.tests, Zone: time.UTC}, nil)
	if err != nil {
		return err
	}
	if result.Score.Cmp(result.MaxScore) < 0 || result.Outcome != schema.OutcomeGraded {
		fmt.Fprintf(m.writer.App.ErrWriter, "%s does not pass here and is not counted for the time limit (%s, %s of %s)\n", name, result.Outcome, result.Score, result.MaxScore)
		return nil
	}
	for _, t := range result.Tests {
		if t.CPU >= m.slowest {
			m.slowest, m.name = max(t.CPU, 1), name
		}
	}
	return nil
}
