package sandbox_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grader/grader/runner/sandbox"
)

// TestSharedMemoryIsPrivate has one step leave shared memory open for everybody while another step
// looks for it, creates its own under the same name, and lists everything.
func TestSharedMemoryIsPrivate(t *testing.T) {
	t.Parallel()
	eachLevel(t, 2, func(t *testing.T, w *sandbox.Wall) {
		name := "/dev/shm/grader-test-" + filepath.Base(filepath.Dir(newScratch(t, w).Path()))
		owner, up := shell(newScratch(t, w), "umask 0; echo secret >"+name+"; echo up; read stop; cat "+name), make(chan string, 100)
		stdin, stop := pipe(t)
		owner.Stdin, owner.OnOutput, owner.MergeStderr = stdin, func(b []byte) { up <- string(b) }, true
		p, err := w.Start(t.Context(), owner)
		if err != nil {
			t.Fatal(err)
		}
		stdin.Close()
		said := <-up
		for !strings.HasSuffix(said, "up\n") {
			said += <-up
		}
		other := shell(newScratch(t, w), "ls -A /dev/shm; cat "+name+"; echo planted >"+name+"; rm -f "+name)
		other.LeaveTemp = true
		if r := mustRun(t, w, other); strings.Contains(string(r.Stdout), "secret") || strings.Contains(string(r.Stdout), "grader-test") {
			t.Errorf("a neighbour sees %q %q", r.Stdout, r.Stderr)
		}
		if _, err := os.Lstat(name); err == nil && w.Level() == sandbox.LevelNamespace {
			t.Errorf("%s is on the machine", name)
		}
		stop.Close()
		r, err := p.Wait()
		if err != nil {
			t.Fatal(err)
		}
		has := strings.HasSuffix(string(r.Stdout), "up\nsecret\n")
		if has != w.HasShared() || strings.Contains(string(r.Stdout), "planted") {
			t.Errorf("with /dev/shm %v, the owner says %q", w.HasShared(), r.Stdout)
		}
		if _, err := os.Lstat(name); err == nil {
			t.Errorf("%s is left", name)
		}
	})
}

// TestSharedMemoryIsEmptyForTheNext has a step leave shared memory for a later step.
func TestSharedMemoryIsEmptyForTheNext(t *testing.T) {
	t.Parallel()
	eachLevel(t, 1, func(t *testing.T, w *sandbox.Wall) {
		if !w.HasShared() {
			t.Skip("not where the machine is shared: see docs/security.md")
		}
		if r := mustRun(t, w, shell(newScratch(t, w), "umask 0; echo left >/dev/shm/grader-left && cat /dev/shm/grader-left")); string(r.Stdout) != "left\n" {
			t.Fatalf("%q %q", r.Stdout, r.Stderr)
		}
		if r := mustRun(t, w, shell(newScratch(t, w), "cat /dev/shm/*")); len(r.Stdout) != 0 {
			t.Errorf("the next step reads %q", r.Stdout)
		}
	})
}
