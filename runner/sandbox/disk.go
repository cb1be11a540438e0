package sandbox

import (
	"errors"
	"strconv"

	"golang.org/x/sys/unix"
)

// fileCost is what the mere existence of a file counts, so that millions of empty
// ones meet the disk limit too.
const fileCost = 4096

// usage sums the bytes on disk below the scratch; tooDeep says that its tree could
// not be followed to its ends.
func (s *Scratch) usage() (sum int64, tooDeep bool) {
	err := walkBeneath(int(s.top.Fd()), func(e *entry) error {
		if e.depth > 0 {
			sum += max(e.stat.Blocks*512, fileCost)
		}
		return nil
	})
	return sum, errors.Is(err, errTooDeep)
}

// unlinked sums the files that only descriptors of the processes still hold. The
// caller must be allowed to look: be their uid, or hold CAP_SYS_PTRACE.
func unlinked(pids map[int]bool) int64 {
	var sum int64
	seen := map[uint64]bool{}
	for pid := range pids {
		dir := "/proc/" + strconv.Itoa(pid) + "/fd"
		fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		if err != nil {
			continue
		}
		names, err := namesIn(fd)
		for _, name := range names {
			var st unix.Stat_t
			if err == nil && unix.Fstatat(fd, name, &st, 0) == nil && st.Mode&unix.S_IFMT == unix.S_IFREG && st.Nlink == 0 && !seen[st.Ino] {
				seen[st.Ino] = true
				sum += st.Blocks * 512
			}
		}
		closeFD(fd)
	}
	return sum
}

// tidyShared removes what the uid left in the machine's shared memory. It has no
// process any more, and unlinking follows no link.
func tidyShared(uid int) error {
	fd, err := unix.Open(sharedMemory, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return ignoreMissing(err)
	}
	defer closeFD(fd)
	names, err := namesIn(fd)
	if err != nil {
		return err
	}
	for _, name := range names {
		var st unix.Stat_t
		if err := unix.Fstatat(fd, name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil || int(st.Uid) != uid {
			continue
		}
		if err := ignoreMissing(unix.Unlinkat(fd, name, 0)); err != nil {
			return err
		}
	}
	return nil
}
