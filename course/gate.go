package course

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/grader/grader/schema"
)

// maxReasons is the maximum number of entries or names of one kind in a gate's reasons.
const maxReasons = 10

// JudgeGate returns the verdict on a candidate from the results of all parts of its gate. earlier
// holds the parts of earlier gates of the same tree. A difference from their gradings on the same
// machine counts as flaky, like a difference within this gate, so that pushing again does not help.
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

// besides returns the extra gradings of the solution that ran before the samples. Only their
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

// sameMachine reports whether two gradings ran in the same environment, so that the same tests
// should behave alike.
func sameMachine(a, b schema.Provenance) bool {
	return a.Image == b.Image && a.Flavour == b.Flavour && a.Grader == b.Grader && a.Wall == b.Wall
}

// solutionWords says why the solution fails in every run. flakyWords reports a failure in only some
// runs.
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

// flakyWords names the tests and cases with different outcomes between gradings.
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

// ends holds an outcome of an entry and the gradings that had it.
type ends struct {
	words   string
	message string
	in      []string
}

// differs describes how an entry's outcomes differ between the gradings that contain it; "" if they
// do not.
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

// endWords describes an entry's outcome and score: "passed", "partial (1/2)".
func endWords(t schema.TestResult) string {
	words := strings.ReplaceAll(string(t.Outcome), "-", " ")
	if t.Score.Sign() != 0 && !t.Score.Equal(t.MaxScore) {
		words += fmt.Sprintf(" (%s/%s)", t.Score, t.MaxScore)
	}
	return words
}

// flakySamples names the samples that scored differently in an earlier grading of the same tree on
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

// partWords describes what is wrong with the samples and the starter of a part, or why none was
// graded. after says that there are other reasons, which explain why none was graded.
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

// pinsOf returns the pins: the content of the first grading, which equals that of all others. If a
// grading made calls into its own process, submissions may make them too.
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
