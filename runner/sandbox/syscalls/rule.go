package syscalls

import "golang.org/x/sys/unix"

// answer is what a system call returns without being carried out: an error number, or 0, which
// the program takes for success. allowed carries it out.
type answer int

const (
	allowed answer = -1
	ignored answer = 0
)

// errno answers with an error.
func errno(e unix.Errno) answer { return answer(e) }

// rule says what happens to some system calls.
type rule struct {
	calls     string   // their names, separated by blanks
	choices   []choice // the first that fits decides
	otherwise answer   // when none fits
	why       string   // for docs/syscalls.md
}

// choice is the answer to calls with certain arguments.
type choice struct {
	conditions []condition // all must hold
	answer     answer
}

// condition compares one argument of a call with values.
type condition struct {
	argument int    // from 0
	name     string // as its manual page calls it
	kind     kind
	values   []value
	mask     uint32 // the bits that are compared; the others may be anything
}

// kind is how an argument is compared. The kernel declares most arguments as int and ignores the
// upper half of their register, so comparing that half would let a program choose between what
// the filter sees and what the kernel does.
type kind int

const (
	oneOf   kind = iota // the lower 32 bits are one of the values
	flags               // the lower 32 bits have no bit set besides those of the values
	flags64             // the same for all 64 bits, of which the upper 32 must be 0
)

// value is a constant and its name in C.
type value struct {
	name   string
	number uint32
}

// allow lets calls through without looking at their arguments.
func allow(calls, why string) rule { return rule{calls: calls, otherwise: allowed, why: why} }

// refuse answers calls whatever their arguments are.
func refuse(calls string, a answer, why string) rule {
	return rule{calls: calls, otherwise: a, why: why}
}

// allowOnly lets calls through when all conditions hold, and answers them otherwise.
func allowOnly(calls string, otherwise answer, why string, conditions ...condition) rule {
	return rule{calls: calls, choices: []choice{{conditions, allowed}}, otherwise: otherwise, why: why}
}

// except adds an answer for calls that would otherwise get the rule's last one.
func (r rule) except(a answer, conditions ...condition) rule {
	r.choices = append(r.choices, choice{conditions, a})
	return r
}

// is demands that an argument is one of the values.
func is(argument int, name string, values ...value) condition {
	return condition{argument: argument, name: name, kind: oneOf, values: values, mask: ^uint32(0)}
}

// within demands that an argument has no flags besides these.
func within(argument int, name string, values ...value) condition {
	return condition{argument: argument, name: name, kind: flags, values: values, mask: ^uint32(0)}
}

// within64 is within for an argument of which the kernel reads all 64 bits.
func within64(argument int, name string, values ...value) condition {
	return condition{argument: argument, name: name, kind: flags64, values: values, mask: ^uint32(0)}
}

// masked compares only some bits of the argument.
func (c condition) masked(bits uint32) condition {
	c.mask = bits
	return c
}

// bits are the flags that the argument may have.
func (c *condition) bits() uint32 {
	all := ^c.mask
	for _, v := range c.values {
		all |= v.number
	}
	return all
}
