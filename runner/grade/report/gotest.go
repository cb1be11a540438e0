package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"path"
	"strings"
	"time"
)

// readGoTest reads the lines of go test -json. Cases are named package.Test/subtest with the last
// element of the package's path. A test with subtests is a case, too. Lines that are not events
// (output of compilers and programs) are skipped.
//
// If no event says how a test ended, the output does: see goText. If the output does not either,
// the test failed if its package did. Benchmarks are cases only if they fail.
func readGoTest(document []byte, l *List) error {
	r := goReport{list: l, tests: map[string]*goTest{}, texts: map[string]*goText{}}
	if err := plainLines(document, r.handleLine); err != nil {
		return err
	}
	if !r.known && goVerbose(document) {
		return errors.New("go test: the output has no events; write go test -json")
	}
	return r.close()
}

// goEvent is a line of go test -json (cmd/test2json).
type goEvent struct {
	Action  string
	Package string
	Test    string
	Elapsed float64 // seconds
	Output  string
}

// parseGoEvent parses a line and reports whether it is an event.
func parseGoEvent(line string) (goEvent, bool) {
	var e goEvent
	ok := strings.HasPrefix(line, "{") && json.Unmarshal([]byte(line), &e) == nil && e.Action != ""
	return e, ok
}

// textOfGoTest returns the output in the events of go test -json, including a compiler's, and
// the lines that are not events.
func textOfGoTest(printed []byte) []byte {
	var text bytes.Buffer
	for line := range bytes.Lines(printed) {
		if e, ok := parseGoEvent(string(bytes.TrimSpace(line))); ok {
			text.WriteString(e.Output)
			continue
		}
		text.Write(line)
	}
	return text.Bytes()
}

// goReport collects the events of go test -json.
type goReport struct {
	list  *List
	known bool // there was at least one event
	tests map[string]*goTest
	order []*goTest
	texts map[string]*goText // by package
}

// goTest is the state of one test.
type goTest struct {
	pkg, name    string
	starts, ends int             // according to events
	output       strings.Builder // according to events

	textStarts int             // according to the output of the package
	unmatched  []goEnd         // ends in that output without an event
	text       strings.Builder // the test's part of that output
}

// handleLine processes one line.
func (r *goReport) handleLine(line string) error {
	e, ok := parseGoEvent(line)
	if !ok {
		return nil
	}
	r.known = true
	if e.Action == "output" {
		r.text(e.Package).write(e.Output)
	}
	if e.Test == "" {
		r.text(e.Package).ended(e.Action)
		return nil
	}
	t := r.test(e.Package, e.Test)
	if t == nil {
		return nil
	}
	switch e.Action {
	case "run":
		t.starts++
		r.text(e.Package).current = t
	case "output":
		keepText(&t.output, e.Output)
	case "pass", "fail", "skip":
		return r.finish(t, e)
	}
	return nil
}

// test returns the state of a test, or nil if there are too many tests.
func (r *goReport) test(pkg, name string) *goTest {
	key := pkg + "\x00" + name
	t := r.tests[key]
	if t == nil && len(r.tests) < maxCases {
		t = &goTest{pkg: pkg, name: name}
		r.tests[key], r.order = t, append(r.order, t)
	}
	return t
}

// text returns the output of a package.
func (r *goReport) text(pkg string) *goText {
	t := r.texts[pkg]
	if t == nil {
		t = &goText{test: func(name string) *goTest { return r.test(pkg, name) }}
		r.texts[pkg] = t
	}
	return t
}

// finish adds a test that an event ended.
func (r *goReport) finish(t *goTest, e goEvent) error {
	t.ends++
	t.match(goVerdict(e.Action))
	wall := time.Duration(min(max(e.Elapsed, 0), maxWall.Seconds()) * float64(time.Second))
	return r.list.add(Case{Name: t.title(), Verdict: goVerdict(e.Action), Wall: wall, Output: withoutFrames(t.output.String())})
}

// close adds the tests that no event ended.
func (r *goReport) close() error {
	for _, text := range r.texts {
		text.flush()
	}
	for _, t := range r.order {
		if err := r.rescue(t); err != nil {
			return err
		}
	}
	return nil
}

// rescue adds a test that has fewer ending events than starts.
func (r *goReport) rescue(t *goTest) error {
	missing := max(t.starts, t.textStarts) - t.ends
	for _, end := range t.unmatched[max(0, len(t.unmatched)-max(missing, 0)):] {
		missing--
		if err := r.list.add(Case{Name: t.title(), Verdict: end.verdict, Wall: end.wall, Output: t.said()}); err != nil {
			return err
		}
	}
	if missing <= 0 || r.text(t.pkg).action != "fail" || strings.HasPrefix(t.name, "Benchmark") {
		return nil
	}
	return r.list.add(Case{Name: t.title(), Verdict: Failed, Message: "the test did not end", Output: t.said()})
}

// said returns the output of a test without an ending event.
func (t *goTest) said() string {
	if text := strings.TrimSpace(t.text.String()); text != "" {
		return text
	}
	return withoutFrames(t.output.String())
}

// match removes the end that an event reports from the unmatched ends in the output.
func (t *goTest) match(v Verdict) {
	for i := len(t.unmatched) - 1; i >= 0; i-- {
		if t.unmatched[i].verdict == v {
			t.unmatched = append(t.unmatched[:i], t.unmatched[i+1:]...)
			return
		}
	}
}

// title names a test. Files that were named on go's command line have no package.
func (t *goTest) title() string {
	if t.pkg == "" || t.pkg == "command-line-arguments" {
		return t.name
	}
	return path.Base(t.pkg) + "." + t.name
}

// goVerdict returns the verdict of an action that ends a test, or of a word of the output.
func goVerdict(action string) Verdict {
	switch strings.ToLower(action) {
	case "pass":
		return Passed
	case "skip":
		return Skipped
	}
	return Failed
}

// keepText appends to the output of a test, within the limits.
func keepText(b *strings.Builder, text string) {
	if b.Len() < 2*maxText {
		b.WriteString(text)
	}
}
