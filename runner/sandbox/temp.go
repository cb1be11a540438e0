package sandbox

import (
	"os"

	"golang.org/x/sys/unix"
)

// Temp returns the directory for temporary files, next to Path. It is the TMPDIR of a step whose
// first Write is this scratch. It exists as long as the scratch directory.
func (s *Scratch) Temp() string { return s.beside(tempDir) }

// TempDir returns the best directory for a wall: $TMPDIR if it is set, otherwise /var/tmp if
// programs can be written and run there. /tmp is worse: at level namespace every step has its own
// /tmp, in which the parents of each visible directory would have to be created every time.
func TempDir() string {
	if os.Getenv("TMPDIR") != "" || !runsPrograms(IdleTemp) {
		return os.TempDir()
	}
	return IdleTemp
}

// runsPrograms reports whether this process can write programs to a directory and run them.
func runsPrograms(dir string) bool {
	var st unix.Statfs_t
	if unix.Access(dir, unix.W_OK|unix.X_OK) != nil || unix.Statfs(dir, &st) != nil {
		return false
	}
	return st.Flags&unix.ST_NOEXEC == 0
}
