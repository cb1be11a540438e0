package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestLintRefusesLargeFilesAndPrograms runs the check of `make lint` on repositories with
// one tracked file each.
func TestLintRefusesLargeFilesAndPrograms(t *testing.T) {
	t.Parallel()
	check, err := filepath.Abs("../tools/tracked.sh")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		content []byte
		want    string // part of the output; "" if the file is accepted
	}{
		"text":                  {content: []byte("MZ is how this text begins\n")},
		"exactly 1 MiB":         {content: bytes.Repeat([]byte("a"), 1<<20)},
		"over 1 MiB":            {content: bytes.Repeat([]byte("a"), 1<<20+1), want: "over 1 MiB"},
		"a program for Linux":   {content: []byte("\x7fELF\x02\x01\x01\x00\x00"), want: "a compiled program"},
		"a program for macOS":   {content: []byte("\xcf\xfa\xed\xfe\x07\x00\x00\x01"), want: "a compiled program"},
		"a program for Windows": {content: []byte("MZ\x90\x00\x03\x00\x00\x00"), want: "a compiled program"},
		"a Java class":          {content: []byte("\xca\xfe\xba\xbe\x00\x00\x00\x41"), want: "a compiled program"},
		"Python bytecode":       {content: []byte("\xa7\x0d\x0d\x0a\x00\x00\x00\x00"), want: "a compiled program"},
		"another binary":        {content: []byte("\x89PNG\r\n\x1a\n\x00")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "a file"), c.content, 0o644); err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{{"init", "-q"}, {"add", "."}} {
				if out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
					t.Fatalf("git %v: %v\n%s", args, err, out)
				}
			}
			out, err := exec.Command(check, dir).CombinedOutput()
			if refused := err != nil; refused != (c.want != "") || !strings.Contains(string(out), c.want) {
				t.Errorf("refused %v, want %q, printed: %s", refused, c.want, out)
			}
		})
	}
}
