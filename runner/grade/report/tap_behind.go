package report

import (
	"regexp"
	"slices"
	"strings"
)

// A program that prints without a newline at the end puts its text before a result on the same
// line, as in "debugok 3 - removes". C's cmocka, Perl's Test::More and GLib do not prevent this.
// Such a result counts if its number is the next one and no other line has that number.

// tapBehind matches where a numbered result may begin in a line.
var tapBehind = regexp.MustCompile(`(?:not )?ok \d{1,9}(?: |$)`)

// recover searches a line for a result after other text.
func (r *tapReport) recover(line string) error {
	for _, at := range slices.Backward(tapBehind.FindAllStringIndex(line, -1)) {
		before := line[:at[0]]
		depth := (len(before) - len(strings.TrimRight(before, " "))) / len(tapIndent)
		t, ok := parseTAP(line[at[0]:])
		if !ok || strings.TrimSpace(before) == "" || depth > maxDepth || !r.plausible(depth, t.number) {
			continue
		}
		if err := r.add(t, depth); err != nil {
			return err
		}
		r.open.behind, r.open.group.behind = true, true
		return nil
	}
	return nil
}

// plausible reports whether a result with this number may come next.
func (r *tapReport) plausible(depth, number int) bool {
	g := r.group(depth)
	if g.closed || g.plan > 0 && number > g.plan {
		return false
	}
	return number == g.last+1 || g.behind && number == g.last
}

// contradict removes a result after other text if a line of its own has the same number.
func (r *tapReport) contradict(g *tapGroup, number int) {
	for i := len(r.results) - 1; i >= 0 && r.results[i].behind && r.results[i].group == g; i-- {
		if r.results[i].number == number {
			r.results = slices.Delete(r.results, i, i+1)
			return
		}
	}
}

// dropImplausible removes the results after other text whose number exceeds the plan.
func dropImplausible(results []tapResult) []tapResult {
	return slices.DeleteFunc(results, func(c tapResult) bool {
		return c.behind && c.group.plan > 0 && c.number > c.group.plan
	})
}
