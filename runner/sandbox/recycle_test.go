package sandbox_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/runner/sandbox"
)

// seen prints what a step sees of its three directories. %Y is the time of all three at level uid.
// At the other level, mounts below /tmp and /dev/shm change the times of these two.
const seen = `case $LEVEL in uid) stat -L -c %Y . "$TMPDIR" /dev/shm;; *) stat -c %Y .;; esac; for d in . "$TMPDIR" /dev/shm; do stat -L -c '%a %u %g %h %s %b' "$d"; ls -A "$d"; ` +
	`python3 -c 'import os, sys; print(os.listxattr(sys.argv[1]))' "$d"; done`

// identity distinguishes directories, because a file system may give a new one the inode number of
// a removed one.
type identity struct {
	number uint64
	born   unix.StatxTimestamp
}

func identityOf(t *testing.T, s *sandbox.Scratch) identity {
	t.Helper()
	var st unix.Statx_t
	must(t, unix.Statx(unix.AT_FDCWD, filepath.Dir(s.Path()), 0, unix.STATX_INO|unix.STATX_BTIME, &st))
	return identity{st.Ino, st.Btime}
}

// TestEmptiedDirectoryIsAsNew checks that a step in a reused directory sees the same as the first
// one did, whatever that did to it.
func TestEmptiedDirectoryIsAsNew(t *testing.T) {
	t.Parallel()
	for name, use := range map[string]string{
		"nothing":    "true",
		"files":      `echo x >f; mkdir -p a/b; ln -s / l; mkfifo p; echo x >"$TMPDIR/t"; chmod 0 a`,
		"many files": `for i in $(seq 400); do : >"$TMPDIR/a-rather-long-name-so-that-the-directory-grows-$i"; done; rm -f "$TMPDIR"/*`,
		"modes":      `chmod 1777 .; chmod 0 "$TMPDIR"`,
		"times":      `touch -d 2001-02-03 . "$TMPDIR" /dev/shm`,
	} {
		for _, level := range []sandbox.Level{sandbox.LevelUID, sandbox.LevelNamespace} {
			t.Run(name+"/"+string(level), func(t *testing.T) {
				t.Parallel()
				w := openAt(t, level, 1)
				first := ""
				for round := range 5 {
					s := newScratch(t, w)
					if r := mustRun(t, w, shell(s, "LEVEL="+string(level)+"; "+seen)); round == 0 {
						first = string(r.Stdout)
					} else if got := string(r.Stdout); got != first {
						t.Errorf("round %d sees\n%s\nthe first saw\n%s", round, got, first)
					}
					mustRun(t, w, shell(s, use))
					s.Discard()
					w.AwaitRemovals()
				}
			})
		}
	}
}

// TestOnlyUnmarkedDirectoriesAreUsedAgain checks that directories without traces of use are used
// again, under another name, and that others are removed.
func TestOnlyUnmarkedDirectoriesAreUsedAgain(t *testing.T) {
	t.Parallel()
	for use, again := range map[string]bool{
		"echo x >f; mkdir a": true,
		"chmod 755 .":        os.Getuid() == 0, // root's again after each step
		`for i in $(seq 400); do : >"$TMPDIR/a-rather-long-name-so-that-the-directory-grows-$i"; done; rm -f "$TMPDIR"/*`: false,
	} {
		w := openAt(t, sandbox.LevelUID, 1)
		s := newScratch(t, w)
		first, path := identityOf(t, s), s.Path()
		mustRun(t, w, shell(s, use))
		s.Discard()
		w.AwaitRemovals()
		if _, err := os.Lstat(filepath.Dir(path)); !os.IsNotExist(err) {
			t.Errorf("%s: the old name is still there: %v", use, err)
		}
		next := newScratch(t, w)
		if got := identityOf(t, next) == first && !strings.HasPrefix(next.Path(), filepath.Dir(path)); got != again {
			t.Errorf("%s: used again: %v, want %v", use, got, again)
		}
	}
}

// TestClosingRemovesEmptiedDirectories checks that closing a wall removes the directories that it
// kept.
func TestClosingRemovesEmptiedDirectories(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	w := openAt(t, sandbox.LevelUID, 1)
	var paths []string
	for range 4 {
		s := newScratch(t, w)
		paths = append(paths, filepath.Dir(filepath.Dir(s.Path())))
		s.Discard()
	}
	w.AwaitRemovals()
	if n := entries(t, paths[0]); n == 0 {
		t.Error("none is kept")
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(paths[0], "*", "work"))
	if err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// TestDirectoryWithAttributesIsNotUsedAgain checks that a directory with file attributes is not
// used again. Steps cannot set them, but other programs can.
func TestDirectoryWithAttributesIsNotUsedAgain(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"work", "tmp", "shm"} {
		w := openAt(t, sandbox.LevelNamespace, 1)
		s := newScratch(t, w)
		first := identityOf(t, s)
		err := unix.Setxattr(filepath.Join(filepath.Dir(s.Path()), name), "user.left", []byte("x"), 0)
		if errors.Is(err, unix.ENOTSUP) {
			t.Skip("this file system has no attributes")
		}
		must(t, err)
		s.Discard()
		w.AwaitRemovals()
		if identityOf(t, newScratch(t, w)) == first {
			t.Errorf("%s: used again", name)
		}
	}
}
