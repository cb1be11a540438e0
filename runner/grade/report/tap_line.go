package report

import (
	"regexp"
	"strconv"
	"strings"
)

// tapLine is a line with a result: "not ok 2 - removes # TODO later".
type tapLine struct {
	failed      bool
	number      int // 0 means none
	description string
	skipped     bool   // by a directive
	reason      string // of the directive
}

// tapPattern matches a line with a result: not, number, and the rest after the dash.
var tapPattern = regexp.MustCompile(`^(not )?ok\b(?: +(\d{1,9}))?(?: *-)?((?:[ \t#].*)?)$`)

// tapTime matches a result's duration, which some producers write after its description.
var tapTime = regexp.MustCompile(`[ \t]+# (?:time=[\d.]+m?s|in \d+ (?:ms|sec))$`)

// checkName matches a description by libcheck, file:case:test: message. The message depends on the
// verdict.
var checkName = regexp.MustCompile(`^([^\s:]+\.\w+:[^:]+:[^:]+): (.+)$`)

// notRun matches cmocka's description of a test whose setup failed.
var notRun = regexp.MustCompile(`^(.+) (Could not run test: .+)$`)

// tapDirective matches the text after the # of a directive. The word must be followed by white
// space, a colon or nothing.
var tapDirective = regexp.MustCompile(`^[ \t]*(?i:skip(?:ped)?|todo)(?:[ \t:]+(.*))?$`)

// unescapeTAP returns a description or a reason as its author wrote it. It keeps a backslash before
// any character but # and another backslash.
func unescapeTAP(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	return strings.NewReplacer(`\\`, `\`, `\#`, `#`).Replace(text)
}

// parseTAP parses a line and reports whether it has a result.
func parseTAP(line string) (tapLine, bool) {
	m := tapPattern.FindStringSubmatch(line)
	if m == nil {
		return tapLine{}, false
	}
	t := tapLine{failed: m[1] != "", number: number(m[2])}
	description, reason, skipped := splitDirective(tapTime.ReplaceAllString(m[3], ""))
	t.description, t.reason, t.skipped = unescapeTAP(strings.TrimSpace(description)), unescapeTAP(reason), skipped
	return t, true
}

// splitDirective splits the text after a result's number at its directive. It considers the first #
// that is not escaped, follows white space, and precedes a directive or white space. If no
// directive follows that #, there is none.
func splitDirective(text string) (description, reason string, found bool) {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			if i+1 < len(text) && (text[i+1] == '\\' || text[i+1] == '#') {
				i++
			}
		case '#':
			if i == 0 || !isBlank(text[i-1]) {
				continue
			}
			if m := tapDirective.FindStringSubmatch(text[i+1:]); m != nil {
				return text[:i], m[1], true
			}
			if i+1 == len(text) || isBlank(text[i+1]) {
				return text, "", false
			}
		}
	}
	return text, "", false
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// toCase converts a line to a case.
func (t tapLine) toCase() Case {
	c := Case{Name: t.description, Verdict: Passed, Message: t.reason}
	if c.Name == "" {
		c.Name = strconv.Itoa(t.number)
	}
	if check := checkName.FindStringSubmatch(c.Name); check != nil {
		c.Name, c.Message = check[1], check[2]
	}
	if t.failed {
		c.Verdict = Failed
		if m := notRun.FindStringSubmatch(c.Name); m != nil {
			c.Name, c.Message = m[1], m[2]
		}
	}
	if t.skipped {
		c.Verdict = Skipped
	}
	return c
}
