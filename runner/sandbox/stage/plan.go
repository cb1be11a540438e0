package stage

import (
	"syscall"
	"unsafe"
)

// In the started process, the descriptors of a request have these numbers. All of them are
// closed when the process executes its program.
const (
	PassedFD = 100 // the first one
	passable = 10  // the maximum number
)

// The descriptors of a request, in this order.
const (
	PassedIn = PassedFD + iota
	PassedOut
	PassedErr
	PassedFailure // closed when the program runs; a failure is written to it before
	passedMore
)

// The meaning of the last descriptor depends on the plan.
const (
	PassedRules   = passedMore // a Landlock ruleset
	PassedRequest = passedMore // the socket of the requests to a process that serves
	PassedAnswer  = passedMore // where the first process of a namespace reports how the program ended
)

// RegionSize is the size of the memory that a stage shares with its runner. Plans are written
// there.
const RegionSize = 8 << 20

const (
	maxCalls   = 512
	dataOffset = unsafe.Sizeof(header{}) + maxCalls*unsafe.Sizeof(planCall{})
)

// header is the beginning of a region.
type header struct {
	flags uint64 // of clone
	calls uint64 // number of calls that follow
}

// planCall is a system call with its arguments.
type planCall struct {
	number uint64
	args   [6]uint64
	result uint64 // where in the region its result is stored; 0 for nowhere
	lax    uint64 // 1: it may fail
	kind   uint64
}

// The kinds of a planned call, besides calls of the kernel.
const (
	kindCall     = iota
	kindFork     // a child continues with the rest; the process stays as the first one of its namespace
	kindHandOver // a sibling, in namespaces that only children enter, continues; the process reports its id and exits
	kindServe    // the process serves requests from PassedRequest and answers with pidfds
)

// Plan lists what a new process does until it executes the program. It consists of system calls with complete
// arguments, because the process cannot allocate memory.
type Plan struct {
	base  uint64 // of the region, in the stage
	flags uint64
	calls []planCall
	names []string
	data  []byte
	begin uint64 // where in the region the start of a program is recorded
	err   error
}

// NewPlan returns an empty plan for a region that is at address base in the stage.
func NewPlan(base uint64) *Plan { return &Plan{base: base, flags: uint64(syscall.SIGCHLD)} }

// Beside makes the process a child of the stage's parent.
func (p *Plan) Beside() { p.flags |= cloneParent }

// Add adds a call and returns its number in the plan.
func (p *Plan) Add(name string, number uintptr, args ...uint64) int {
	c := planCall{number: uint64(number)}
	copy(c.args[:], args)
	p.calls, p.names = append(p.calls, c), append(p.names, name)
	return len(p.calls) - 1
}

// InNamespaces puts the process into new PID, mount and IPC namespaces, and gives the runner a
// handle to it.
func (p *Plan) InNamespaces() {
	p.flags |= syscall.CLONE_NEWPID | syscall.CLONE_NEWNS | syscall.CLONE_NEWIPC | clonePidfd
}

// Fork continues the rest of the plan in a child. The process waits for the child and for orphans. When the child has
// ended, it kills all other processes of the namespace and reports how the child ended.
func (p *Plan) Fork() { p.add("clone", kindFork) }

// HandOver continues the rest of the plan in a child of the process's parent. The process exits.
func (p *Plan) HandOver() { p.add("clone", kindHandOver) }

// Serve makes the process serve requests as a stage.
func (p *Plan) Serve() { p.add("serve", kindServe) }

func (p *Plan) add(name string, kind uint64) {
	p.calls, p.names = append(p.calls, planCall{kind: kind}), append(p.names, name)
}

// Lax makes the plan continue if the call fails.
func (p *Plan) Lax(n int) { p.calls[n].lax = 1 }

// Into stores a call's result at an address of the region, where it overwrites eight bytes.
func (p *Plan) Into(n int, address uint64) { p.calls[n].result = address - p.base }

// Argument returns the address of the first argument of a call, for Into.
func (p *Plan) Argument(n int) uint64 {
	return p.base + uint64(unsafe.Sizeof(header{})) + uint64(n)*uint64(unsafe.Sizeof(planCall{})) + uint64(unsafe.Offsetof(planCall{}.args))
}

// Bytes copies data into the region and returns its address.
func (p *Plan) Bytes(b []byte) uint64 {
	at := p.base + uint64(dataOffset) + uint64(len(p.data))
	p.data = append(p.data, b...)
	for len(p.data)%8 != 0 {
		p.data = append(p.data, 0)
	}
	return at
}

// Text copies a NUL-terminated text into the region.
func (p *Plan) Text(s string) uint64 {
	for i := range len(s) {
		if s[i] == 0 {
			p.err = syscall.EINVAL
		}
	}
	return p.Bytes(append([]byte(s), 0))
}

// Texts copies a list of texts into the region, in the form that execve takes.
func (p *Plan) Texts(list []string) uint64 {
	var addresses []byte
	for _, s := range list {
		addresses = putNumber(addresses, p.Text(s))
	}
	return p.Bytes(putNumber(addresses, 0))
}

// Write writes the plan into the runner's mapping of the region. It fails if an argument of the
// program is too long or contains a NUL.
func (p *Plan) Write(region []byte) *Failure {
	if p.err != nil {
		return failed("execve", p.err)
	}
	if len(p.calls) > maxCalls || int(dataOffset)+len(p.data) > len(region) {
		return failed("execve", syscall.E2BIG)
	}
	h := (*header)(unsafe.Pointer(&region[0]))
	h.flags, h.calls = p.flags, uint64(len(p.calls))
	for i, c := range p.calls {
		*(*planCall)(unsafe.Pointer(&region[unsafe.Sizeof(header{})+uintptr(i)*unsafe.Sizeof(planCall{})])) = c
	}
	copy(region[dataOffset:], p.data)
	return nil
}

// Began returns when the program started, on the monotonic clock, and the processor time that its
// process had used until then; both in nanoseconds.
func (p *Plan) Began(region []byte) (at, used int64) {
	r := reader{b: region[p.begin : p.begin+32]}
	at = int64(r.number())*second + int64(r.number())
	return at, int64(r.number())*second + int64(r.number())
}

const second = 1_000_000_000

// Failed parses what a process of the plan wrote to PassedFailure; nil means that the program runs.
func (p *Plan) Failed(said []byte) *Failure {
	r := reader{b: said}
	which, number := r.number(), syscall.Errno(r.number())
	if r.bad {
		return nil
	}
	name := "a call"
	if which < uint64(len(p.names)) {
		name = p.names[which]
	}
	return &Failure{Call: name, Errno: number}
}
