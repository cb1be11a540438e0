package scheduler

import (
	"maps"
	"slices"

	"github.com/grader/grader/schema"
)

// cleanResult checks and sanitises a runner's result for a job of the kind.
func cleanResult(r *schema.Result, kind schema.JobKind) error {
	if err := verdict(r, kind); err != nil {
		return err
	}
	if r.Build != nil {
		if err := cleanBuild(r.Build); err != nil {
			return err
		}
	}
	for i := range r.Tests {
		if err := cleanTest(&r.Tests[i]); err != nil {
			return err
		}
	}
	r.Message = text(r.Message, maxWords)
	if len(r.Dropped) > maxDropped {
		r.Dropped = r.Dropped[:maxDropped]
	}
	for i, path := range r.Dropped {
		r.Dropped[i] = text(path, maxName)
	}
	return cleanGate(r.Gate)
}

// verdict checks the outcome and blame against their closed sets, and the sums of a result.
func verdict(r *schema.Result, kind schema.JobKind) error {
	outcomes := []schema.Outcome{schema.OutcomeGraded, schema.OutcomeCompileError, schema.OutcomeGraderError, schema.OutcomeInfrastructureError}
	blames := []schema.Blame{schema.BlameStudent, schema.BlameGrader, schema.BlameInfrastructure}
	switch {
	case !slices.Contains(outcomes, r.Outcome):
		return schema.Errorf(schema.CodeInvalid, "the result's outcome is unknown")
	case !slices.Contains(blames, r.Blame):
		return schema.Errorf(schema.CodeInvalid, "the result blames an unknown party")
	case len(r.Tests) > maxTests:
		return schema.Errorf(schema.CodeLimit, "a result may have %d entries", maxTests)
	case r.Gate != nil && kind != schema.JobGate:
		return schema.Errorf(schema.CodeInvalid, "only a gate's result may have pins")
	case kind == schema.JobTry && slices.ContainsFunc(r.Tests, func(t schema.TestResult) bool { return t.Visible != schema.VisibleAlways }):
		return schema.Errorf(schema.CodeInvalid, "a try is graded against tests that are visible: always, and no others")
	}
	return within("result", r.Score, r.MaxScore)
}

// cleanGate checks the pins and samples of a gate.
func cleanGate(g *schema.GateResult) error {
	if g == nil {
		return nil
	}
	if len(g.Samples) > maxSamples {
		return schema.Errorf(schema.CodeLimit, "a gate may have %d samples", maxSamples)
	}
	if g.Run < 0 || g.Run > schema.GateRuns {
		return schema.Errorf(schema.CodeInvalid, "a gate has no run %d", g.Run)
	}
	for i := range g.Samples {
		cleanSample(&g.Samples[i])
	}
	if g.Starter != nil {
		cleanSample(g.Starter)
	}
	cases := 0
	for test, pinned := range g.Pins.Tests {
		if err := name("name of a test", test); err != nil {
			return err
		}
		if cases += len(pinned); cases > maxTests {
			return schema.Errorf(schema.CodeLimit, "a gate may pin %d cases", maxTests)
		}
		for _, c := range pinned {
			if err := name("name of a case", c); err != nil {
				return err
			}
		}
	}
	cleanTraces(&g.Pins)
	return nil
}

// cleanSample sanitises a gate's report about a directory.
func cleanSample(s *schema.GateSample) {
	s.Dir, s.Words, s.Broken = text(s.Dir, maxName), text(s.Words, maxWords), text(s.Broken, maxWords)
}

// cleanTraces removes traces of tests that are not pinned. From the others it removes the files if
// there are too many, and files with invalid names. With a shorter trace, fewer properties are
// compared.
func cleanTraces(p *schema.Pins) {
	maps.DeleteFunc(p.Reports, func(test string, _ schema.ReportTrace) bool {
		_, pinned := p.Tests[test]
		return !pinned
	})
	for _, t := range p.Reports {
		most := len(t.Files) > maxReports
		maps.DeleteFunc(t.Files, func(file string, _ int) bool { return most || name("report", file) != nil })
	}
}
