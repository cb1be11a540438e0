package grade

import (
	"regexp"
	"strings"
)

// tapLine matches a result of the Test Anything Protocol: ok or not ok, number,
// description, directive.
var tapLine = regexp.MustCompile(`^(not )?ok\b(?: +(\d+))?(?: *-)?(?: +(.*?))?(?: *# *((?i:skip|todo)\S*)(?: +(.*))?)?$`)

// checkName matches a description by libcheck, file:case:test: message, whose message differs
// with the verdict.
var checkName = regexp.MustCompile(`^([^\s:]+\.\w+:[^:]+:[^:]+): (.+)$`)

// readTAP reads the Test Anything Protocol, versions 12 to 14. Lines of subtests (indented) are
// summed up by their parent's line. A case that is still to do counts as skipped.
func readTAP(document []byte, l *caseList) error {
	r := tapReport{list: l}
	err := plainLines(document, r.take)
	if err != nil {
		return err
	}
	return r.flush()
}

// tapReport follows the lines of a TAP stream.
type tapReport struct {
	list   *caseList
	open   *reportCase // the last result, whose diagnosis may follow
	detail strings.Builder
	ended  bool // bailed out
}

// take follows one line.
func (r *tapReport) take(line string) error {
	if r.ended {
		return nil
	}
	if strings.HasPrefix(line, "Bail out!") {
		r.ended = true
		return r.flush()
	}
	m := tapLine.FindStringSubmatch(line)
	if m == nil {
		r.note(line)
		return nil
	}
	if err := r.flush(); err != nil {
		return err
	}
	r.open = tapCase(m)
	return nil
}

// note keeps a diagnosis: comments and the YAML block below a result.
func (r *tapReport) note(line string) {
	diagnosis := strings.HasPrefix(line, "#") || strings.HasPrefix(line, "  ")
	if r.open == nil || !diagnosis || r.detail.Len() > 2*maxCaseText {
		return
	}
	r.detail.WriteString(strings.TrimPrefix(strings.TrimPrefix(line, "#"), " "))
	r.detail.WriteByte('\n')
}

// flush adds the open result to the list.
func (r *tapReport) flush() error {
	if r.open == nil {
		return nil
	}
	c := *r.open
	c.output = strings.TrimSpace(r.detail.String())
	r.open = nil
	r.detail.Reset()
	return r.list.add(c)
}

// tapCase makes a case of a matched line.
func tapCase(m []string) *reportCase {
	c := &reportCase{name: strings.TrimSpace(m[3]), verdict: verdictPassed, message: m[5]}
	if c.name == "" {
		c.name = m[2]
	}
	if check := checkName.FindStringSubmatch(c.name); check != nil {
		c.name, c.message = check[1], check[2]
	}
	if m[1] != "" {
		c.verdict = verdictFailed
	}
	if m[4] != "" {
		c.verdict = verdictSkipped
	}
	return c
}
