package imports_test

import (
	"testing"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/schema/assignment"
)

// TestAssignmentKeepsItsMeaning writes assignments with unusual texts, and reads them back.
func TestAssignmentKeepsItsMeaning(t *testing.T) {
	t.Parallel()
	for _, title := range []string{"A1", "true", "12", "a: b", "it's", "# no comment", "- x", "é", "null", "~", "1e3", "2026-01-01", "{a}", "[b]", "*x", "&x", "!x", "%x", "@x", "`x", "a #b", "yes", "'q'", `"d"`, `back\slash`, " a", "a ", "\ta", "é\u00a0"} {
		in, out := imports.Script(title+"\n\n "+title+"\r\n\t\n"), imports.Script(title)
		a := imports.Assignment{Title: "T", Build: "auto", Tests: []imports.Test{
			{Name: "T", Run: out, Stdin: &in, Stdout: &out, Points: imports.Number("1/3")},
			{Name: "n", Run: "$PROGRAM", Checker: []string{"sh", "c", "x"}, Flags: &imports.Words{}},
			{Name: "m", Run: "line one\nline two\n", Driver: []string{"sh"}, Flags: &imports.Words{"true", "2"}, Limits: imports.Limits{Time: "2s"}},
		}}
		text, err := a.YAML("made by a test")
		if err != nil {
			t.Fatal(err)
		}
		spec, err := assignment.Parse(text, assignment.Context{})
		if err != nil {
			t.Errorf("%q: %v\n%s", title, err, text)
			continue
		}
		got := spec.Tests[0]
		if got.Run.Shell != title || got.Stdin.Text != string(in) || got.Stdout.Text != title || got.Points.Total.String() != "0.33" ||
			spec.Tests[1].Checker.Argv[2] != "x" || spec.Tests[2].Flags[0] != "true" || spec.Tests[2].Run.Shell != "line one\nline two\n" || spec.Tests[2].Limits.CPU.String() != "2s" {
			t.Errorf("%q is read as %q, %q, %q, %q", title, spec.Title, got.Run.Shell, got.Stdin.Text, got.Stdout.Text)
		}
	}
}
