package report

import (
	"regexp"
	"strings"
)

// tapLine matches a result of the Test Anything Protocol: ok or not ok, number,
// description, directive.
var tapLine = regexp.MustCompile(`^(not )?ok\b(?: +(\d+))?(?: *-)?(?: +(.*?))?(?: *# *((?i:skip|todo)\S*)(?: +(.*))?)?$`)

// tapTime matches how long a result took, which some write behind its description.
var tapTime = regexp.MustCompile(` *# (?:time=[\d.]+m?s|in \d+ (?:ms|sec))$`)

// checkName matches a description by libcheck, file:case:test: message, whose message differs
// with the verdict.
var checkName = regexp.MustCompile(`^([^\s:]+\.\w+:[^:]+:[^:]+): (.+)$`)

// tapIndent is by how much each level of subtests is indented.
const tapIndent = "    "

// readTAP reads the Test Anything Protocol, versions 12 to 14. A subtest is named after
// those around it, parent/child. Its parent is a case of its own, except where it only groups
// others (Node's describe). A case that is still to do counts as skipped.
func readTAP(document []byte, l *List) error {
	var r tapReport
	cut := plainLines(document, r.take)
	r.close()
	for _, c := range r.results {
		if err := l.add(c.Case); err != nil {
			return err
		}
	}
	return cut
}

// tapReport follows the lines of a TAP stream.
type tapReport struct {
	results []tapResult
	open    *tapResult // the last result, whose diagnosis may follow
	detail  strings.Builder
	block   string // with what the open diagnosis in YAML ends
	ended   bool   // bailed out
}

// tapResult is one result, and how deep it stands: of those that are deeper, the next that is not is the parent.
type tapResult struct {
	Case
	depth  int
	parent bool
	suite  bool // does nothing but group
	failed bool // some below it did
}

// take follows one line.
func (r *tapReport) take(line string) error {
	if r.ended {
		return nil
	}
	if r.inBlock(line) {
		return nil
	}
	depth, rest := 0, line
	for strings.HasPrefix(rest, tapIndent) && depth < maxDepth {
		depth, rest = depth+1, rest[len(tapIndent):]
	}
	if strings.HasPrefix(rest, "Bail out!") {
		r.ended = true
		return nil
	}
	m := tapLine.FindStringSubmatch(rest)
	if m == nil {
		r.note(depth, rest)
		return nil
	}
	r.close()
	if len(r.results) >= maxCases {
		return ErrTooLarge
	}
	r.open = &tapResult{Case: tapCase(m), depth: depth}
	r.adopt()
	return nil
}

// adopt names the deeper results before the open one as its subtests.
func (r *tapReport) adopt() {
	for i := len(r.results) - 1; i >= 0 && r.results[i].depth > r.open.depth; i-- {
		c := &r.results[i]
		name := r.open.Name + "/" + c.Name
		c.Name = name[max(0, len(name)-2*maxName):]
		c.depth = r.open.depth
		r.open.parent = true
		r.open.failed = r.open.failed || c.Verdict == Failed
	}
}

// note keeps a diagnosis: comments and the YAML block below a result.
func (r *tapReport) note(depth int, line string) {
	if r.open == nil {
		return
	}
	if depth == r.open.depth && line == "  ---" {
		r.block = strings.Repeat(tapIndent, depth) + "  ..."
		return
	}
	if strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "# Subtest") {
		r.keep(strings.TrimPrefix(line[1:], " "))
	}
}

// inBlock takes a line of a diagnosis in YAML. It reports whether it was one.
func (r *tapReport) inBlock(line string) bool {
	if r.block == "" {
		return false
	}
	text, within := strings.CutPrefix(line, strings.TrimSuffix(r.block, "..."))
	if !within && line != "" || line == r.block {
		r.block = ""
		return within
	}
	r.open.suite = r.open.suite || text == "type: 'suite'"
	r.keep(text)
	return true
}

// keep adds a line to the diagnosis.
func (r *tapReport) keep(line string) {
	if r.detail.Len() < 2*maxText {
		r.detail.WriteString(line)
		r.detail.WriteByte('\n')
	}
}

// close ends the open result.
func (r *tapReport) close() {
	if r.open == nil {
		return
	}
	c := *r.open
	c.Output = strings.TrimSpace(r.detail.String())
	r.open, r.block = nil, ""
	r.detail.Reset()
	if c.suite && c.parent && (c.Verdict != Failed || c.failed) {
		return // its subtests say it all
	}
	r.results = append(r.results, c)
}

// tapCase makes a case of a matched line.
func tapCase(m []string) Case {
	c := Case{Name: strings.TrimSpace(tapTime.ReplaceAllString(m[3], "")), Verdict: Passed, Message: m[5]}
	if c.Name == "" {
		c.Name = m[2]
	}
	if check := checkName.FindStringSubmatch(c.Name); check != nil {
		c.Name, c.Message = check[1], check[2]
	}
	if m[1] != "" {
		c.Verdict = Failed
	}
	if m[4] != "" {
		c.Verdict = Skipped
	}
	return c
}
