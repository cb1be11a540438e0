package sandbox_test

import (
	"os"
	"time"

	"github.com/grader/grader/runner/sandbox"
)

// roomy returns limits in which a Java virtual machine can start its attack.
func roomy() sandbox.Limits {
	l := usual()
	l.CPU, l.Wall, l.Memory, l.Processes = 3*time.Second, 10*time.Second, 256<<20, 200
	return l
}

// brief returns limits for attacks that should reach the limit on processor time, or on elapsed time.
// As in an assignment, the latter is three times the former and a second.
func brief() sandbox.Limits {
	l := usual()
	l.CPU = 500 * time.Millisecond
	l.Wall = 3*l.CPU + time.Second
	return l
}

// usageAttacks returns attacks that use more memory, disk, output or descriptors than allowed.
func usageAttacks() []attack {
	small, holes, slow := usual(), usual(), usual()
	slow.CPU = 10 * time.Second
	small.Disk = 2 << 20
	holes.Disk = 0
	memory, disk, output := []string{"memory limit"}, []string{"disk limit"}, []string{"output limit"}
	hidden := disk
	if inMemory(os.TempDir()) {
		hidden = []string{"disk limit", "memory limit"} // a file without a name counts as both there
	}
	return []attack{
		{kind: "memory", name: "touch", program: "memory.c", ends: memory},
		{kind: "memory", name: "in shared mappings", program: "memory.c", args: []string{"shared"}, ends: memory},
		{kind: "memory", name: "summed over children", program: "memory.c", args: []string{"children"}, ends: memory},
		{kind: "memory", name: "summed over children that are not dumpable", program: "memory.c", args: []string{"hidden"}, ends: memory},
		{kind: "memory", name: "in a memfd", program: "memory.c", args: []string{"memfd"}},
		{kind: "memory", name: "in huge pages", program: "memory.c", args: []string{"huge"}},
		{kind: "memory", name: "in pipes", program: "memory.c", args: []string{"pipes"}, ends: memory},
		{kind: "memory", name: "in page tables", program: "kernel.c", args: []string{"tables"}, ends: memory},
		{kind: "memory", name: "in page tables of few addresses", program: "kernel.c", args: []string{"sparse"}, ends: memory},
		{kind: "memory", name: "in locks on files", program: "kernel.c", args: []string{"locks"}, limits: brief(), ends: []string{"memory limit", "cpu limit", "wall limit", "exit 0"}, slow: true},
		{kind: "memory", name: "in watches of epoll", program: "objects.c", args: []string{"epoll"}, limits: slow, ends: memory, counted: true},
		{kind: "memory", name: "in descriptions of mappings", program: "objects.c", args: []string{"mappings"}, limits: slow, ends: memory, counted: true},
		{kind: "memory", name: "in names that are not there", program: "objects.c", args: []string{"names"}, limits: brief(), ends: []string{"cpu limit", "wall limit"}},
		{kind: "memory", name: "in buffers of sockets", program: "kernel.c", args: []string{"sockets"}, ends: memory},
		{kind: "memory", name: "in files of /dev/shm", program: "kernel.c", args: []string{"shared"}, ends: []string{"disk limit", "exit 0"}},
		{kind: "memory", name: "of Python", program: "bomb.py", args: []string{"memory"}, ends: memory, slow: true},
		{kind: "memory", name: "of Java, beside its heap", program: "Bomb.java", args: []string{"memory"}, limits: roomy(), ends: []string{"memory limit", "exit 1"}, slow: true},
		{kind: "memory", name: "recursion of Python without end", program: "bomb.py", args: []string{"recursion"}, ends: []string{"memory limit", "signal 11"}, slow: true},
		{kind: "disk", name: "big file", program: "disk.c", args: []string{"big"}, ends: disk},
		{kind: "disk", name: "many files", program: "disk.c", args: []string{"many"}, ends: disk},
		{kind: "disk", name: "files without a name", program: "disk.c", args: []string{"unlinked"}, ends: disk},
		{kind: "disk", name: "many files in /tmp", program: "disk.c", args: []string{"many", "/tmp"}, ends: []string{"disk limit", "exit 0"}},
		{kind: "disk", name: "files without a name in /tmp", program: "disk.c", args: []string{"unlinked", "/tmp"}, ends: []string{"disk limit", "exit 0"}},
		{kind: "disk", name: "files behind mappings", program: "hide.c", args: []string{"mmap"}, ends: hidden},
		{kind: "disk", name: "files on their way through a socket", program: "hide.c", args: []string{"sent"}, ends: hidden},
		{kind: "disk", name: "files of a process that is not dumpable", program: "hide.c", args: []string{"dump"}, ends: hidden},
		{kind: "disk", name: "files of a program that is not readable", program: "hide.c", args: []string{"exec"}, ends: hidden},
		{kind: "disk", name: "empty files without end", program: "disk.c", args: []string{"empty"}, limits: small, ends: disk},
		{kind: "disk", name: "tree of 3,000 levels", program: "disk.c", args: []string{"deep"}, ends: disk},
		{kind: "disk", name: "reserved blocks", program: "disk.c", args: []string{"reserved"}, ends: disk},
		{kind: "disk", name: "copied ranges", program: "disk.c", args: []string{"copied"}, ends: disk},
		{kind: "disk", name: "attributes of files", program: "disk.c", args: []string{"attributes"}},
		{kind: "disk", name: "a petabyte of nothing", program: "disk.c", args: []string{"sparse"}},
		{kind: "disk", name: "names with newline, dash and 0xff, mode 000, links and devices for outputs", program: "outputs.c", args: []string{"$SECRET"}},
		{kind: "output", name: "endless, without a newline", program: "output.c", ends: output},
		{kind: "output", name: "endless errors", program: "output.c", args: []string{"2"}, ends: output},
		{kind: "output", name: "endless lines", program: "bomb.sh", args: []string{"output"}, ends: output},
		{kind: "output", name: "NUL", program: "output.c", args: []string{"nul"}},
		{kind: "output", name: "invalid UTF-8", program: "output.c", args: []string{"invalid"}},
		{kind: "output", name: "escapes of terminals", program: "output.c", args: []string{"escapes"}},
		{kind: "terminals", name: "all that there are", program: "objects.c", args: []string{"terminals"}},
		{kind: "descriptors", name: "as many as there are, in as many processes", program: "descriptors.c"},
	}
}
