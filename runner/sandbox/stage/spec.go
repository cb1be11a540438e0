// Package stage is the small process between the runner and a step. It drops everything that a student's program must not
// have, and starts that program.
//
// A stage is this binary, started again with Marker in its environment. With the value Serve it stays for all steps of a
// slot (see server), and starts a program for each request as a Plan in shared memory says. With any other value it is the
// first process of a namespace that bubblewrap made. It then reads a Spec from descriptor 3 and reports a failed call on
// descriptor 4. It stays to reap, and its answer ends with how the program ended.
//
// The start of a stage is part of every step's cost, and the packages of the whole binary take ten times as long to
// initialise as this one. So this package works during its own initialisation, and imports so little that it is
// initialised first.
package stage

import "syscall"

// Marker is the environment variable that makes a process a stage.
const Marker = "GRADER_STAGE"

// The descriptors of a stage, in addition to the program's own 0, 1 and 2.
const (
	SpecFD   = 3 // the Spec, until its end
	StatusFD = 4 // the answer

	// The descriptors in a namespace that become the program's 0 and 1. Bubblewrap uses 5 and 6.
	InputFD  = 7
	OutputFD = 8
)

// Spec describes the work of a stage.
type Spec struct {
	Program string // absolute path
	Argv    []string
	Env     []string
	Dir     string
	UID     int // uid and gid to take; -1 keeps them
	Limits  []Limit
	Own     uint64 // Landlock's rights on the program's own directory in /proc
	Filter  []byte // seccomp program
}

// Limit is one resource limit. Soft and hard limit are equal, except for the stack.
type Limit struct {
	Resource   int
	Soft, Hard uint64
}

// Rule grants the step access to everything beneath Path. A path that does not exist is skipped.
type Rule struct {
	Path   string
	Access uint64 // LANDLOCK_ACCESS_FS_*
}

// Encode writes s in the form that Decode reads.
func (s *Spec) Encode() []byte {
	var b []byte
	b = putString(b, s.Program)
	b = putStrings(b, s.Argv)
	b = putStrings(b, s.Env)
	b = putString(b, s.Dir)
	b = putNumber(b, uint64(int64(s.UID)))
	b = putNumber(b, uint64(len(s.Limits)))
	for _, l := range s.Limits {
		b = putNumber(putNumber(putNumber(b, uint64(l.Resource)), l.Soft), l.Hard)
	}
	b = putNumber(b, s.Own)
	return putString(b, string(s.Filter))
}

// Decode parses the output of Encode. It returns EBADMSG for anything else.
func Decode(b []byte) (*Spec, error) {
	r := reader{b: b}
	s := &Spec{Program: r.string(), Argv: r.strings(), Env: r.strings(), Dir: r.string()}
	s.UID = int(int64(r.number()))
	for n := r.count(); n > 0; n-- {
		s.Limits = append(s.Limits, Limit{int(r.number()), r.number(), r.number()})
	}
	s.Own = r.number()
	s.Filter = []byte(r.string())
	if r.bad || len(r.b) != 0 {
		return nil, syscall.EBADMSG
	}
	return s, nil
}

// putNumber and reader replace encoding/binary, whose initialisation takes longer.
func putNumber(b []byte, n uint64) []byte {
	for range 8 {
		b = append(b, byte(n))
		n >>= 8
	}
	return b
}

func putString(b []byte, s string) []byte { return append(putNumber(b, uint64(len(s))), s...) }

func putStrings(b []byte, list []string) []byte {
	b = putNumber(b, uint64(len(list)))
	for _, s := range list {
		b = putString(b, s)
	}
	return b
}

// reader reads values from the front of b; bad is set once b is too short.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) number() uint64 {
	if len(r.b) < 8 {
		r.bad, r.b = true, nil
		return 0
	}
	var n uint64
	for i := range 8 {
		n |= uint64(r.b[i]) << (8 * i)
	}
	r.b = r.b[8:]
	return n
}

// count reads a number of items, each of at least eight bytes.
func (r *reader) count() int {
	n := r.number()
	if n > uint64(len(r.b)/8) {
		r.bad, r.b = true, nil
		return 0
	}
	return int(n)
}

func (r *reader) string() string {
	n := r.number()
	if n > uint64(len(r.b)) {
		r.bad, r.b = true, nil
		return ""
	}
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}

func (r *reader) strings() []string {
	n := r.count()
	list := make([]string, 0, n)
	for ; n > 0; n-- {
		list = append(list, r.string())
	}
	return list
}
