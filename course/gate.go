package course

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/grader/grader/schema"
)

// maxReasons is how many entries or names of one kind a gate's reasons list.
const maxReasons = 10

// JudgeGate decides a candidate by the results of all parts of its gate. earlier are gates of
// the same tree: a difference from their gradings on the same machine is as flaky as a
// difference within this gate, so that pushing again does not help.
func JudgeGate(jobs, earlier []schema.GateJob) schema.GateVerdict {
	runs := gradingsOf(jobs)
	v := schema.GateVerdict{Runs: len(runs)}
	if len(runs) > 0 {
		v.Score, v.Max = runs[0].result.Score, runs[0].result.MaxScore
	}
	flaky := flakyWords(append(slices.Clone(runs), sameRuns(runs, earlier)...))
	v.Reasons = append(v.Reasons, solutionWords(runs, len(flaky) > 0)...)
	v.Reasons = append(append(v.Reasons, flaky...), flakySamples(jobs, earlier)...)
	pinned := append(slices.Clone(runs), besides(jobs)...)
	v.Reasons = append(v.Reasons, pinWords(pinned)...)
	v.Pins = pinsOf(pinned)
	for _, j := range jobs {
		for _, words := range partWords(j, len(v.Reasons) > 0) {
			if !strings.Contains(strings.Join(v.Reasons, "\n"), words) { // the message of a whole gate contains them
				v.Reasons = append(v.Reasons, words)
			}
		}
		if g := j.Result.Gate; g != nil {
			v.Samples = append(v.Samples, g.Samples...)
			v.Starter = cmp.Or(v.Starter, g.Starter)
		}
	}
	v.Passed = len(v.Reasons) == 0
	return v
}

// grading is one grading of the solution.
type grading struct {
	label  string // "run 2"
	result *schema.Result
	pins   schema.Pins
}

// gradingsOf returns the runs of the solution.
func gradingsOf(jobs []schema.GateJob) []grading {
	var all []grading
	for _, j := range jobs {
		if j.Part.Run > 0 || j.Part.Whole() {
			all = append(all, newGrading(fmt.Sprintf("run %d", max(j.Part.Run, 1)), j))
		}
	}
	return all
}

// besides returns the gradings of the solution that were run for the samples. Only their
// reports are used.
func besides(jobs []schema.GateJob) []grading {
	var all []grading
	for _, j := range jobs {
		if j.Part.Run == 0 && !j.Part.Whole() && j.Result.Gate != nil && len(j.Result.Gate.Pins.Tests) > 0 {
			all = append(all, newGrading("the run before the samples", j))
		}
	}
	return all
}

func newGrading(label string, j schema.GateJob) grading {
	g := grading{label: label, result: j.Result}
	if j.Result.Gate != nil {
		g.pins = j.Result.Gate.Pins
	}
	return g
}

// sameRuns returns the earlier runs of the solution on the same machine.
func sameRuns(runs []grading, earlier []schema.GateJob) []grading {
	var all []grading
	for _, j := range earlier {
		if len(runs) > 0 && (j.Part.Run > 0 || j.Part.Whole()) && sameMachine(runs[0].result.Provenance, j.Result.Provenance) {
			all = append(all, newGrading(fmt.Sprintf("run %d of version %d, which is the same", max(j.Part.Run, 1), j.Version), j))
		}
	}
	return all
}

// sameMachine reports whether the same tests can be expected to behave alike.
func sameMachine(a, b schema.Provenance) bool {
	return a.Image == b.Image && a.Flavour == b.Flavour && a.Grader == b.Grader && a.Wall == b.Wall
}

// solutionWords say why the solution never passes. A failure in only some runs is flaky and
// reported there.
func solutionWords(runs []grading, flaky bool) []string {
	var why string
	for _, r := range runs {
		g := r.result.Gate
		if g != nil && g.Passed && flaky {
			return nil
		}
		if g == nil || !g.Passed {
			why = cmp.Or(why, r.result.Message)
		}
	}
	if why == "" {
		return nil
	}
	return []string{why}
}

// flakyWords name the tests and cases that did not end alike in all gradings.
func flakyWords(runs []grading) []string {
	var words []string
	seen := map[string]bool{}
	more := 0
	for _, r := range runs {
		for _, t := range r.result.Tests {
			if t.Unpinned || seen[t.Name] {
				continue
			}
			seen[t.Name] = true
			text := differs(t.Name, runs)
			switch {
			case text == "":
			case len(words) < maxReasons:
				words = append(words, text)
			default:
				more++
			}
		}
	}
	if more > 0 {
		words = append(words, fmt.Sprintf("and %s more are flaky", schema.Count(more, "case")))
	}
	return words
}

// ends is an outcome of an entry, and the gradings that had it.
type ends struct {
	words   string
	message string
	in      []string
}

// differs says how an entry's outcomes differ between the gradings that have it; "" if they do
// not.
func differs(name string, runs []grading) string {
	var all []*ends
	for _, r := range runs {
		i := slices.IndexFunc(r.result.Tests, func(t schema.TestResult) bool { return t.Name == name && !t.Unpinned })
		if i < 0 {
			continue
		}
		words := endWords(r.result.Tests[i])
		at := slices.IndexFunc(all, func(e *ends) bool { return e.words == words })
		if at < 0 {
			first, _, _ := strings.Cut(r.result.Tests[i].Message, "\n")
			all = append(all, &ends{words: words, message: first})
			at = len(all) - 1
		}
		all[at].in = append(all[at].in, r.label)
	}
	if len(all) < 2 {
		return ""
	}
	slices.SortStableFunc(all, func(a, b *ends) int { // passed first
		return cmp.Compare(either(a.words == passed, "", "x"), either(b.words == passed, "", "x"))
	})
	var words []string
	for _, e := range all {
		text := e.words + " in " + enumerate(e.in)
		if e.message != "" {
			text += " (" + e.message + ")"
		}
		words = append(words, text)
	}
	return "flaky: " + name + " " + strings.Join(words, ", ")
}

// passed is the word for an entry that passed.
const passed = string(schema.OutcomePassed)

// endWords describe an entry's outcome and score: "passed", "partial (1/2)".
func endWords(t schema.TestResult) string {
	words := strings.ReplaceAll(string(t.Outcome), "-", " ")
	if t.Score.Sign() != 0 && !t.Score.Equal(t.MaxScore) {
		words += fmt.Sprintf(" (%s/%s)", t.Score, t.MaxScore)
	}
	return words
}

// flakySamples name the samples that had another score when the same tree was graded before on
// the same machine.
func flakySamples(jobs, earlier []schema.GateJob) []string {
	now := map[string]schema.Points{}
	for _, j := range jobs {
		for _, s := range samplesOf(j) {
			now[s.Dir] = s.Actual
		}
	}
	var words []string
	for _, j := range earlier {
		if !sameMachine(jobs[0].Result.Provenance, j.Result.Provenance) {
			continue
		}
		for _, s := range samplesOf(j) {
			if score, ok := now[s.Dir]; ok && !score.Equal(s.Actual) {
				words = append(words, fmt.Sprintf("flaky: %s scores %s now and %s in version %d, which is the same", s.Dir, score, s.Actual, j.Version))
				delete(now, s.Dir) // reported once
			}
		}
	}
	return words
}

func samplesOf(j schema.GateJob) []schema.GateSample {
	if j.Result.Gate == nil {
		return nil
	}
	return j.Result.Gate.Samples
}

// partWords say what is wrong with the samples and the starter of a part, or why none was
// graded. If there are other reasons, they explain the latter.
func partWords(j schema.GateJob, after bool) []string {
	g := j.Result.Gate
	var words []string
	if g != nil {
		for _, s := range g.Samples {
			words = append(words, s.Fault())
		}
		if g.Starter != nil {
			words = append(words, g.Starter.Fault())
		}
	}
	words = slices.DeleteFunc(words, func(text string) bool { return text == "" })
	if (g == nil || !g.Passed) && len(words) == 0 && !after {
		words = append(words, cmp.Or(j.Result.Message, "the gate ended without saying what is wrong"))
	}
	return words
}

// enumerate joins names: "run 1, run 2 and run 3".
func enumerate(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// pinsOf returns the pins: the content of the first grading, which equals that of all others.
// Calls into its own process that one of them made are allowed to submissions, too.
func pinsOf(gradings []grading) schema.Pins {
	if len(gradings) == 0 {
		return schema.Pins{}
	}
	pins := schema.Pins{Tests: gradings[0].pins.Tests, Reports: maps.Clone(gradings[0].pins.Reports)}
	for _, g := range gradings[1:] {
		for test, trace := range g.pins.Reports {
			if known, ok := pins.Reports[test]; ok {
				noted := append(slices.Clone(known.Noted), trace.Noted...)
				slices.Sort(noted)
				known.Noted = slices.Compact(noted)
				pins.Reports[test] = known
			}
		}
	}
	return pins
}
