package sandbox

import (
	"errors"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// fileCost is the minimum number of bytes that a file counts, so that millions of empty files reach
// the disk limit too.
const fileCost = 4096

// usage returns the bytes on disk below the scratch. tooDeep reports that the tree is too deep to
// be measured in full.
func (s *Scratch) usage() (sum int64, tooDeep bool) {
	err := walkBeneath(int(s.top.Fd()), func(e *entry) error {
		if e.depth > 0 {
			sum += max(e.stat.Blocks*512, fileCost)
		}
		return nil
	})
	return sum, errors.Is(err, errTooDeep)
}

// socketCost is the kernel memory that one end of a connected pair can hold. /proc does not show
// it.
const socketCost = 208 << 10

// pipeCost is the kernel memory that a pipe can hold. Once a user's pipes have all the pages that
// the kernel allows, further pipes are smaller, but reading each pipe's size would cost more.
const pipeCost = 64 << 10

// space returns the free space in the scratch's file system, in bytes.
func (s *Scratch) space() int64 {
	var st unix.Statfs_t
	if err := unix.Fstatfs(int(s.top.Fd()), &st); err != nil {
		return 0
	}
	return int64(st.Bfree) * st.Bsize
}

// holdings are the resources that processes keep open.
type holdings struct {
	unlinked int64 // bytes of files without a name
	sockets  int64
	pipes    int64
	closed   bool               // one of the processes cannot be inspected
	seen     map[inode]struct{} // already counted
}

// inode identifies a file.
type inode struct{ device, number uint64 }

// buffers returns the bytes of kernel memory that sockets and pipes can hold.
func (h *holdings) buffers() int64 { return h.sockets*socketCost + h.pipes*pipeCost }

// inodeOf returns the identity of an open file, or the zero value for nil.
func inodeOf(f *os.File) inode {
	var st unix.Stat_t
	if f == nil || unix.Fstat(int(f.Fd()), &st) != nil {
		return inode{}
	}
	return inode{st.Dev, st.Ino}
}

// held sums the resources that the processes' descriptors hold, except for the input that they were
// given. The caller must be allowed to inspect the processes: it needs their uid, or
// CAP_SYS_PTRACE.
func held(pids map[int]bool, given inode) holdings {
	h := holdings{seen: map[inode]struct{}{given: {}}}
	for pid := range pids {
		h.look(pid)
	}
	return h
}

// look adds what one process holds, unless it was counted before.
func (h *holdings) look(pid int) {
	fd, err := unix.Open("/proc/"+strconv.Itoa(pid)+"/fd", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		h.closed = h.closed || errors.Is(err, unix.EACCES) || errors.Is(err, unix.EPERM)
		return
	}
	defer closeFD(fd)
	names, err := namesIn(fd)
	if err != nil {
		return
	}
	for _, name := range names {
		var st unix.Stat_t
		if unix.Fstatat(fd, name, &st, 0) == nil {
			h.add(&st)
		}
	}
}

func (h *holdings) add(st *unix.Stat_t) {
	id := inode{st.Dev, st.Ino}
	if _, seen := h.seen[id]; seen {
		return
	}
	switch kind := st.Mode & unix.S_IFMT; {
	case kind == unix.S_IFSOCK:
		h.sockets++
	case kind == unix.S_IFIFO:
		h.pipes++
	case kind == unix.S_IFREG && st.Nlink == 0:
		h.unlinked += st.Blocks * 512
	default:
		return
	}
	h.seen[id] = struct{}{}
}

// sharedUsage sums the files of the uid in /dev/shm.
func sharedUsage(uid int) (sum int64) {
	// If /dev/shm is absent or cannot be read, a step has no files in it.
	_ = eachShared(uid, func(_ int, _ string, st *unix.Stat_t) error {
		sum += max(st.Blocks*512, fileCost)
		return nil
	})
	return sum
}

// tidyShared removes the uid's files in /dev/shm. No process of the uid is left, and unlinking
// follows no link.
func tidyShared(uid int) error {
	return eachShared(uid, func(dir int, name string, _ *unix.Stat_t) error {
		return ignoreMissing(unix.Unlinkat(dir, name, 0))
	})
}

// eachShared visits the uid's files in /dev/shm.
func eachShared(uid int, visit func(dir int, name string, st *unix.Stat_t) error) error {
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
		if err := visit(fd, name, &st); err != nil {
			return err
		}
	}
	return nil
}
