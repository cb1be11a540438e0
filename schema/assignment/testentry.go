package assignment

import (
	"strings"

	"github.com/grader/grader/schema"
)

// maxPasses bounds how often the program of one case is run.
const maxPasses = 100

func testKeys() []string {
	return append([]string{
		"name", "run", "compile", "needs", "stdin", "stdin_file", "stdout", "stdout_file", "cases", "compare",
		"checker", "driver", "flags", "passes", "scale", "report", "gradescope", "setup", "exit", "points", "score", "stop", "penalty", "requires", "visible", "hint",
	}, limitKeys()...)
}

// readTests reads the list of tests, then checks their references to each other.
func (r *reading) readTests() {
	n := r.root.get("tests")
	if n == nil {
		r.fail(r.root.at, "tests is missing; write at least one, as in [{name: greets, run: ./hello, stdout: hello}]")
		return
	}
	for _, item := range r.list(n, "tests", "[{name: greets, run: ./hello, stdout: hello}]") {
		o := r.object(item, "a test", testKeys()...)
		if item.kind != kindMapping {
			continue
		}
		r.spec.Tests = append(r.spec.Tests, r.test(o))
		r.tests = append(r.tests, o)
	}
	earlier := map[string]int{}
	for i, o := range r.tests {
		r.combination(r.spec.Tests[i], o)
		r.relations(r.spec.Tests[i], o, earlier)
	}
}

func (r *reading) test(o *object) Test {
	t := Test{Compare: Compare{Mode: CompareLines}, Score: ScoreSum, Visible: schema.VisibleAlways}
	inherited := r.spec.Limits
	if o.has("gradescope") {
		inherited = gradescopeLimits().within(r.flavour)
	}
	t.Limits = r.limits(o, inherited, r.flavour)
	t.Compiler = r.spec.Limits.atLeast(t.Limits)
	r.testCommands(o, &t)
	r.testData(o, &t)
	r.testVerdict(o, &t)
	r.testPoints(o, &t)
	r.testStanding(o, &t)
	t.Kind = t.kind()
	return t
}

func (r *reading) testCommands(o *object, t *Test) {
	if n := o.get("name"); n != nil {
		t.Name = r.testName(n)
	} else {
		r.fail(o.at, "a test needs a name; write name: greets")
	}
	commands := map[string]*Command{"run": &t.Run, "compile": &t.Compile, "checker": &t.Checker, "driver": &t.Driver}
	for key, command := range commands {
		if n := o.get(key); n != nil {
			*command = r.command(n, key)
		}
	}
	if n := o.get("gradescope"); n != nil {
		t.Gradescope, _ = r.directory(n, "gradescope")
		t.Setup = r.setup(o)
	} else if !o.has("run") {
		r.fail(o.at, "a test needs run; write the command, as in run: ./hello")
	}
	if n := o.get("flags"); n != nil && (n.kind != kindList || len(n.items) > 0) {
		t.Flags = r.strings(n, "flags", "[strict]")
	}
	if n := o.get("passes"); n != nil {
		t.Passes, _ = r.integer(n, "passes", 1, maxPasses)
	}
	if n := o.get("scale"); n != nil {
		if t.NoScale = n.plain() && n.text == "ignore"; !t.NoScale {
			scale := r.positive(n, "scale")
			t.Scale = &scale
		}
	}
	if n := o.get("needs"); n != nil {
		t.Needs = r.globs(n, "needs")
	}
}

// setup reads whether the autograder's setup.sh makes an image for it.
func (r *reading) setup(o *object) bool {
	n := o.get("setup")
	if n == nil {
		return false
	}
	is, _ := r.boolean(n, "setup")
	return is
}

func (r *reading) testName(n *node) string {
	name, ok := r.word(n, "name", maxName)
	if ok && strings.Contains(name, "/") {
		r.fail(n, "name %s holds a slash, which divides a test from its cases; write another character", quote(name))
	}
	return name
}

func (r *reading) testData(o *object, t *Test) {
	t.Stdin = r.input(o, "stdin")
	t.Stdout = r.input(o, "stdout")
	if n := o.get("cases"); n != nil {
		t.CaseGlob, _ = r.glob(n, "cases")
	}
	if n := o.get("compare"); n != nil {
		t.Compare = r.compare(n)
	}
}

// input reads inline text from key, or a file name from key with the suffix _file.
func (r *reading) input(o *object, key string) Input {
	inline, file := o.get(key), o.get(key+"_file")
	switch {
	case inline != nil && file != nil:
		r.fail(o.key(key+"_file"), "%s and %s_file both stand here; keep one", key, key)
	case inline != nil:
		s, ok := r.text(inline, key)
		return Input{Set: ok, Text: s}
	case file != nil:
		s, ok := r.path(file, key+"_file")
		return Input{Set: ok, File: s}
	}
	return Input{}
}

func (r *reading) testVerdict(o *object, t *Test) {
	if n := o.get("report"); n != nil {
		word, _ := r.choice(n, "report", string(ReportJUnit), string(ReportCTest), string(ReportSARIF), string(ReportTAP), string(ReportUnity), string(ReportGoTest))
		t.Report = ReportFormat(word)
	}
	n := o.get("exit")
	switch {
	case n == nil:
	case n.kind == kindString && n.text == "any":
		t.AnyExit = true
	case n.kind == kindNumber:
		if status, ok := r.integer(n, "exit", 0, 255); ok {
			t.Exit = &status
		}
	default:
		r.fail(n, "exit must be a status from 0 to 255, or any, not %s", n.describe())
	}
}

func (r *reading) testPoints(o *object, t *Test) {
	if n := o.get("penalty"); n != nil {
		t.Penalty = r.penalty(n)
	}
	if n := o.get("points"); n != nil {
		t.Points = r.pointRule(n)
	} else if t.Penalty == nil {
		t.Points.Total = schema.NewPoints(1, 1)
	}
	if n := o.get("score"); n != nil {
		if word, ok := r.choice(n, "score", string(ScoreSum), string(ScoreAll), string(ScoreMin), string(ScoreMax), string(ScoreAccepted)); ok {
			t.Score = Scoring(word)
		}
	}
	if n := o.get("stop"); n != nil {
		t.Stop, _ = r.boolean(n, "stop")
	}
}

func (r *reading) testStanding(o *object, t *Test) {
	if n := o.get("requires"); n != nil {
		t.Requires = r.strings(n, "requires", "[greets]")
	}
	if n := o.get("visible"); n != nil {
		t.Visible = r.visibility(n)
	}
	if n := o.get("hint"); n != nil {
		t.Hint, _ = r.text(n, "hint")
	}
}

func (r *reading) visibility(n *node) schema.Visibility {
	word, ok := r.choice(n, "visible", string(schema.VisibleAlways), string(schema.VisibleAfterDue), string(schema.VisibleAfterPublish), string(schema.VisibleNever))
	v := schema.Visibility(word)
	if ok && v == schema.VisibleAfterDue && !r.root.has("due") {
		r.fail(n, "visible: after_due needs a due date, and this assignment has none; write due, or visible: after_publish")
	}
	return v
}
