package command

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestOperatingQuotesTheProgram checks that the program contains the messages in the tables of docs/operating.md, and
// the lines of output that the page shows.
func TestOperatingQuotesTheProgram(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	_, paged, found := strings.Cut(string(page), "\n| you see | it means | do |\n")
	if !found {
		t.Fatal("docs/operating.md has no table of what operators see")
	}
	quoted := regexp.MustCompile("`([^`]+)`")
	var quotes []string
	for _, line := range strings.Split(paged, "\n") {
		if cells := strings.Split(line, "|"); len(cells) > 3 {
			for _, m := range quoted.FindAllStringSubmatch(cells[1], -1) {
				quotes = append(quotes, strings.Split(m[1], "…")...)
			}
		}
	}
	quotes = append(quotes, "runners vanished; ", "jobs were claimed again, ", "failed after three lost runners", "is the most that the configuration allows",
		"a course uses a flavour that is not in the configuration", "sign-in failed")
	if len(quotes) < 20 {
		t.Fatalf("only %d messages found: %q", len(quotes), quotes)
	}
	source := programText(t)
	for _, q := range quotes {
		if q = strings.TrimSpace(q); q != "" && !strings.Contains(source, q) {
			t.Errorf("docs/operating.md quotes %q, which the program does not print", q)
		}
	}
}

// programText returns the text of all Go files of the program.
func programText(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir("../..", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == ".git" || d.Name() == "node_modules"):
			return filepath.SkipDir
		case !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		content, err := os.ReadFile(name)
		all.Write(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}
