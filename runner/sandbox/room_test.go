package sandbox_test

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/grader/grader/runner/sandbox"
)

// TestStagesAreStartedAgain checks that a stage or a room that ended between two steps is made
// again, because the kernel may end any process.
func TestStagesAreStartedAgain(t *testing.T) {
	eachLevelInTurn(t, func(t *testing.T, w *sandbox.Wall) {
		s := newScratch(t, w)
		for range 3 {
			for pid := range w.Rooms() {
				kill(t, pid)
			}
			if r := mustRun(t, w, shell(s, "echo fine")); string(r.Stdout) != "fine\n" || r.Exit != 0 {
				t.Fatalf("after the end of the room: %+v", r)
			}
			for pid := range w.Stages() {
				kill(t, pid)
			}
			if r := mustRun(t, w, shell(s, "echo fine")); string(r.Stdout) != "fine\n" || r.Exit != 0 {
				t.Fatalf("after the end of the stage: %+v", r)
			}
			for _, all := range []map[int]bool{w.Rooms(), w.Stages()} {
				for pid := range all {
					kill(t, pid)
				}
			}
			if r := mustRun(t, w, shell(s, "echo fine")); string(r.Stdout) != "fine\n" || r.Exit != 0 {
				t.Fatalf("after the end of both: %+v", r)
			}
		}
	})
}

// TestStepEndsWithItsRoom checks that a step whose room is killed ends too, and is not reported as
// a success.
func TestStepEndsWithItsRoom(t *testing.T) {
	w := openAt(t, sandbox.LevelNamespace, 1)
	s := newScratch(t, w)
	up := make(chan struct{}, 16)
	step := shell(s, "echo up; sleep 600")
	step.OnOutput = func([]byte) { up <- struct{}{} }
	p, err := w.Start(t.Context(), step)
	if err != nil {
		t.Fatal(err)
	}
	<-up
	for pid := range w.Rooms() {
		kill(t, pid)
	}
	if r, err := p.Wait(); err != nil || r.Signal != syscall.SIGKILL || r.Killed {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestNamespacesAreMadeOnce checks that a room is made wherever the machine supports it, so that no
// step waits for bubblewrap.
func TestNamespacesAreMadeOnce(t *testing.T) {
	w := openAt(t, sandbox.LevelNamespace, 1)
	before := w.Rooms()
	if len(before) != 1 {
		t.Fatalf("rooms %v: %v", before, w.NoRoom())
	}
	s := newScratch(t, w)
	for range 3 {
		mustRun(t, w, shell(s, "true"))
	}
	for pid := range w.Rooms() {
		if !before[pid] {
			t.Error("a step made another room")
		}
	}
}

// TestStepsWithoutRooms checks that bubblewrap makes namespaces for every step if no room can be
// made.
func TestStepsWithoutRooms(t *testing.T) {
	w := openAt(t, sandbox.LevelNamespace, 1)
	w.ForbidRooms()
	s := newScratch(t, w)
	for range 2 {
		if r := mustRun(t, w, shell(s, "echo $$; exec 3>f")); len(r.Stdout) == 0 || r.Exit != 0 {
			t.Errorf("%+v", r)
		}
	}
	if rooms := w.Rooms(); len(rooms) > 0 {
		t.Errorf("rooms %v", rooms)
	}
}

// TestMountsFollowNoLinks has a step leave files and links in its /tmp at the mount points of the next step's
// directories. No link may redirect the mounts, and the next step must start.
func TestMountsFollowNoLinks(t *testing.T) {
	const (
		parent = `dir=$(dirname "$PWD"); first=/tmp/$(echo "$PWD" | cut -d/ -f3); up=$(echo "$dir" | sed 's|[^/]*|..|g')`
		look   = "pwd; ls -d /usr/bin /usr/lib /usr/share; test -x /usr/bin/env && head -c 3 work.txt"
	)
	for name, leave := range map[string]string{
		"a link to the toolchain":  parent + `; mv "$dir" /tmp/away; mkdir -p "$dir"; ln -s ../$up/usr/bin "$dir/work"`,
		"a link for a directory":   parent + `; mv "$first" /tmp/away; ln -s / "$first"`,
		"a file for a directory":   parent + `; mv "$first" /tmp/away; echo > "$first"`,
		"a directory without mode": parent + `; mv "$first" /tmp/away; mkdir -p "$dir/work/x"; chmod 0 "$dir/work" "$dir"`,
	} {
		for _, rooms := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/rooms %v", name, rooms), func(t *testing.T) {
				w := openAt(t, sandbox.LevelNamespace, 1)
				if !rooms {
					w.ForbidRooms()
				}
				s := newScratch(t, w)
				if err := s.WriteFile("work.txt", []byte("own"), 0o644); err != nil {
					t.Fatal(err)
				}
				before := mustRun(t, w, shell(s, look))
				if r := mustRun(t, w, shell(s, leave)); r.Exit != 0 {
					t.Fatalf("the attack fails: %s", r.Stderr)
				}
				after := mustRun(t, w, shell(s, look))
				if string(after.Stdout) != string(before.Stdout) || after.Exit != 0 {
					t.Errorf("before:\n%s\nafter, exit %d:\n%s%s", before.Stdout, after.Exit, after.Stdout, after.Stderr)
				}
			})
		}
	}
}

func kill(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Error(err)
	}
}

// TestRoomExpectsWhatIsRead checks that paths that steps are expected to read are in the room
// before the first step.
func TestRoomExpectsWhatIsRead(t *testing.T) {
	outside := wallDir(t)
	if err := os.WriteFile(filepath.Join(outside, "cache"), []byte("cached\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(outside, 0o755); err != nil {
		t.Fatal(err)
	}
	w, err := sandbox.Open(t.Context(), sandbox.Options{Dir: wallDir(t), Level: sandbox.LevelNamespace, Slots: 1, Expect: []string{outside, "/nowhere"}})
	if err != nil {
		t.Skipf("level namespace: %v", err)
	}
	defer func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}()
	before := w.Rooms()
	s := newScratch(t, w)
	step := shell(s, "cat "+outside+"/cache")
	if r := mustRun(t, w, step); r.Exit == 0 {
		t.Errorf("a step that was not given it read it: %q", r.Stdout)
	}
	step.Read = []string{outside}
	if r := mustRun(t, w, step); string(r.Stdout) != "cached\n" {
		t.Errorf("%+v", r)
	}
	for pid := range w.Rooms() {
		if !before[pid] {
			t.Error("another room was made for it")
		}
	}
}
