package sandbox

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// A group whose process was killed is removed even if another process has that id by now.
func TestAbandonedGroupsAreRemoved(t *testing.T) {
	own, err := readStat(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	ended := exec.Command("true")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	now, err := cgroupName()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, stays := range map[string]bool{
		now: true,
		fmt.Sprintf("grader-%d-%d-a1", os.Getpid(), own.start):   true,
		fmt.Sprintf("grader-%d-%d-b2", os.Getpid(), own.start-1): false, // this id belonged to another process
		fmt.Sprintf("grader-%d-c3", os.Getpid()):                 true,  // made by an earlier program
		fmt.Sprintf("grader-%d-d4", ended.ProcessState.Pid()):    false,
		fmt.Sprintf("grader-%d-1-e5", ended.ProcessState.Pid()):  false,
		"other-1-1-f6": true,
	} {
		group := filepath.Join(dir, name)
		if err := os.Mkdir(group, 0o755); err != nil {
			t.Fatal(err)
		}
		removeAbandoned(dir)
		if _, err := os.Stat(group); (err == nil) != stays {
			t.Errorf("%s stays: %t, want %t (%v)", name, err == nil, stays, err)
		}
	}
}
