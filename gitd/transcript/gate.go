package transcript

import (
	"fmt"
	"slices"
	"strings"

	"github.com/grader/grader/schema"
)

// maxPins bounds how many pinned cases one push prints.
const maxPins = 100

// GateHead returns the first lines that a push of tests shows: the number of the candidate and what
// its gate grades.
func GateHead(path string, g schema.Gate) []string {
	runs, samples, starter := 0, 0, false
	for _, j := range g.Jobs {
		if j.Part.Run > 0 {
			runs++
		}
		samples += len(j.Part.Samples)
		starter = starter || j.Part.Starter
	}
	var parts []string
	if runs > 1 {
		parts = append(parts, fmt.Sprintf("the solution %d times", runs))
	}
	if samples > 0 {
		parts = append(parts, schema.Count(samples, "sample"))
	}
	if starter {
		parts = append(parts, "the starter")
	}
	what := "the tests"
	if len(parts) > 0 {
		what = strings.Join(parts, ", ")
	}
	head := fmt.Sprintf("%s: candidate %d. commit %s", Truncate(path+"/tests", 40), g.Version.Number, ShortCommit(g.Version.Commit))
	return append([]string{head}, Wrap("the gate grades "+what+"; students see nothing yet", Width)...)
}

// GateFailed returns the lines for a gate of which a part failed because of our machines.
func GateFailed(g schema.Gate) []string {
	out := []string{"our machines failed, so that nothing is decided:"}
	for _, j := range g.Jobs {
		if j.Job.State == schema.StateFailed || j.Job.State == schema.StateCancelled {
			out = append(out, Wrap(partName(j.Part)+": "+OneLine(orElse(j.Job.Reason, string(j.Job.State))), Width)...)
		}
	}
	return append(out, "Push again to try once more.")
}

// partName returns the name of a part of a gate.
func partName(p schema.GatePart) string {
	switch {
	case p.Run > 0:
		return fmt.Sprintf("run %d of the solution", p.Run)
	case p.Starter:
		return "the starter"
	case len(p.Samples) > 0:
		return "samples " + strings.Join(p.Samples, ", ")
	}
	return "the gate"
}

// GateVerdict returns what a gate decided and why, compared with the version before.
func GateVerdict(path string, g, before schema.Gate) []string {
	v := g.Verdict
	out := gateScores(v)
	if v.Activates() {
		out = append(out, Pins(v.Pins, before.Version.Pins)...)
	}
	out = append(out, changes(g, before)...)
	for _, reason := range v.Reasons {
		out = append(out, reasonLines(reason)...)
	}
	if v.Skipped {
		out = append(out, Wrap("the gate failed and was skipped (-o skip-gate); staff read so in status and on the course's page", Width)...)
	}
	switch {
	case !v.Activates():
		out = append(out, "not active: the gate failed, and students keep the version they have", "Correct it and push again.")
		out = append(out, Wrap(fmt.Sprintf("To read this again: log %s/tests/%d", path, g.Version.Number), Width)...)
	case g.Version.State == schema.VersionActive:
		out = append(out, fmt.Sprintf("active now: version %d", g.Version.Number))
	default:
		out = append(out, fmt.Sprintf("version %d passed its gate; another one is active", g.Version.Number))
	}
	return out
}

// reasonLines returns the lines of one reason: its first line, wrapped, and a few of the rest, such
// as a compiler's messages.
func reasonLines(reason string) []string {
	first, rest, _ := strings.Cut(schema.Sanitize(reason), "\n")
	return append(Wrap("! "+first, Width), details(rest, maxDetails)...)
}

// gateScores returns the scores of the solution, the samples and the starter.
func gateScores(v *schema.GateVerdict) []string {
	var out []string
	if v.Runs > 1 {
		out = append(out, fmt.Sprintf("solution: %s / %s, graded %d times", v.Score, v.Max, v.Runs))
	}
	for _, s := range v.Samples {
		line := fmt.Sprintf("%s: %s / %s, as expected", OneLine(s.Dir), s.Actual, s.MaxScore)
		if s.Fault() != "" {
			expected, got := s.Compared()
			line = fmt.Sprintf("%s: expected %s, got %s", OneLine(s.Dir), expected, got)
		}
		out = append(out, Truncate(line, Width))
	}
	if s := v.Starter; s != nil {
		line := fmt.Sprintf("%s: %s / %s", OneLine(s.Dir), s.Actual, s.MaxScore)
		if s.Words != "" {
			line += " (" + OneLine(s.Words) + ")"
		}
		out = append(out, Truncate(line, Width))
	}
	return out
}

// maxChanges bounds how many changed tests and cases are listed.
const maxChanges = 40

// changes compares the points of the tests with the version before: the sum, and each test or case
// that is new, removed, or has different points.
func changes(g, before schema.Gate) []string {
	now, was := worthOf(g), worthOf(before)
	if now.names == nil || was.names == nil {
		return nil
	}
	listed := map[string]bool{}
	if g.Verdict.Activates() {
		listed = pinNames(g.Verdict.Pins, before.Version.Pins)
	}
	var out []string
	for _, name := range now.names {
		switch old, ok := was.of[name]; {
		case !ok && listed[name]:
		case !ok:
			out = append(out, TruncateName("new      ", fmt.Sprintf("%s (%s)", OneLine(name), now.of[name]), Width))
		case !old.Equal(now.of[name]):
			out = append(out, TruncateName("points   ", fmt.Sprintf("%s (%s, was %s)", OneLine(name), now.of[name], old), Width))
		}
	}
	for _, name := range was.names {
		if _, ok := now.of[name]; !ok && !listed[name] {
			out = append(out, TruncateName("gone     ", fmt.Sprintf("%s (%s)", OneLine(name), was.of[name]), Width))
		}
	}
	if len(out) > maxChanges {
		out = append(out[:maxChanges], fmt.Sprintf("and %d changes more", len(out)-maxChanges))
	}
	if len(out) == 0 && now.sum.Equal(was.sum) {
		return nil
	}
	return append([]string{fmt.Sprintf("beside version %d: %s points, were %s", before.Version.Number, now.sum, was.sum)}, out...)
}

// pinNames returns the entries of pinned cases.
func pinNames(all ...schema.Pins) map[string]bool {
	names := map[string]bool{}
	for _, pins := range all {
		for test, cases := range pins.Tests {
			for _, name := range cases {
				names[test+"/"+name] = true
			}
		}
	}
	return names
}

// worth holds the points of each entry of a version's solution.
type worth struct {
	names []string
	of    map[string]schema.Points
	sum   schema.Points
}

// worthOf returns the points from the first run of the solution, or the zero value if there is no
// result.
func worthOf(g schema.Gate) worth {
	if len(g.Jobs) == 0 || g.Jobs[0].Result == nil {
		return worth{}
	}
	p := worth{names: []string{}, of: map[string]schema.Points{}, sum: g.Jobs[0].Result.MaxScore}
	for _, t := range g.Jobs[0].Result.Tests {
		if _, ok := p.of[t.Name]; !ok && !t.Unpinned {
			p.names = append(p.names, t.Name)
			p.of[t.Name] = t.MaxScore
		}
	}
	return p
}

// Pins returns lines for the pinned cases and the changes since before.
func Pins(now, before schema.Pins) []string {
	var out []string
	tests := make([]string, 0, len(now.Tests))
	for test := range now.Tests {
		tests = append(tests, test)
	}
	slices.Sort(tests)
	for _, test := range tests {
		for _, name := range now.Tests[test] {
			mark := "pinned   "
			if before.Tests != nil && !slices.Contains(before.Tests[test], name) {
				mark = "pinned + "
			}
			out = append(out, TruncateName(mark, OneLine(test+"/"+name), Width))
		}
	}
	for _, name := range unpinned(now, before) {
		out = append(out, TruncateName("no more  ", OneLine(name), Width))
	}
	if len(out) > maxPins {
		out = append(out[:maxPins], fmt.Sprintf("and %d cases more", len(out)-maxPins))
	}
	return out
}

// unpinned returns the cases that are no longer pinned.
func unpinned(now, before schema.Pins) []string {
	var out []string
	for test, names := range before.Tests {
		for _, name := range names {
			if !slices.Contains(now.Tests[test], name) {
				out = append(out, test+"/"+name)
			}
		}
	}
	slices.Sort(out)
	return out
}
