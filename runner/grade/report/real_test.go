package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// realReader returns the reader of a file below testdata/real, by its name.
func realReader(t testing.TB, file string) reader {
	t.Helper()
	base := filepath.Base(file)
	switch {
	case strings.HasPrefix(base, "ctest"):
		return readCTest
	case strings.HasSuffix(base, ".xml"):
		return readJUnit
	case strings.HasSuffix(base, ".tap"):
		return readTAP
	case strings.HasSuffix(base, ".jsonl"):
		return readGoTest
	case strings.HasPrefix(base, "unity"):
		return readUnity
	}
	t.Fatalf("no reader for %s", file)
	return nil
}

// realReports returns the real reports of frameworks, by file.
func realReports(t testing.TB) map[string]string {
	t.Helper()
	files, err := filepath.Glob("testdata/real/*.*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no reports below testdata/real: %v", err)
	}
	reports := map[string]string{}
	for _, file := range files {
		if strings.HasSuffix(file, ".cases") {
			continue
		}
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		reports[file] = string(content)
	}
	return reports
}

// TestRealReports reads real reports of frameworks. The cases of NAME are in NAME.cases. GOLDEN=1
// rewrites those files, which must be checked before they are committed.
func TestRealReports(t *testing.T) {
	t.Parallel()
	for file, document := range realReports(t) {
		got := told(realReader(t, file), document)
		if os.Getenv("GOLDEN") != "" {
			if err := os.WriteFile(file+".cases", []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file + ".cases")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s:\n%s", file, diff)
		}
	}
}
