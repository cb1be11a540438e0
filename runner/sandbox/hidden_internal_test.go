package sandbox

import (
	"testing"

	"golang.org/x/sys/unix"
)

func TestMappedFiles(t *testing.T) {
	t.Parallel()
	got := mapped([]byte("7f00-7f01 rw-s 00000000 fd:01 4711                       /tmp/x (deleted)\n"))
	if got != (inode{unix.Mkdev(0xfd, 1), 4711}) {
		t.Errorf("%+v", got)
	}
	if got := mapped([]byte("7f00-7f01 rw-s 00000000\n")); got != (inode{}) {
		t.Errorf("%+v", got)
	}
}

func TestDescriptorsInFlight(t *testing.T) {
	t.Parallel()
	for info, want := range map[string]bool{
		"pos:\t0\nflags:\t02\nmnt_id:\t9\nino:\t3\nscm_fds: 2\n": true,
		"pos:\t0\nflags:\t02\nmnt_id:\t9\nino:\t3\nscm_fds: 0\n": false,
		"pos:\t0\nflags:\t02\nmnt_id:\t9\nino:\t3\n":             false,
	} {
		if got := inFlight([]byte(info)); got != want {
			t.Errorf("%q: %v", info, got)
		}
	}
}
