package command

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

// TestCheckWarnsOfRefusedTests checks that grading continues, because the directory may
// contain files that are not committed.
func TestCheckWarnsOfRefusedTests(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ link, says string }{
		"a link":  {"data", "a push of these tests would be refused: data is a symbolic link, and only regular files are accepted: leave it out, or replace it with the file itself\n"},
		"nothing": {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tests, submission, errs := t.TempDir(), t.TempDir(), new(bytes.Buffer)
			must(t, os.WriteFile(filepath.Join(submission, "a.py"), nil, 0o600))
			must(t, os.WriteFile(filepath.Join(tests, "assignment.yaml"), []byte("title: T\ntests:\n  - {name: a, run: \"true\", stdout: \"\"}\n"), 0o600))
			if c.link != "" {
				must(t, os.Symlink("/etc/hostname", filepath.Join(tests, c.link)))
			}
			k := &checker{c: cli.NewContext(newApp(strings.NewReader(""), new(bytes.Buffer), errs), flag.NewFlagSet("check", 0), nil), tests: tests, submission: submission}
			must(t, k.judge())
			if got := errs.String(); got != c.says {
				t.Errorf("it says %q, want %q", got, c.says)
			}
		})
	}
}
