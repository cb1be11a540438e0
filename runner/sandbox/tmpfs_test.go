package sandbox_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/runner/sandbox"
)

// openInMemory opens a wall whose scratch directories are in a tmpfs, as /tmp is on many machines.
func openInMemory(t *testing.T, level sandbox.Level) *sandbox.Wall {
	t.Helper()
	if level == sandbox.LevelUID && os.Getuid() != 0 {
		t.Skip("level uid needs root")
	}
	dir, err := os.MkdirTemp("/dev/shm", "wall")
	must(t, err)
	t.Cleanup(func() { must(t, os.RemoveAll(dir)) })
	var st unix.Statfs_t
	must(t, unix.Statfs(dir, &st))
	if !inMemory(dir) || st.Flags&unix.ST_NOEXEC != 0 {
		t.Skip("/dev/shm is no tmpfs that lets programs run")
	}
	w, err := sandbox.Open(context.Background(), sandbox.Options{Dir: dir, Level: level, Slots: 1, Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
	must(t, err)
	t.Cleanup(func() { must(t, w.Close()) })
	return w
}

// inMemory reports whether a directory's files are kept in memory.
func inMemory(dir string) bool {
	var st unix.Statfs_t
	return unix.Statfs(dir, &st) == nil && st.Type == unix.TMPFS_MAGIC
}

// TestScratchInMemory asserts both limits if the files of steps are in memory too: neither limit is
// reached because of the other, and files that a step leaves are not charged to the next step.
func TestScratchInMemory(t *testing.T) {
	t.Parallel()
	for _, level := range []sandbox.Level{sandbox.LevelNamespace, sandbox.LevelUID} {
		t.Run(string(level), func(t *testing.T) {
			t.Parallel()
			w := openInMemory(t, level)
			s := newScratch(t, w)
			limits := sandbox.Limits{CPU: usual().CPU, Wall: usual().Wall, Memory: 64 << 20, Processes: 32, Output: 1 << 20, Disk: 200 << 20}
			for _, c := range []struct{ name, script, verdict string }{
				{"files beyond the memory limit", "head -c 150M /dev/zero >big", "exit 0"},
				{"beside what the last one left", "true", "exit 0"},
				{"a small file beside it", "head -c 10M /dev/zero >small", "exit 0"},
				{"files beyond the disk limit", "cat big >more", "disk limit"},
				{"memory", "python3 -c 'x = bytearray(100 << 20); input()'", "memory limit"},
				{"after all of them", "true", "exit 0"},
			} {
				step := shell(s, c.script)
				step.Limits = limits
				if r := mustRun(t, w, step); verdict(r) != c.verdict {
					t.Errorf("%s: %s, want %s\n%s%s", c.name, verdict(r), c.verdict, r.Stdout, r.Stderr)
				}
				must(t, os.RemoveAll(s.Path()+"/more"))
			}
		})
	}
}

// TestScratchInMemoryBehindALink puts the scratch directories into /dev/shm under another name:
// nothing may be mounted over them.
func TestScratchInMemoryBehindALink(t *testing.T) {
	t.Parallel()
	for _, level := range []sandbox.Level{sandbox.LevelNamespace, sandbox.LevelUID} {
		t.Run(string(level), func(t *testing.T) {
			t.Parallel()
			if level == sandbox.LevelUID && os.Getuid() != 0 {
				t.Skip("level uid needs root")
			}
			dir, err := os.MkdirTemp("/dev/shm", "wall")
			must(t, err)
			t.Cleanup(func() { must(t, os.RemoveAll(dir)) })
			must(t, os.Chmod(dir, 0o711))
			link := filepath.Join(wallDir(t), "link")
			must(t, os.Symlink(dir, link))
			w, err := sandbox.Open(t.Context(), sandbox.Options{Dir: filepath.Join(link, "wall"), Level: level, Slots: 1})
			must(t, err)
			t.Cleanup(func() { must(t, w.Close()) })
			if r := mustRun(t, w, shell(newScratch(t, w), "echo x >f && cat f")); string(r.Stdout) != "x\n" {
				t.Errorf("%+v\n%s", r, r.Stderr)
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
