package grade

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/grader/grader/runner/grade/report"
)

// culprits are the failed cases of a report. If something prevents a case from running, a
// framework reports it as a failure of something else: of the module that cannot be imported, of
// the class whose set-up failed, of the method that should have created the cases.
type culprits struct {
	failed []*report.Case // all
	extra  []*report.Case // those that are not pinned
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

// part returns a failed part of the pinned case, such as a subtest; nil for none.
func (k *culprits) part(pin string) *report.Case {
	for _, c := range k.extra {
		if partOf(c.Name, pin) {
			return k.use(c)
		}
	}
	return nil
}

// group returns the failed case that represents a group of cases to which the pinned one
// belongs, the smallest group first. If no case has such a name, it is the first failed case
// that the reference does not have, because one failure can end the whole run. It returns nil if
// there is none.
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

// partOf reports whether a name begins with another one and continues with something other than
// the same word.
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
// pytest's "pytest.module", otherwise its own name.
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
