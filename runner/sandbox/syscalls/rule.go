package syscalls

import "golang.org/x/sys/unix"

// answer is the result of a system call that is not carried out: an error number, or 0, which the
// program takes for success. allowed is the exception: the call is carried out.
type answer int

const (
	allowed answer = -1
	ignored answer = 0
)

// errno returns the answer that is an error.
func errno(e unix.Errno) answer { return answer(e) }

// rule determines the answers to some system calls.
type rule struct {
	calls     string   // their names, separated by spaces
	choices   []choice // the first that matches decides
	otherwise answer   // if none matches
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
	mask     uint32 // the bits that are compared; the others may have any value
}

// kind determines how an argument is compared. The kernel declares most arguments as int and
// ignores the upper half of their register. If the filter compared that half, a program could make
// the filter see another value than the kernel uses.
type kind int

const (
	oneOf   kind = iota // the lower 32 bits are one of the values
	flags               // the lower 32 bits have only bits of the values set
	flags64             // the same for all 64 bits; the upper 32 must be 0
)

// value is a constant and its name in C.
type value struct {
	name   string
	number uint32
}

// allow returns a rule that allows calls with any arguments.
func allow(calls, why string) rule { return rule{calls: calls, otherwise: allowed, why: why} }

// refuse returns a rule that gives calls the answer a, whatever their arguments are.
func refuse(calls string, a answer, why string) rule {
	return rule{calls: calls, otherwise: a, why: why}
}

// allowOnly returns a rule that allows calls if all conditions hold, and gives them the answer
// otherwise.
func allowOnly(calls string, otherwise answer, why string, conditions ...condition) rule {
	return rule{calls: calls, choices: []choice{{conditions, allowed}}, otherwise: otherwise, why: why}
}

// except adds an answer for calls that the rule would otherwise give its last answer.
func (r rule) except(a answer, conditions ...condition) rule {
	r.choices = append(r.choices, choice{conditions, a})
	return r
}

// is returns the condition that an argument is one of the values.
func is(argument int, name string, values ...value) condition {
	return condition{argument: argument, name: name, kind: oneOf, values: values, mask: ^uint32(0)}
}

// within returns the condition that an argument has no flags besides these.
func within(argument int, name string, values ...value) condition {
	return condition{argument: argument, name: name, kind: flags, values: values, mask: ^uint32(0)}
}

// within64 is like within, for an argument whose 64 bits the kernel all reads.
func within64(argument int, name string, values ...value) condition {
	return condition{argument: argument, name: name, kind: flags64, values: values, mask: ^uint32(0)}
}

// masked returns a condition that compares only some bits of the argument.
func (c condition) masked(bits uint32) condition {
	c.mask = bits
	return c
}

// bits returns the flags that the argument may have.
func (c *condition) bits() uint32 {
	all := ^c.mask
	for _, v := range c.values {
		all |= v.number
	}
	return all
}
