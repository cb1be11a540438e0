package sandbox

import (
	"errors"
	"math"

	"golang.org/x/sys/unix"
)

// fileCost is what the mere existence of a file counts, so that millions of empty
// ones meet the disk limit too.
const fileCost = 4096

// usage sums the bytes on disk below the scratch. A tree too deep to follow counts as
// endless.
func (s *Scratch) usage() int64 {
	var sum int64
	err := walkBeneath(int(s.top.Fd()), func(e *entry) error {
		if e.depth > 0 {
			sum += max(e.stat.Blocks*512, fileCost)
		}
		return nil
	})
	if errors.Is(err, errTooDeep) {
		return math.MaxInt64
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
