package service

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/schema"
)

func TestDataDirectoryLock(t *testing.T) {
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

// A starting process has a copy of the lock's descriptor for a moment.
func TestDataDirectoryLockDespiteCopies(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "data")
	first, err := OpenData(root)
	if err != nil {
		t.Fatal(err)
	}
	copied, err := unix.Dup(int(first.lock.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := unix.Close(copied); err != nil {
			t.Error(err)
		}
	}()
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	second, err := OpenData(root)
	if err != nil {
		t.Fatalf("after the first closed: %v", err)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
}

func TestDataDirectoryIsPrivate(t *testing.T) {
	t.Parallel()
	fresh, existing := filepath.Join(t.TempDir(), "data"), t.TempDir()
	if err := os.Chmod(existing, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, root := range []string{fresh, existing} {
		d, err := OpenData(root)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.OpenRuntime(); err != nil {
			t.Fatal(err)
		}
		l, err := d.listen(t.Context(), "admin")
		if err != nil {
			t.Fatal(err)
		}
		for path, want := range map[string]os.FileMode{root: 0o700, d.Socket("admin"): 0o600} {
			info, err := os.Stat(path)
			if err != nil || info.Mode().Perm() != want {
				t.Errorf("%s: mode %v, %v; want %v", path, info.Mode(), err, want)
			}
		}
		l.Close()
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestSocketsInLongPath(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), strings.Repeat("long/", 30), "data")
	var last *DataDir
	for range 2 { // the second holder finds the files of the first
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
		if err := d.lock.Close(); err != nil { // like a crash
			t.Fatal(err)
		}
	}
	if err := os.RemoveAll(last.runtime); err != nil {
		t.Fatal(err)
	}
}
