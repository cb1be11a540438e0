package e2e

import (
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// smallDisk mounts a file system of the given size in MiB, or skips the test.
func smallDisk(t *testing.T, size int) string {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("NOT TESTED: full disks; mounting a small one needs root")
	}
	dir := t.TempDir()
	if err := syscall.Mount("grader-test", dir, "tmpfs", 0, fmt.Sprintf("size=%dm", size)); err != nil {
		t.Skipf("NOT TESTED: full disks; a small one cannot be mounted: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return dir
}

// filler is a file that fills a file system.
type filler struct {
	t    *testing.T
	path string
}

// fill writes the file so that `free` bytes remain.
func (f filler) fill(free int64) {
	f.t.Helper()
	file, err := os.Create(f.path)
	check(f.t, err)
	defer file.Close()
	block := make([]byte, 4096)
	for {
		if _, err = file.Write(block); err != nil {
			break
		}
	}
	info, err := file.Stat()
	check(f.t, err)
	check(f.t, file.Truncate(max(0, info.Size()-free)))
}

func (f filler) empty() { check(f.t, os.Remove(f.path)) }

// The disk is full when a push arrives. The student reads why the push is refused, and
// nothing is counted. The same push succeeds once there is space.
func TestFullDiskExplainsRefusal(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t, 64)
	c := newClassroom(t, filepath.Join(disk, "data"), "alice")
	c.pushes("alice", "right", "2 / 2")
	full := filler{t, filepath.Join(disk, "full")}
	noise := make([]byte, 1<<20)
	_, err := rand.Read(noise)
	check(t, err)
	c.write("alice", "c101/a1", map[string]string{"work.sh": "echo right", "noise": string(noise)})
	for _, free := range []int64{0, 16 << 10, 64 << 10, 256 << 10} {
		full.fill(free)
		said, status := c.push("alice").end()
		words := []string{"refused: the database is full. Nothing was counted.",
			"refused: git could not store what was sent, for the reason above. Push again; if it happens again, tell the course staff. Nothing was counted."}
		if status == 0 || !told(said, words[0]) && !told(said, words[1]) {
			t.Errorf("%d bytes free, exit status %d:\n%s", free, status, said)
		}
		if free == 256<<10 && !told(said, words[1]) {
			t.Errorf("the pack does not fit, but the push printed:\n%s", said)
		}
		full.empty()
	}
	c.graded("alice", 1)
	again := c.push("alice")
	again.await("submission 2")
	again.await("2 / 2")
	c.graded("alice", 2)
}

// The disk is full between the update of main and the transaction. The student reads that
// the push is stored. The push is counted once there is space.
func TestFullDiskAfterMainHasMoved(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t, 64)
	c := newClassroom(t, filepath.Join(disk, "data"), "alice")
	c.pushes("alice", "right", "2 / 2")
	hook := c.holdHook()
	c.work("alice", "", "right # again")
	l := c.push("alice")
	eventually(t, "the push is accepted", hook.answered)
	hook.restore()
	full := filler{t, filepath.Join(disk, "full")}
	full.fill(16 << 10) // enough for the ref only
	hook.letGo()
	said, status := l.end()
	if status != 0 || !told(said, "stored, not yet counted; we keep trying. Push again to watch.") || !strings.Contains(said, "main -> main") {
		t.Errorf("exit status %d:\n%s", status, said)
	}
	if n := len(c.submissions("alice")); n != 1 {
		t.Errorf("%d submissions on a full disk", n)
	}
	full.empty()
	c.graded("alice", 2)
	c.watchesAgain("alice", "submission 2", "2 / 2")
}

// The disk is full while a job runs, so its events and its result cannot be stored. Once
// there is space the job is graded exactly once.
func TestFullDiskWhileAJobRuns(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t, 64)
	c := newClassroom(t, filepath.Join(disk, "data"), "alice")
	c.work("alice", waits, "right")
	l := c.push("alice")
	l.await("running on a fresh standard runner")
	runner := c.busyRunner()
	full := filler{t, filepath.Join(disk, "full")}
	full.fill(0)
	c.release()
	eventually(t, "the program has ended", func() bool { return !running(runner, "work.sh") })
	full.empty()
	l.await("2 / 2")
	l.end()
	c.graded("alice", 1)
}

// The database becomes read-only while the server runs. A push is refused with the reason,
// and recorded submissions are still shown. Pushes succeed once the database is writable
// again.
func TestReadOnlyDatabase(t *testing.T) {
	t.Parallel()
	c := newClassroom(t, "", "alice")
	c.pushes("alice", "right", "2 / 2")
	protect := func(how string) error {
		return exec.Command("chattr", how, filepath.Join(c.data, "grader.db"), filepath.Join(c.data, "grader.db-wal")).Run()
	}
	if err := protect("+i"); err != nil {
		t.Skipf("NOT TESTED: read-only databases; chattr: %v", err)
	}
	defer func() { _ = protect("-i") }() // usually already done below
	c.watchesAgain("alice", "2 / 2")
	c.work("alice", "", "second")
	said, status := c.push("alice").end()
	if status == 0 || !told(said, "refused: the database cannot be read or written. Nothing was counted.") {
		t.Errorf("exit status %d:\n%s", status, said)
	}
	check(t, protect("-i"))
	again := c.push("alice")
	again.await("submission 2")
	again.await("1 / 2")
	c.graded("alice", 2)
}

// A server with a read-only data directory does not start and prints the reason.
func TestReadOnlyDataDirectory(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t, 64)
	c := newClassroom(t, filepath.Join(disk, "data"), "alice")
	c.pushes("alice", "right", "2 / 2")
	check(t, c.server.Stop())
	remount := func(flags uintptr) {
		check(t, syscall.Mount("grader-test", disk, "tmpfs", syscall.MS_REMOUNT|flags, ""))
	}
	remount(syscall.MS_RDONLY)
	if err := c.start(); err == nil || !strings.Contains(err.Error(), "exit status 1") || !strings.Contains(err.Error(), "read-only file system") {
		t.Errorf("started on a read-only disk: %v", err)
	}
	remount(0)
	c.serve()
	c.watchesAgain("alice", "2 / 2")
}
