package grade

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/grader/grader/runner/grade/report"
)

// culprits holds the failed cases of a report. If a case cannot run, a framework reports the cause
// as a failure of another name: the module that cannot be imported, the class whose set-up failed,
// or the method that should have created the cases.
type culprits struct {
	failed []*report.Case // all of them
	extra  []*report.Case // the unpinned ones
	used   map[*report.Case]bool
}

// culpritsOf lists the failed cases of a report.
func culpritsOf(m *matching) *culprits {
	k := &culprits{used: map[*report.Case]bool{}}
	for i := range m.extra {
		if c := &m.extra[i]; c.Verdict == report.Failed {
			k.failed, k.extra = append(k.failed, c), append(k.extra, c)
		}
	}
	for _, c := range m.cases {
		if c != nil && c.Verdict == report.Failed {
			k.failed = append(k.failed, c)
		}
	}
	return k
}

// part returns a failed part of the pinned case, such as a subtest, or nil.
func (k *culprits) part(pin string) *report.Case {
	for _, c := range k.extra {
		if partOf(c.Name, pin) {
			return k.use(c)
		}
	}
	return nil
}

// group returns the failed case that represents a group of the pinned case, the smallest group
// first. If no case has such a name, it returns the first failed case that the reference does not
// have, because one failure can end the whole run. It returns nil if there is none.
func (k *culprits) group(pin string) *report.Case {
	var best *report.Case
	size := 0
	for _, c := range k.failed {
		if name := groupName(c.Name); len(name) > size && partOf(pin, name) {
			best, size = c, len(name)
		}
	}
	switch {
	case best != nil:
		return k.use(best)
	case len(k.extra) > 0:
		return k.use(k.extra[0])
	}
	return nil
}

func (k *culprits) use(c *report.Case) *report.Case {
	k.used[c] = true
	return c
}

// partOf reports whether name begins with whole and is longer, but does not continue the last word
// of whole.
func partOf(name, whole string) bool {
	rest, ok := strings.CutPrefix(name, whole)
	if !ok || rest == "" || whole == "" {
		return false
	}
	next, _ := utf8.DecodeRuneInString(rest)
	return next != '_' && !unicode.IsLetter(next) && !unicode.IsDigit(next)
}

// groupName returns the name of the group that a case represents: "List" for JUnit's
// "List.initializationError" and for "setUpClass (List)" of Python's unittest, the module for
// pytest's "pytest.module", and otherwise the case's own name.
func groupName(name string) string {
	if class, ok := strings.CutSuffix(name, ".initializationError"); ok {
		return class
	}
	phase, class, ok := strings.Cut(name, " (")
	if ok && strings.HasPrefix(phase[strings.LastIndex(phase, ".")+1:], "setUp") {
		return strings.TrimSuffix(class, ")")
	}
	if i := strings.LastIndex(name, ":checked_setup"); i >= 0 { // libcheck
		return name[:i]
	}
	return strings.TrimPrefix(name, "pytest.")
}
