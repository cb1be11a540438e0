package assignment

import (
	"slices"

	"github.com/grader/grader/schema"
)

// combination rejects keys of one test that cannot be combined.
func (r *reading) combination(t Test, o *object) {
	switch {
	case o.has("gradescope"):
		r.gradescope(t, o)
	case o.has("report"):
		r.exclude(o, "the report decides", "cases", "stdout", "stdout_file", "compare", "checker", "driver", "exit")
	case o.has("driver"):
		r.exclude(o, "the driver decides", "checker", "compare")
		r.excludeFor(o, "the driver writes the program's input and reads its output", "write cases, whose files the driver gets as INPUT and ANSWER", "stdin", "stdin_file", "stdout", "stdout_file")
	case o.has("checker"):
		r.exclude(o, "the checker decides", "compare")
	default:
		r.judged(o)
	}
	if o.has("setup") && !o.has("gradescope") {
		r.fail(o.key("setup"), "setup: true runs the setup.sh of a Gradescope autograder, but this test has no gradescope; remove setup")
	}
	if o.has("cases") && !o.has("gradescope") {
		r.exclude(o, "every case has its own", "stdin", "stdin_file", "stdout", "stdout_file")
	}
	if o.has("score") && !o.has("cases") && !o.has("gradescope") {
		r.fail(o.key("score"), "score says how cases make the score, and there are no cases; leave it out")
	}
	if o.has("stop") && !o.has("cases") && !o.has("gradescope") {
		r.fail(o.key("stop"), "stop says that no case is run after one that failed, and there are no cases; leave it out")
	}
	if t.Visible == schema.VisibleNever {
		r.excludeFor(o, neverCounts, "leave it out, or leave visible out so that students see the test and it counts", "points", "penalty")
	}
	if o.has("gradescope") {
		return
	}
	r.comparison(t, o)
	r.pointsFit(t, o)
	r.reportFits(t, o)
}

// judged rejects keys that need a checker or a driver in a test that has neither.
func (r *reading) judged(o *object) {
	const neither = "and this test has neither; leave %s out"
	if o.has("flags") {
		r.fail(o.key("flags"), "flags are further arguments of a checker or a driver, "+neither+", or write them behind run", "flags")
	}
	if o.has("passes") {
		r.fail(o.key("passes"), "passes bounds how often a checker or a driver has the program run, "+neither, "passes")
	}
	if o.has("scale") {
		r.fail(o.key("scale"), "scale is what a checker or a driver writes into score.txt for all points, "+neither, "scale")
	}
}

// gradescope rejects keys that cannot be combined with a Gradescope autograder.
func (r *reading) gradescope(t Test, o *object) {
	r.exclude(o, "the autograder's results.json decides", "run", "compile", "needs", "stdin", "stdin_file", "stdout", "stdout_file", "cases", "compare",
		"checker", "driver", "flags", "passes", "scale", "report", "exit", "score", "stop", "penalty")
	if t.Visible != schema.VisibleNever && (!o.has("points") || t.Points.ByName() || t.Points.Each != nil) {
		r.fail(o.key("points"), "gradescope needs points: what the autograder's tests are worth together, as in points: 20")
	}
}

// neverCounts says why a test that is visible: never has no points.
const neverCounts = "a test that is visible: never counts nowhere, not in the maximum either"

// exclude rejects keys because of another key in the same test.
func (r *reading) exclude(o *object, because string, keys ...string) {
	for _, key := range keys {
		r.excludeFor(o, because, "leave "+key+" out", key)
	}
}

// excludeFor is like exclude but says what to do instead.
func (r *reading) excludeFor(o *object, because, instead string, keys ...string) {
	for _, key := range keys {
		if o.has(key) {
			r.fail(o.key(key), "%s cannot stand here: %s; %s", key, because, instead)
		}
	}
}

func (r *reading) comparison(t Test, o *object) {
	if !o.has("compare") || o.has("report") || o.has("driver") || o.has("checker") {
		return
	}
	expected := o.has("stdout") || o.has("stdout_file") || o.has("cases")
	switch {
	case t.Compare.Expression():
		r.exclude(o, "compare: "+string(t.Compare.Mode)+" says what the output must be", "stdout", "stdout_file", "cases")
	case !expected:
		r.fail(o.key("compare"), "compare needs something to compare with; write stdout, stdout_file or cases")
	}
}

func (r *reading) pointsFit(t Test, o *object) {
	at := o.key("points")
	switch {
	case t.Points.Each != nil && o.has("report"):
		r.fail(at, "points: each is for cases; for a report write {default: 1}")
	case t.Points.Each != nil && !o.has("cases"):
		r.fail(at, "points: each needs cases; write a number")
	case t.Points.ByName() && !o.has("report"):
		r.fail(at, "points by name are for a report; write a number, or {each: 1} for cases")
	case t.Points.ByName() && t.Kind == KindFindings:
		r.fail(at, "a sarif report has findings, not cases; write a number of points, or leave points out")
	}
}

func (r *reading) reportFits(t Test, o *object) {
	switch {
	case o.has("penalty") && t.Kind != KindFindings:
		r.fail(o.key("penalty"), "penalty needs report: sarif, whose findings it counts")
	case t.Kind == KindFindings && !o.has("penalty"):
		r.fail(o.key("report"), "report: sarif needs penalty; write penalty: {points: 0.5, per: finding, max: 5}")
	case t.Kind == KindReport && !r.root.has("solution"):
		r.fail(o.key("report"), "report needs solution, whose cases every submission must have; write solution: solution/")
	}
}

// relations checks a test's references to other tests. earlier maps the names of the tests before
// it to their lines.
func (r *reading) relations(t Test, o *object, earlier map[string]int) {
	if n := o.get("requires"); n != nil {
		for _, item := range n.items {
			r.required(t, item, earlier)
		}
	}
	if t.Name == "" {
		return
	}
	if line, twice := earlier[t.Name]; twice {
		r.fail(o.get("name"), "name %s is taken by the test in line %d; write another", quote(t.Name), line)
		return
	}
	earlier[t.Name] = o.get("name").line
}

func (r *reading) required(t Test, n *node, earlier map[string]int) {
	_, found := earlier[n.text]
	switch {
	case !n.scalar():
	case found && r.visibleOf(n.text) == schema.VisibleNever && t.Visible != schema.VisibleNever:
		r.fail(n, "requires names %s, which is visible: never and so decides nothing that counts; leave it out", quote(n.text))
	case found && !mayRequire(t.Visible, r.visibleOf(n.text)):
		r.fail(n, "requires names %s, which is visible: %s: that this test was not run would tell students of it before; write visible: %s here too, or leave it out",
			quote(n.text), r.visibleOf(n.text), r.visibleOf(n.text))
	case found:
	case n.text == t.Name:
		r.fail(n, "requires names this very test %s; leave it out", quote(n.text))
	case r.hasTest(n.text):
		r.fail(n, "requires names %s, which comes later; move that test before this one", quote(n.text))
	case len(earlier) == 0:
		r.fail(n, "requires names %s, and there is no test before this one; leave it out", quote(n.text))
	default:
		r.fail(n, "requires names %s, and there is no such test before this one; %s", quote(n.text), suggest(n.text, r.namesBefore(earlier)))
	}
}

func (r *reading) hasTest(name string) bool {
	return slices.ContainsFunc(r.spec.Tests, func(t Test) bool { return t.Name == name })
}

// mayRequire reports whether a test of one visibility may require a test of another. Students must
// see the required test whenever they see the first.
func mayRequire(test, required schema.Visibility) bool {
	return test == required || test == schema.VisibleNever || required == schema.VisibleAlways
}

// visibleOf returns the visibility of the first test of a name.
func (r *reading) visibleOf(name string) schema.Visibility {
	i := slices.IndexFunc(r.spec.Tests, func(t Test) bool { return t.Name == name })
	if i < 0 {
		return ""
	}
	return r.spec.Tests[i].Visible
}

// namesBefore returns the names of earlier in the order of the file.
func (r *reading) namesBefore(earlier map[string]int) []string {
	var names []string
	for _, t := range r.spec.Tests {
		if _, ok := earlier[t.Name]; ok {
			names = append(names, t.Name)
		}
	}
	return names
}
