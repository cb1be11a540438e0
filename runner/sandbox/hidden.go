package sandbox

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// hiddenShare is a multiple of the disk limit. If the file system has lost that much space, hidden
// files are searched. The search is slow, and neighbours write to the file system too.
const hiddenShare = 4

// hidesFiles reports whether the processes hold files that are in no directory and have no
// descriptor: mapped files, or files in transit through a socket. It does not return their size.
// The caller must be allowed to inspect the processes, as for held.
func (h *holdings) hidesFiles(pids map[int]bool) bool {
	for pid := range pids {
		if h.mapsHidden(pid) || sends(pid) {
			return true
		}
	}
	return false
}

// mapsHidden reports whether a process maps a file that has no name and no descriptor.
func (h *holdings) mapsHidden(pid int) bool {
	maps, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/maps")
	if err != nil {
		return false
	}
	for line := range bytes.Lines(maps) {
		if !bytes.HasSuffix(line, []byte(" (deleted)\n")) || bytes.HasSuffix(line, []byte(" /dev/zero (deleted)\n")) {
			continue // unnamed shared memory has this one, and counts as memory
		}
		if _, counted := h.seen[mapped(line)]; !counted {
			return true
		}
	}
	return false
}

// mapped returns the file of a line of /proc/PID/maps: addresses, permissions, offset, device,
// inode, path.
func mapped(line []byte) inode {
	f := bytes.Fields(line)
	if len(f) < 5 {
		return inode{}
	}
	major, minor, _ := bytes.Cut(f[3], []byte(":"))
	ma, err1 := strconv.ParseUint(string(major), 16, 32)
	mi, err2 := strconv.ParseUint(string(minor), 16, 32)
	number, err3 := strconv.ParseUint(string(f[4]), 10, 64)
	if err1 != nil || err2 != nil || err3 != nil {
		return inode{}
	}
	return inode{unix.Mkdev(uint32(ma), uint32(mi)), number}
}

// sends reports whether descriptors are in transit to a socket of the process.
func sends(pid int) bool {
	found, err := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/fdinfo/*")
	if err != nil {
		return false
	}
	for _, path := range found {
		info, err := os.ReadFile(path)
		if err == nil && inFlight(info) {
			return true
		}
	}
	return false
}

// inFlight parses the line of a unix socket in /proc/PID/fdinfo.
func inFlight(info []byte) bool {
	_, rest, found := bytes.Cut(info, []byte("\nscm_fds:"))
	return found && !bytes.HasPrefix(bytes.TrimSpace(rest), []byte("0"))
}
