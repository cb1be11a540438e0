package course

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/grader/grader/schema"
)

// maxPinNames is the maximum number of names in one reason.
const maxPinNames = 5

// pinWords describes the differences between the reports of two gradings of the solution. They are
// faults because submissions are compared with only one of the gradings.
func pinWords(gradings []grading) []string {
	if len(gradings) == 0 {
		return nil
	}
	first, words := gradings[0], []string(nil)
	for _, test := range slices.Sorted(maps.Keys(first.pins.Tests)) {
		for _, other := range gradings[1:] {
			if text := pinDifference(test, first, other); text != "" {
				words = append(words, text)
				break // one difference per test is enough
			}
		}
	}
	if len(words) > maxReasons {
		words = append(words[:maxReasons], fmt.Sprintf("and the reports of %s more differ", schema.Count(len(words)-maxReasons, "test")))
	}
	return words
}

// pinDifference describes the first difference between two gradings' reports of a test, "" for
// none.
func pinDifference(test string, a, b grading) string {
	if _, ok := b.pins.Tests[test]; !ok {
		return "" // the other never ran it, which is reported elsewhere
	}
	const differ = "%s: %s in two gradings of the solution: %s"
	if only := onlyIn(a.label, a.pins.Tests[test], b.label, b.pins.Tests[test]); only != "" {
		return fmt.Sprintf(differ+". Give cases names that do not change", test, "the names of the cases differ", only)
	}
	x, y := a.pins.Reports[test], b.pins.Reports[test]
	if only := onlyIn(a.label, slices.Collect(maps.Keys(x.Files)), b.label, slices.Collect(maps.Keys(y.Files))); only != "" {
		return fmt.Sprintf(differ+". Give reports names that do not change", test, "the files of the reports differ", only)
	}
	for _, file := range slices.Sorted(maps.Keys(x.Files)) {
		if x.Files[file] != y.Files[file] {
			return fmt.Sprintf(differ, test, file+" is not written alike",
				fmt.Sprintf("%s in %s, %s in %s", howOften(x.Files[file]), a.label, howOften(y.Files[file]), b.label))
		}
	}
	for _, fact := range []struct {
		what string
		x, y bool
	}{
		{"the totals that the report states of itself are right", x.Totals, y.Totals},
		{"the framework's closing words agree with the report", x.Summary, y.Summary},
		{"the framework signs its report", x.Attested, y.Attested},
	} {
		if fact.x != fact.y {
			return fmt.Sprintf("%s: %s in %s and not in %s", test, fact.what, either(fact.x, a.label, b.label), either(fact.x, b.label, a.label))
		}
	}
	return ""
}

// howOften formats the number of times that something happened; 0 is unknown.
func howOften(n int) string {
	switch n {
	case 0:
		return "unknown how often"
	case 1:
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func either(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}

// onlyIn names the entries that only one of the lists has, "" if they have the same.
func onlyIn(labelA string, a []string, labelB string, b []string) string {
	var words []string
	if names := without(a, b); len(names) > 0 {
		words = append(words, listed(names)+" only in "+labelA)
	}
	if names := without(b, a); len(names) > 0 {
		words = append(words, listed(names)+" only in "+labelB)
	}
	return strings.Join(words, ", ")
}

// without returns the names that are missing from the other list, sorted.
func without(names, other []string) []string {
	there := make(map[string]bool, len(other))
	for _, name := range other {
		there[name] = true
	}
	left := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return there[name] })
	slices.Sort(left)
	return left
}

// listed joins the first few names and counts the rest.
func listed(names []string) string {
	if len(names) > maxPinNames {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:maxPinNames], ", "), len(names)-maxPinNames)
	}
	return strings.Join(names, ", ")
}
