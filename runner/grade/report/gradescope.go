package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/grader/grader/schema"
)

// Gradescope is the content of a Gradescope results.json. Texts are plain and printable.
//
// Source of the format: Gradescope's public specification of autograders ("Output format").
type Gradescope struct {
	Score   *schema.Points // of the whole submission; nil: the sum of the tests' scores
	Tests   []GradescopeTest
	Output  string
	Shown   GradescopeVisibility // of Output, and of the tests without a visibility
	Stdout  GradescopeVisibility // of what run_autograder printed
	Staff   string               // leaderboard, extra_data and execution_time, one per line
	Remarks []string             // accepted deviations from the specification
}

// GradescopeTest is one entry of tests.
type GradescopeTest struct {
	Name       string // with its number before it; never empty
	Score, Max *schema.Points
	Passed     bool
	Output     string
	Shown      GradescopeVisibility
	Staff      string // tags and extra_data
}

// GradescopeVisibility says when students see something.
type GradescopeVisibility string

// The visibilities.
const (
	GradescopeVisible        GradescopeVisibility = "visible"
	GradescopeHidden         GradescopeVisibility = "hidden"
	GradescopeAfterDue       GradescopeVisibility = "after_due_date"
	GradescopeAfterPublished GradescopeVisibility = "after_published"
)

// ReadGradescope reads a results.json. It accepts numbers written as text, null for every optional
// field, a byte order mark and unknown keys. The error says which value cannot be read and why.
func ReadGradescope(document []byte) (Gradescope, error) {
	text, err := decodeMarked(document)
	if err != nil {
		return Gradescope{}, fmt.Errorf("results.json: %w", err)
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return Gradescope{}, errors.New("results.json is empty")
	}
	if !json.Valid(text) {
		return Gradescope{}, syntaxError(text)
	}
	top, ok := fields(text)
	if !ok {
		return Gradescope{}, errors.New("results.json must be an object with tests or a score")
	}
	r := gradescopeReading{top: top}
	return r.read()
}

// syntaxError returns an error that says where a document is not JSON.
func syntaxError(text []byte) error {
	var ignored any
	err := json.Unmarshal(text, &ignored)
	broken := new(json.SyntaxError)
	if !errors.As(err, &broken) {
		return fmt.Errorf("results.json is not JSON: %s", schema.Excerpt(fmt.Sprint(err), 200))
	}
	at := int(min(broken.Offset, int64(len(text))))
	line := 1 + bytes.Count(text[:at], []byte("\n"))
	for _, word := range []string{"-Infinity", "Infinity", "NaN"} { // the error's position is the first letter
		if bytes.HasPrefix(text[max(at-1, 0):], []byte(word)) || word[0] == '-' && bytes.HasPrefix(text[max(at-2, 0):], []byte(word)) {
			return fmt.Errorf("results.json is not JSON: line %d has %s, which JSON does not have; write a number", line, word)
		}
	}
	return fmt.Errorf("results.json is not JSON: line %d: %s", line, schema.Excerpt(broken.Error(), 200))
}

// fields returns the fields of an object. If a key occurs twice, the last one counts.
func fields(text []byte) (map[string]json.RawMessage, bool) {
	var found map[string]json.RawMessage
	err := json.Unmarshal(text, &found)
	return found, err == nil && found != nil
}

// gradescopeReading is the state of reading a results.json.
type gradescopeReading struct {
	top     map[string]json.RawMessage
	remarks []string
	text    int // bytes of all texts so far
}

func (r *gradescopeReading) read() (Gradescope, error) {
	var g Gradescope
	var err error
	if g.Score, err = numberIn(r.top, "score", "score"); err != nil {
		return g, err
	}
	g.Shown = r.visibility(r.top, "visibility", GradescopeVisible)
	g.Stdout = r.visibility(r.top, "stdout_visibility", GradescopeHidden)
	g.Output = r.keep(plainText(wordsIn(r.top, "output"), wordsIn(r.top, "output_format")))
	g.Staff = r.keep(staffText(r.top, "execution_time", "leaderboard", "extra_data"))
	if g.Tests, err = r.tests(g.Shown); err != nil && !errors.Is(err, ErrTooLarge) {
		return g, err
	}
	g.Remarks = r.remarks
	if g.Score == nil && !scored(g.Tests) && err == nil {
		return g, errors.New("results.json has no score, neither at its top nor in a test")
	}
	return g, err
}

// scored reports whether a test has a score.
func scored(tests []GradescopeTest) bool {
	for _, t := range tests {
		if t.Score != nil {
			return true
		}
	}
	return false
}

func (r *gradescopeReading) tests(shown GradescopeVisibility) ([]GradescopeTest, error) {
	raw, ok := r.top["tests"]
	if !ok || isNull(raw) {
		return nil, nil
	}
	var entries []json.RawMessage
	if err := json.Unmarshal(raw, &entries); err != nil {
		return nil, errors.New("results.json: tests must be a list")
	}
	var tests []GradescopeTest
	for i, entry := range entries {
		if isNull(entry) {
			continue
		}
		if len(tests) >= maxCases {
			r.remark("only the first %d tests were read", maxCases)
			return tests, ErrTooLarge
		}
		t, err := r.test(entry, i, shown)
		if err != nil {
			return nil, err
		}
		tests = append(tests, t)
	}
	return tests, nil
}

func (r *gradescopeReading) test(entry json.RawMessage, i int, shown GradescopeVisibility) (GradescopeTest, error) {
	at := fmt.Sprintf("tests[%d]", i)
	o, ok := fields(entry)
	if !ok {
		return GradescopeTest{}, fmt.Errorf("results.json: %s must be an object with a name and a score", at)
	}
	t := GradescopeTest{Shown: r.visibility(o, "visibility", shown)}
	var err error
	if t.Score, err = numberIn(o, "score", at+".score"); err != nil {
		return t, err
	}
	if t.Max, err = numberIn(o, "max_score", at+".max_score"); err != nil {
		return t, err
	}
	t.Name = testName(plainText(wordsIn(o, "name"), formatIn(o, "name_format", r.top, "test_name_format")), wordsIn(o, "number"), i)
	t.Output = r.keep(plainText(wordsIn(o, "output"), formatIn(o, "output_format", r.top, "test_output_format")))
	t.Staff = r.keep(staffText(o, "tags", "extra_data"))
	t.Passed = r.passed(t, wordsIn(o, "status"))
	return t, nil
}

// passed reports whether a test passed. Without a known status the score decides: it must be the
// whole max_score, or above 0 if there is none. A test with neither passes.
func (r *gradescopeReading) passed(t GradescopeTest, status string) bool {
	switch strings.ToLower(strings.TrimSpace(status)) {
	case "passed":
		return true
	case "failed":
		return false
	case "":
	default:
		r.remark("status %q is unknown; the score decides", schema.Excerpt(status, 40))
	}
	switch {
	case t.Score == nil:
		return t.Max == nil // it only has a message
	case t.Max == nil:
		return t.Score.Sign() > 0
	}
	return t.Score.Cmp(*t.Max) >= 0
}

// keep truncates a text to the limits of a report.
func (r *gradescopeReading) keep(text string) string {
	text = schema.Excerpt(text, min(maxText, maxTexts-r.text))
	r.text += len(text)
	return text
}

// remark records a remark for staff, once.
func (r *gradescopeReading) remark(format string, args ...any) {
	const most = 20
	words := fmt.Sprintf(format, args...)
	for _, known := range r.remarks {
		if known == words {
			return
		}
	}
	if len(r.remarks) < most {
		r.remarks = append(r.remarks, words)
	}
}

// testName returns the name of a test, with its number before it.
func testName(name, number string, i int) string {
	name, number = strings.TrimSpace(name), strings.TrimSpace(number)
	switch {
	case name == "" && number == "":
		name = fmt.Sprintf("test %d", i+1)
	case name == "":
		name = number
	case number != "" && !strings.HasPrefix(name, number):
		name = number + " " + name
	}
	return cleanName(name)
}
