package service

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grader/grader/schema"
)

func TestADataDirectoryHasOneHolder(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "data")
	first, err := OpenData(root)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenData(root); schema.CodeOf(err) != schema.CodeConflict || !strings.Contains(err.Error(), "another grader (process ") {
		t.Errorf("second holder: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second, err := OpenData(root)
	if err != nil {
		t.Fatalf("after the first closed: %v", err)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
}

func TestADataDirectoryIsPrivate(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "data")
	d, err := OpenData(root)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}()
	info, err := os.Stat(root)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v, %v; want 0700", info.Mode(), err)
	}
}

func TestSocketsFitWhereTheDataDirectoryHasALongPath(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), strings.Repeat("long/", 30), "data")
	var last *DataDir
	for range 2 { // the second holder finds what the first left
		d, err := OpenData(root)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.OpenRuntime(); err != nil {
			t.Fatal(err)
		}
		l, err := new(net.ListenConfig).Listen(t.Context(), "unix", d.Socket("admin"))
		if err != nil {
			t.Fatal(err)
		}
		if got := SocketOf(root, "admin"); got != d.Socket("admin") {
			t.Errorf("found %q, listens on %q", got, d.Socket("admin"))
		}
		l.Close()
		last = d
		if err := d.lock.Close(); err != nil { // as a crash would
			t.Fatal(err)
		}
	}
	if err := os.RemoveAll(last.runtime); err != nil {
		t.Fatal(err)
	}
}
