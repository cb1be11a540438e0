package grade

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/grader/grader/runner/grade/report"
	"github.com/grader/grader/schema"
)

// changingName matches names that contain a time, a process id or a random part, which change with
// every run.
var changingName = regexp.MustCompile(`\d{3}|[0-9a-f]{8}`)

// trace returns what can be observed from outside the process about the origin of the reports.
func (g reading) trace() schema.ReportTrace {
	t := schema.ReportTrace{
		Summary:  g.summary.stands == 1 && g.summary.passed == g.passes(),
		Totals:   g.stated && !g.misstated,
		Attested: g.signed && g.altered == "" && g.passes() <= g.seal.Passed,
		Noted:    g.seal.Noted,
		Changed:  g.seal.Changed,
	}
	if slices.ContainsFunc(g.documents, changingName.MatchString) {
		return t
	}
	for _, name := range g.documents {
		if t.Files == nil {
			t.Files = map[string]int{}
		}
		t.Files[name] = g.written[name]
	}
	return t
}

// passes returns the number of cases that passed according to the reports.
func (g reading) passes() int {
	n := 0
	for _, c := range g.cases {
		if c.Verdict == report.Passed {
			n++
		}
	}
	return n
}

// clean reports whether the process ended without an error.
func (g reading) clean() bool {
	return g.run.Limit == "" && g.run.Signal == 0 && g.run.Exit == 0
}

// finished reports whether the framework finished, as far as that can be observed: it signed, it
// printed closing words as the reference's did, or it left complete reports in all of the
// reference's files.
func (g reading) finished(reference schema.ReportTrace) bool {
	switch {
	case reference.Attested:
		return g.signed
	case reference.Summary:
		return g.summary.stands == 1 && g.summary.passed >= g.passes()
	case len(reference.Files) == 0 || len(g.problems) > 0 || g.run.Limit != "" || g.run.Signal != 0:
		return false
	}
	for name, written := range reference.Files {
		if !slices.Contains(g.documents, name) || g.written[name] > written {
			return false
		}
	}
	return true
}

// split returns the documents that the reference writes too, and the names of the other ones, which
// are ignored. If the reference's documents are unknown, it returns all.
func split(documents []document, known map[string]int) (own []document, foreign []string) {
	if len(known) == 0 {
		return documents, nil
	}
	for _, d := range documents {
		if _, ok := known[d.name]; ok {
			own = append(own, d)
		} else {
			foreign = append(foreign, d.name)
		}
	}
	return own, foreign
}

// voided explains why a report that the framework should have signed is worth nothing. It returns
// "" if the report is valid.
func (g reading) voided(reference schema.ReportTrace) string {
	changed := without(g.seal.Changed, reference.Changed)
	switch {
	case !reference.Attested || len(g.cases) == 0:
		return ""
	case !g.signed && g.run.Limit != "":
		return "the test framework did not come to its end: " + g.end.message
	case !g.signed:
		return "the report was not written by the test framework, or the program ended before the framework did"
	case g.altered != "":
		return "the report " + g.altered + " was changed after the test framework had written it"
	case len(changed) > 0:
		return "the test framework or the tests were changed while they ran: " + schema.Excerpt(strings.Join(changed[:min(len(changed), 3)], ", "), 300)
	case g.passes() > g.seal.Passed:
		return fmt.Sprintf("the report counts %d passed cases, and the test framework saw %d pass", g.passes(), g.seal.Passed)
	case reference.Summary && g.summary.stands > 0 && g.summary.passed < g.passes():
		return "the report counts more passed cases than the test framework printed"
	}
	return ""
}

// readersLast sorts notes so that calls that only read a process's frames follow those that can
// change it.
func readersLast(notes []string) []string {
	reads := func(note string) bool { return strings.HasSuffix(note, "frame") }
	slices.SortStableFunc(notes, func(a, b string) int {
		switch {
		case reads(a) == reads(b):
			return 0
		case reads(a):
			return 1
		}
		return -1
	})
	return notes
}

// without returns the texts that are not among the others.
func without(texts, others []string) []string {
	return slices.DeleteFunc(slices.Clone(texts), func(text string) bool { return slices.Contains(others, text) })
}

// contradictions describes, for staff, how the observed reports differ from the reference's.
// unreported is the number of pinned cases that they do not contain.
func (g reading) contradictions(reference schema.ReportTrace, unreported int) []string {
	var all []string
	say := func(differs bool, format string, values ...any) {
		if differs {
			all = append(all, fmt.Sprintf(format, values...))
		}
	}
	say(len(g.foreign) > 0, "report files that the reference does not write, which were not read: %s", schema.Excerpt(strings.Join(g.foreign, ", "), 300))
	say(g.disturbed, "something other than the test framework spoke to the runner")
	unusual := without(g.seal.Noted, reference.Noted)
	say(reference.Attested && len(unusual) > 0, "the submission reached into the framework's process, which the reference does not: %s", schema.Excerpt(strings.Join(readersLast(unusual), ", "), 300))
	if len(g.cases) == 0 {
		return all
	}
	for _, name := range slices.Sorted(maps.Keys(reference.Files)) {
		written, there := reference.Files[name], slices.Contains(g.documents, name)
		say(!there && len(g.documents) > 0 && unreported == 0, "there is no report %s, which the reference writes", name)
		say(there && written > 0 && g.written[name] > written, "%s was written %d times, by the reference %d", name, g.written[name], written)
	}
	say(g.flooded, "more happened in the directory of the reports than could be followed")
	attested := reference.Attested && g.signed // then its totals are attested too, whatever it printed
	say(reference.Totals && !attested && (g.misstated || !g.stated), "the totals that a report states are not those of its cases")
	if reference.Summary {
		say(g.summary.stands == 0 && g.clean() && !attested && !g.summary.begun, "the framework's closing words are missing from the output")
		say(g.summary.stands > 1, "the framework's closing words stand %d times in the output", g.summary.stands)
		say(g.summary.stands > 0 && g.summary.passed < g.passes(), "the framework's closing words count %d passed cases, the report %d", g.summary.passed, g.passes())
	}
	return all
}
