package report

import (
	"regexp"
	"strings"
)

// readTAP reads the Test Anything Protocol, versions 12 to 14. A subtest is named parent/child. Its
// parent is a case, too, unless it only groups others (Node's describe). A case marked TODO counts
// as skipped.
func readTAP(document []byte, l *List) error {
	var r tapReport
	cut := plainLines(document, r.handleLine)
	r.finish()
	for _, c := range r.results {
		if err := l.add(c.Case); err != nil {
			return err
		}
	}
	return cut
}

// tapReport collects the results of a TAP stream.
type tapReport struct {
	results []tapResult
	open    *tapResult // the last result; its diagnosis may follow
	detail  strings.Builder
	block   string // the line that ends the open YAML diagnosis
	ended   bool   // bailed out

	groups []*tapGroup // the results that are being read, by depth
}

// tapResult is one result and its depth. The next result that is less deep is its parent.
type tapResult struct {
	Case
	number int
	depth  int
	group  *tapGroup
	around string // names of the surrounding subtests, from their comments
	parent bool
	suite  bool // only groups others
	failed bool // one below it failed
	behind bool // follows other text on its line
}

// tapGroup holds the numbered results of one stream: the document, or a subtest.
type tapGroup struct {
	header string // of the last "# Subtest: name"
	plan   int    // number of results that it states; 0 if it has not stated one
	last   int    // number of the last result
	closed bool   // it ended with its plan
	behind bool   // the last result follows other text on its line
}

// tapIndent is the indentation of each level of subtests.
const tapIndent = "    "

// subtestComment begins the comment that names a subtest.
const subtestComment = "# Subtest: "

// tapPlan matches a plan.
var tapPlan = regexp.MustCompile(`^1\.\.(\d{1,6})\s*(?:#.*)?$`)

// handleLine processes one line.
func (r *tapReport) handleLine(line string) error {
	if r.ended || r.inBlock(line) {
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
	if m := tapPlan.FindStringSubmatch(rest); m != nil {
		r.plan(depth, number(m[1]))
		return nil
	}
	t, ok := parseTAP(rest)
	switch {
	case ok:
		return r.add(t, depth)
	case strings.HasPrefix(rest, "#"):
		r.comment(depth, rest)
		return nil
	case r.open != nil && depth == r.open.depth && rest == "  ---":
		r.block = strings.Repeat(tapIndent, depth) + "  ..."
		return nil
	}
	return r.recover(line)
}

// add opens a result.
func (r *tapReport) add(t tapLine, depth int) error {
	r.close()
	if len(r.results) >= maxCases {
		return ErrTooLarge
	}
	g := r.group(depth)
	if g.closed {
		g = &tapGroup{header: g.header}
		r.groups[depth] = g
	}
	if t.number == 0 {
		t.number = g.last + 1
	}
	r.contradict(g, t.number)
	g.last, g.behind = t.number, false
	r.open = &tapResult{Case: t.toCase(), number: t.number, depth: depth, group: g, around: r.around(depth, t.description)}
	r.adopt()
	if t.description == g.header {
		g.header = ""
	}
	r.groups = r.groups[:depth+1]
	return nil
}

// group returns the group at a depth and starts it if necessary.
func (r *tapReport) group(depth int) *tapGroup {
	for len(r.groups) <= depth {
		r.groups = append(r.groups, new(tapGroup))
	}
	return r.groups[depth]
}

// plan records the number of results of a group. Another plan starts another group.
func (r *tapReport) plan(depth, results int) {
	g := r.group(depth)
	if g.plan > 0 {
		g = &tapGroup{header: g.header}
		r.groups[depth] = g
	}
	g.plan, g.closed = results, g.last > 0
}

// adopt makes the deeper results before the open one its subtests.
func (r *tapReport) adopt() {
	for i := len(r.results) - 1; i >= 0 && r.results[i].depth > r.open.depth; i-- {
		c := &r.results[i]
		c.nameWithin(r.open.Name)
		c.depth = r.open.depth
		r.open.parent = true
		r.open.failed = r.open.failed || c.Verdict == Failed
	}
}

// nameWithin puts the name of a parent before the name of a subtest.
func (c *tapResult) nameWithin(parent string) {
	name := parent + "/" + c.Name
	c.Name = name[max(0, len(name)-maxTitle):]
}

// comment reads a comment: the name of a subtest, or a line of a diagnosis.
func (r *tapReport) comment(depth int, line string) {
	if name, ok := strings.CutPrefix(line, subtestComment); ok {
		r.group(depth).header = unescapeTAP(strings.TrimSpace(name))
		r.groups = r.groups[:depth+1]
		return
	}
	if r.open != nil && !strings.HasPrefix(line, "# Subtest") {
		r.keep(strings.TrimPrefix(line[1:], " "))
	}
}

// around returns the names of the subtests around a result, where comments state them. Older Perl
// indents the comment like the results of the subtest.
func (r *tapReport) around(depth int, description string) string {
	var names []string
	for d := range depth {
		name := r.group(d).header
		if own := r.group(d + 1).header; name == "" && own != description {
			name = own
		}
		if name != "" {
			names = append(names, name)
		}
	}
	return strings.Join(names, "/")
}

// inBlock processes a line of a YAML diagnosis and reports whether it was one.
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
		return // its subtests have the details
	}
	r.results = append(r.results, c)
}

// finish ends the stream. It names subtests without a parent by their comments.
func (r *tapReport) finish() {
	r.close()
	r.results = dropImplausible(r.results)
	for i := range r.results {
		if c := &r.results[i]; c.depth > 0 && c.around != "" {
			c.nameWithin(c.around)
		}
	}
}
