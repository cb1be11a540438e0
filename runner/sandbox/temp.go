package sandbox

import (
	"os"

	"golang.org/x/sys/unix"
)

// Temp returns the directory for temporary files, beside Path. It is the TMPDIR of a step whose
// first Write this scratch is. It lives as long as the scratch directory.
func (s *Scratch) Temp() string { return s.beside(tempDir) }

// TempDir returns the directory below which a wall is best made: $TMPDIR if it is set, otherwise
// /var/tmp if programs may be written and run there. At level namespace every step has a /tmp of
// its own, in which the directories above what it is shown would have to be made each time.
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
