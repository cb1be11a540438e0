package course

import (
	"slices"
	"strconv"
	"strings"

	"github.com/grader/grader/schema"
)

// CompareResults returns every difference between two gradings of the same submission against the
// same tests: in their results, and in their tools. It ignores times and memory, which differ in
// every run.
func CompareResults(before, after schema.Result) schema.ResultComparison {
	var c schema.ResultComparison
	p, q := before.Provenance, after.Provenance
	c.Environment = differing([]schema.Difference{
		{What: "submission", Before: p.Submission, After: q.Submission},
		{What: "tests", Before: p.Tests, After: q.Tests},
		{What: "flavour", Before: p.Flavour, After: q.Flavour},
		{What: "image", Before: p.Image, After: q.Image},
		{What: "grader", Before: p.Grader, After: q.Grader},
		{What: "wall", Before: p.Wall, After: q.Wall},
	})
	facts := []schema.Difference{
		{What: "outcome", Before: string(before.Outcome), After: string(after.Outcome)},
		{What: "blame", Before: string(before.Blame), After: string(after.Blame)},
		{What: "message", Before: before.Message, After: after.Message},
		{What: "score", Before: before.Score.String(), After: after.Score.String()},
		{What: "max_score", Before: before.MaxScore.String(), After: after.MaxScore.String()},
		{What: "dropped", Before: strings.Join(before.Dropped, " "), After: strings.Join(after.Dropped, " ")},
	}
	facts = append(facts, pairs("build", factsOfBuild(before.Build), factsOfBuild(after.Build))...)
	was, is := byName(before.Tests), byName(after.Tests)
	for _, name := range allNames(before.Tests, after.Tests) {
		facts = append(facts, pairs(name, factsOfTest(was[name]), factsOfTest(is[name]))...)
	}
	c.Differences = differing(facts)
	c.Same = len(c.Differences) == 0
	return c
}

// differing returns the differences, in plain text: outputs may be coloured.
func differing(all []schema.Difference) []schema.Difference {
	all = slices.DeleteFunc(all, func(d schema.Difference) bool { return d.Before == d.After })
	for i, d := range all {
		d.Before, d.After = schema.Plain(d.Before), schema.Plain(d.After)
		if d.Before == d.After {
			d.After += " (in other colours)"
		}
		all[i] = d
	}
	return all
}

// fact is a named part of a result.
type fact struct{ name, value string }

// pairs matches the facts of two sides. If one side has none, it returns only the first fact of the
// other side, with the value "absent".
func pairs(of string, before, after []fact) []schema.Difference {
	switch {
	case len(before) == 0 && len(after) == 0:
		return nil
	case len(before) == 0:
		return []schema.Difference{{What: of + ": " + after[0].name, Before: "absent", After: after[0].value}}
	case len(after) == 0:
		return []schema.Difference{{What: of + ": " + before[0].name, Before: before[0].value, After: "absent"}}
	}
	all := make([]schema.Difference, 0, len(before))
	for i, f := range before {
		all = append(all, schema.Difference{What: of + ": " + f.name, Before: f.value, After: after[i].value})
	}
	return all
}

func factsOfBuild(b *schema.BuildResult) []fact {
	if b == nil {
		return nil
	}
	return []fact{{"outcome", string(b.Outcome)}, {"message", b.Message}, {"output", b.Output}}
}

func factsOfTest(t *schema.TestResult) []fact {
	if t == nil {
		return nil
	}
	return []fact{
		{"outcome", string(t.Outcome)}, {"score", t.Score.String()}, {"max_score", t.MaxScore.String()}, {"visible", string(t.Visible)},
		{"output", t.Output}, {"message", t.Message}, {"hint", t.Hint}, {"signal", t.Signal}, {"exit_status", strconv.Itoa(t.ExitStatus)},
		{"in_process", strconv.FormatBool(t.InProcess)}, {"unpinned", strconv.FormatBool(t.Unpinned)},
		{"judge_message", t.JudgeMessage}, {"tampering", t.Tampering},
	}
}

func byName(tests []schema.TestResult) map[string]*schema.TestResult {
	named := make(map[string]*schema.TestResult, len(tests))
	for i := range tests {
		named[tests[i].Name] = &tests[i]
	}
	return named
}

// allNames returns the names of the tests of both results, in the order of the first and then of
// the second.
func allNames(first, second []schema.TestResult) []string {
	seen := make(map[string]bool, len(first))
	var names []string
	for _, t := range append(slices.Clone(first), second...) {
		if !seen[t.Name] {
			seen[t.Name] = true
			names = append(names, t.Name)
		}
	}
	return names
}
