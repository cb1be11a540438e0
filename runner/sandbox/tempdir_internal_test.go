package sandbox

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTempDir(t *testing.T) {
	given := t.TempDir()
	t.Setenv("TMPDIR", given)
	if got := TempDir(); got != given {
		t.Errorf("with TMPDIR=%s: %s", given, got)
	}
	t.Setenv("TMPDIR", "")
	want := os.TempDir()
	if runsPrograms("/var/tmp") {
		want = "/var/tmp"
	}
	if got := TempDir(); got != want {
		t.Errorf("without TMPDIR: %s, want %s", got, want)
	}
	if absent := filepath.Join(given, "absent"); runsPrograms(absent) {
		t.Errorf("programs run in %s", absent)
	}
}
