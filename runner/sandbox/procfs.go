package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// tick is the unit of the times in /proc/PID/stat on every Linux architecture that Go supports.
const tick = 10 * time.Millisecond

var errStat = errors.New("malformed /proc/PID/stat")

// processes appends the process ids of this machine to list.
func processes(list []int) []int {
	dir, err := os.Open("/proc")
	if err != nil {
		return list
	}
	defer dir.Close()
	buf := make([]byte, 32<<10)
	for {
		n, err := unix.Getdents(int(dir.Fd()), buf)
		if err != nil || n <= 0 {
			return list
		}
		list = appendPIDs(list, buf[:n])
	}
}

// appendNumbers appends the numbers in a file of process ids. The kernel writes 0 for a process that this process cannot
// see.
func appendNumbers(list []int, file string) ([]int, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return list, err
	}
	for field := range bytes.FieldsSeq(text) {
		n, err := strconv.Atoi(string(field))
		if err != nil {
			return list, fmt.Errorf("%s: %w", file, err)
		}
		if n > 0 {
			list = append(list, n)
		}
	}
	return list, nil
}

// appendPIDs appends the numeric names among directory entries. It parses the records itself,
// because the standard functions would allocate a string for every process every few milliseconds.
func appendPIDs(list []int, entries []byte) []int {
	const headerLen = 19 // inode, offset, length, type
	for len(entries) > headerLen {
		length := int(entries[16]) | int(entries[17])<<8
		if length < headerLen || length > len(entries) {
			return list
		}
		pid := 0
		for _, c := range entries[headerLen:length] {
			if c < '0' || c > '9' {
				break
			}
			pid = 10*pid + int(c-'0')
		}
		if pid > 0 {
			list = append(list, pid)
		}
		entries = entries[length:]
	}
	return list
}

// stat holds the part of /proc/PID/stat that the meter needs.
type stat struct {
	state    byte
	parent   int
	children time.Duration // processor time of reaped children
	threads  int
	start    uint64 // ticks since boot
}

func readStat(pid int) (stat, error) {
	b, err := readProc(pid, "stat")
	if err != nil {
		return stat{}, err
	}
	return parseStat(b)
}

// parseStat parses the fields after the command's name. The name itself may contain spaces and
// parentheses.
func parseStat(b []byte) (stat, error) {
	i := bytes.LastIndexByte(b, ')')
	if i < 0 {
		return stat{}, errStat
	}
	f := bytes.Fields(b[i+1:])
	if len(f) < 20 || len(f[0]) != 1 {
		return stat{}, errStat
	}
	parent, err1 := strconv.Atoi(string(f[1]))
	cutime, err2 := strconv.ParseInt(string(f[13]), 10, 64)
	cstime, err3 := strconv.ParseInt(string(f[14]), 10, 64)
	threads, err4 := strconv.Atoi(string(f[17]))
	start, err5 := strconv.ParseUint(string(f[19]), 10, 64)
	if errors.Join(err1, err2, err3, err4, err5) != nil {
		return stat{}, errStat
	}
	return stat{state: f[0][0], parent: parent, children: time.Duration(cutime+cstime) * tick, threads: threads, start: start}, nil
}

// spacious is the size, in bytes, of an address space above which a process's page tables are
// counted too. A program that only reads untouched memory uses nothing but page tables. If it uses
// one page in every two megabytes, its page tables are as large as its pages.
const spacious = 4 << 20

// resident returns a process's resident memory. It includes the page tables if they may be large.
func resident(pid int) residence {
	b, err := readProc(pid, "statm")
	if err != nil {
		return residence{}
	}
	f := bytes.Fields(b)
	if len(f) < 2 {
		return residence{}
	}
	size, err1 := strconv.ParseInt(string(f[0]), 10, 64)
	pages, err2 := strconv.ParseInt(string(f[1]), 10, 64)
	if err1 != nil || err2 != nil {
		return residence{}
	}
	r := residence{own: pages * int64(os.Getpagesize())}
	if size*int64(os.Getpagesize()) > spacious {
		r.tables = pageTables(pid)
	}
	return r
}

// pageTables returns the bytes of a process's page tables.
func pageTables(pid int) int64 {
	b, err := readProc(pid, "status")
	if err != nil {
		return 0
	}
	bytes, err := kibibytes(b, "VmPTE:")
	if err != nil {
		return 0
	}
	return bytes
}

// descends reports whether a process descends from another. If a parent ends meanwhile, its
// children get the next ancestor as their parent.
func descends(pid, from int) bool {
	for range 5 {
		at := pid
		for at > 1 && at != from {
			st, err := readStat(at)
			if err != nil {
				break
			}
			at = st.parent
		}
		if at == from || at <= 1 || at == pid {
			return at == from
		}
	}
	return false
}

// ownTime returns the exact processor time of a process with all its threads.
func ownTime(pid int) time.Duration {
	const schedClock = 2 // of MAKE_PROCESS_CPUCLOCK
	var ts unix.Timespec
	if err := unix.ClockGettime(int32(^uint32(pid)<<3|schedClock), &ts); err != nil {
		return 0
	}
	return time.Duration(ts.Nano())
}

// readProc reads a small file of /proc in one call.
func readProc(pid int, name string) ([]byte, error) {
	fd, err := unix.Open("/proc/"+strconv.Itoa(pid)+"/"+name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer closeFD(fd)
	buf := make([]byte, 4096)
	n, err := unix.Read(fd, buf)
	if err != nil {
		return nil, err
	}
	return buf[:n], nil
}

// childOf returns the first child of a process's main thread, or 0 if there is none.
func childOf(pid int) int {
	b, err := readProc(pid, "task/"+strconv.Itoa(pid)+"/children")
	if err != nil {
		return 0
	}
	first, _, _ := bytes.Cut(b, []byte(" "))
	child, err := strconv.Atoi(string(first))
	if err != nil {
		return 0
	}
	return child
}

// closeFD closes a descriptor that was used only for reading, so that closing it cannot lose data.
func closeFD(fd int) { _ = unix.Close(fd) }

// mayTrace reports whether this process has CAP_SYS_PTRACE.
func mayTrace() (bool, error) {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return false, fmt.Errorf("capget: %w", err)
	}
	return data[0].Effective&(1<<unix.CAP_SYS_PTRACE) != 0, nil
}
