package report

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
)

// score returns points as a results.json has them.
func score(num, den int64) *schema.Points {
	p := schema.NewPoints(num, den)
	return &p
}

// readGradescope reads a valid document.
func readGradescope(t *testing.T, document string) Gradescope {
	t.Helper()
	g, err := ReadGradescope([]byte(document))
	if err != nil {
		t.Fatalf("%s: %v", document, err)
	}
	return g
}

func TestGradescopeEveryField(t *testing.T) {
	t.Parallel()
	g := readGradescope(t, `{"score": 44.0, "execution_time": 136, "output": "<b>Done</b><script>x()</script><p>twice &lt;3", "output_format": "html",
 "test_output_format": "ansi", "test_name_format": "html", "visibility": "after_due_date", "stdout_visibility": "visible",
 "extra_data": {"a": [1]}, "leaderboard": [{"name": "Accuracy", "value": 0.926}, {"name": "Time", "value": 15.1, "order": "asc"}], "new_key": 1,
 "tests": [
  {"score": 2.0, "max_score": 2.0, "status": "passed", "name": "<i>adds</i>", "name_format": "html", "number": "1.1", "output": "\u001b[31mred\u001b[0m", "tags": ["a", "b"], "visibility": "visible", "extra_data": {}},
  {"score": 0.5, "max_score": 2, "name": "removes", "output": "# Title", "output_format": "md", "visibility": "hidden"},
  {"name": "note", "output": "a\nb <b>c</b>", "output_format": "simple_format", "extra_data": {"k": 1}}]}`)
	want := Gradescope{
		Score: score(44, 1), Output: "Done\ntwice <3", Shown: GradescopeAfterDue, Stdout: GradescopeVisible,
		Staff: "execution_time: 136\nleaderboard: [{\"name\":\"Accuracy\",\"value\":0.926},{\"name\":\"Time\",\"value\":15.1,\"order\":\"asc\"}]\nextra_data: {\"a\":[1]}",
		Tests: []GradescopeTest{
			{Name: "1.1 adds", Score: score(2, 1), Max: score(2, 1), Passed: true, Output: "red", Shown: GradescopeVisible, Staff: `tags: ["a","b"]`},
			{Name: "removes", Score: score(1, 2), Max: score(2, 1), Output: "# Title", Shown: GradescopeHidden},
			{Name: "note", Passed: true, Output: "a\nb c", Shown: GradescopeAfterDue, Staff: `extra_data: {"k":1}`},
		},
	}
	if diff := cmp.Diff(want, g, cmp.Comparer(schema.Points.Equal)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestGradescopeToleratesUsualDeviations(t *testing.T) {
	t.Parallel()
	sixteen := func(s string) string {
		b := []byte{0xff, 0xfe}
		for _, u := range utf16.Encode([]rune(s)) {
			b = append(b, byte(u), byte(u>>8))
		}
		return string(b)
	}
	for name, c := range map[string]struct {
		document, score string
		passed          string // one letter per test
	}{
		"only a score":                  {`{"score": 3}`, "3", ""},
		"only a score, with null tests": {`{"score": 3, "tests": null, "output": null, "leaderboard": null, "execution_time": null}`, "3", ""},
		"a score as text":               {`{"score": " 3.25 "}`, "3.25", ""},
		"a score as an exponent":        {`{"score": 1e1}`, "10", ""},
		"a negative score":              {`{"score": -2}`, "-2", ""},
		"a byte order mark":             {"\ufeff" + `{"score": 1}`, "1", ""},
		"UTF-16":                        {sixteen(`{"score": 1}`), "1", ""},
		"a key twice":                   {`{"score": 1, "score": 2}`, "2", ""},
		"no score at the top":           {`{"tests": [{"score": 1, "max_score": 2}, {"score": "2", "max_score": "2"}]}`, "-", "fp"},
		"tests without score":           {`{"score": 0, "tests": [{"name": "a", "status": "failed"}, {"name": "b", "status": "passed"}, {"name": "c"}, null]}`, "0", "fpp"},
		"status against the score":      {`{"tests": [{"score": 0, "max_score": 1, "status": "passed"}, {"score": 1, "max_score": 1, "status": "failed"}]}`, "-", "pf"},
		"a status nobody knows":         {`{"tests": [{"score": 1, "max_score": 1, "status": "ok"}]}`, "-", "p"},
		"a score without a maximum":     {`{"tests": [{"score": 1}, {"score": 0}, {"max_score": 2}]}`, "-", "pff"},
		"more than the maximum":         {`{"tests": [{"score": 3, "max_score": 2}]}`, "-", "p"},
		"null in every field":           {`{"score": 1, "tests": [{"score": null, "max_score": null, "status": null, "name": null, "number": null, "output": null, "tags": null, "visibility": null, "extra_data": null}]}`, "1", "p"},
		"an empty text for a number":    {`{"score": 1, "tests": [{"score": "", "max_score": ""}]}`, "1", "p"},
		"numbers where texts belong":    {`{"score": 1, "output": 5, "tests": [{"name": 7, "number": 1.5, "output": {"a": 1}, "tags": "x"}]}`, "1", "p"},
		"bytes that are not UTF-8":      {"{\"score\": 1, \"output\": \"\xff\"}", "1", ""},
	} {
		g, err := ReadGradescope([]byte(c.document))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, passed := "-", ""
		if g.Score != nil {
			got = g.Score.String()
		}
		for _, test := range g.Tests {
			letter := "f"
			if test.Passed {
				letter = "p"
			}
			passed += letter
		}
		if got != c.score || passed != c.passed {
			t.Errorf("%s: score %s, tests %q; want %s, %q", name, got, passed, c.score, c.passed)
		}
	}
}

func TestGradescopeRefusals(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]string{
		"":                              "results.json is empty",
		" \n":                           "results.json is empty",
		"[]":                            "results.json must be an object with tests or a score",
		"3":                             "results.json must be an object with tests or a score",
		"null":                          "results.json must be an object with tests or a score",
		"{}":                            "results.json has no score, neither at its top nor in a test",
		`{"tests": []}`:                 "results.json has no score, neither at its top nor in a test",
		`{"tests": [{"name": "a"}]}`:    "results.json has no score, neither at its top nor in a test",
		`{"score": null}`:               "results.json has no score, neither at its top nor in a test",
		`{"score": "N/A"}`:              `results.json: score is "N/A", which is not a number`,
		`{"score": true}`:               "results.json: score is true, which is not a number",
		`{"score": [1]}`:                "results.json: score is [1], which is not a number",
		`{"score": "NaN"}`:              `results.json: score is "NaN", which is not a number`,
		`{"score": "0x1p4"}`:            `results.json: score is "0x1p4", which is not a number`,
		`{"score": "Infinity"}`:         `results.json: score is "Infinity", which is more than 1000000000 can be counted`,
		`{"score": 1e999}`:              "results.json: score is 1e999, which is more than 1000000000 can be counted",
		`{"tests": {"a": 1}}`:           "results.json: tests must be a list",
		`{"tests": [3]}`:                "results.json: tests[0] must be an object with a name and a score",
		`{"tests": [{"score":1},"x"]}`:  "results.json: tests[1] must be an object with a name and a score",
		`{"tests": [{"max_score":{}}]}`: "results.json: tests[0].max_score is {}, which is not a number",
		"{\"score\": 1,\n\"a\": NaN}":   "results.json is not JSON: line 2 has NaN, which JSON does not have; write a number",
		`{"score": -Infinity}`:          "results.json is not JSON: line 1 has -Infinity, which JSON does not have; write a number",
		`{"score": 1`:                   "results.json is not JSON: line 1: unexpected end of JSON input",
		"{\"score\": 1}\ntrailing":      "results.json is not JSON: line 2: invalid character 't' after top-level value",
		"{'score': 1}":                  `results.json is not JSON: line 1: invalid character '\'' looking for beginning of object key string`,
		strings.Repeat("[", 20_000):     "results.json is not JSON: line 1: invalid character '[' exceeded max depth",
	} {
		if g, err := ReadGradescope([]byte(document)); err == nil || err.Error() != want {
			t.Errorf("%.40q: %v, %+v; want %s", document, err, g, want)
		}
	}
}

func TestGradescopeVisibilities(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]GradescopeVisibility{
		`"visible"`: GradescopeVisible, `"hidden"`: GradescopeHidden, `"after_due_date"`: GradescopeAfterDue, `"after_published"`: GradescopeAfterPublished,
		`"Hidden "`: GradescopeHidden, `"after_publish"`: GradescopeAfterPublished, `"after_due"`: GradescopeAfterDue, `null`: GradescopeVisible, `""`: GradescopeVisible,
		`"secret"`: GradescopeHidden, `false`: GradescopeHidden, `{"a":1}`: GradescopeHidden,
	} {
		g := readGradescope(t, `{"score": 1, "visibility": `+written+`, "tests": [{"name": "a"}, {"name": "b", "visibility": "visible"}]}`)
		if g.Shown != want || g.Tests[0].Shown != want || g.Tests[1].Shown != GradescopeVisible || g.Stdout != GradescopeHidden {
			t.Errorf("%s: %+v, want %s", written, g, want)
		}
	}
	if g := readGradescope(t, `{"score": 1, "tests": [{"visibility": "secret"}, {"visibility": "secret"}]}`); len(g.Remarks) != 1 || g.Remarks[0] != `visibility "secret" is unknown and is taken for hidden` {
		t.Errorf("remarks %q", g.Remarks)
	}
}

func TestGradescopeNames(t *testing.T) {
	t.Parallel()
	g := readGradescope(t, `{"score": 1, "tests": [{"name": "a"}, {"name": "a"}, {"number": 2}, {"name": "1) b", "number": "1"}, {"name": "c", "number": 3}, {}, {"name": "x\n\u0007y"}, {"name": "`+strings.Repeat("n", 400)+`"}]}`)
	want := []string{"a", "a", "2", "1) b", "3 c", "test 6", "x �y", "…" + strings.Repeat("n", 300)}
	for i, test := range g.Tests {
		if test.Name != want[i] {
			t.Errorf("name %d is %q, want %q", i, test.Name, want[i])
		}
	}
}

func TestGradescopeCaps(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 90_000) + "END"
	g := readGradescope(t, `{"score": 1, "output": "`+long+`"}`)
	if len(g.Output) > maxText+100 || !strings.HasSuffix(g.Output, "END") || !strings.HasPrefix(g.Output, "aaa") {
		t.Errorf("%d bytes are kept: %.20q … %q", len(g.Output), g.Output, g.Output[len(g.Output)-10:])
	}
	many := `{"tests": [` + strings.TrimSuffix(strings.Repeat(`{"score":1,"max_score":1},`, maxCases+5), ",") + `]}`
	g, err := ReadGradescope([]byte(many))
	if !errors.Is(err, ErrTooLarge) || len(g.Tests) != maxCases || g.Remarks[0] != fmt.Sprintf("only the first %d tests were read", maxCases) {
		t.Errorf("%v, %d tests, %q", err, len(g.Tests), g.Remarks)
	}
}

func TestPlainText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ format, text, want string }{
		{"", "<b>a</b>", "<b>a</b>"},
		{"text", " a\n b ", "a\n b"},
		{"md", "**a** <b>", "**a** <b>"},
		{"ansi", "\x1b[1;31ma\x1b[0m\x1b]0;title\x07b\x1b]8;;http://x\x1b\\c\x1b(B", "abc"},
		{"text", "\x1b[2Ja", "a"},
		{"html", "<p>a</p><p>b<br>c</p><ul><li>d</li><li>e</li></ul>", "a\nb\nc\n- d\n- e"},
		{"html", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"},
		{"html", "<pre>a\n  b</pre>c   d\ne", "a\n  b\nc d e"},
		{"html", "a<script>alert(1)</script><style>b{}</style>c<!-- d --><img src=x onerror=alert(1)>", "ac"},
		{"html", "a<script>never ends", "a"},
		{"HTML", "&lt;script&gt; &amp;lt; &nbsp;x", "<script> &lt; x"},
		{"html", "un<b>closed <i>tags", "unclosed tags"},
		{"simple_format", "<p>a\nb</p>", "a\nb"},
	} {
		if got := plainText(c.text, c.format); got != c.want {
			t.Errorf("%s %q: %q, want %q", c.format, c.text, got, c.want)
		}
	}
}
