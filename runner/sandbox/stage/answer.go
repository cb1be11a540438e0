package stage

import "syscall"

// The kinds of answers, the first byte of each.
const (
	answerFailed  = 'F' // the call's number and name
	answerStarted = 'S'
	answerEnded   = 'E'
)

// Failure is a failed system call of a stage.
type Failure struct {
	Call  string
	Errno syscall.Errno
}

// Error names the call and its error.
func (f *Failure) Error() string { return f.Call + ": " + f.Errno.Error() }

// Unwrap returns the error number.
func (f *Failure) Unwrap() error { return f.Errno }

// Ended says how a program in a namespace ended.
type Ended struct {
	Status syscall.WaitStatus
	CPU    int64 // nanoseconds, of all processes that were reaped
	Memory int64 // largest resident memory of one process, bytes
	At     int64 // when the program ended, in nanoseconds of the monotonic clock
}

// Answer holds what a stage sent until its pipe was closed.
type Answer struct {
	Failure *Failure
	Started bool
	Ended   *Ended
}

// Parse parses the answers in b; an incomplete answer is ignored.
func Parse(b []byte) Answer {
	var a Answer
	for len(b) > 0 {
		kind, r := b[0], reader{b: b[1:]}
		switch kind {
		case answerFailed:
			f := &Failure{Errno: syscall.Errno(r.number()), Call: r.string()}
			if !r.bad {
				a.Failure = f
			}
		case answerStarted:
			a.Started = true
		case answerEnded:
			e := &Ended{Status: syscall.WaitStatus(r.number()), CPU: int64(r.number()), Memory: int64(r.number()), At: int64(r.number())}
			if !r.bad {
				a.Ended = e
			}
		default:
			return a
		}
		b = r.b
	}
	return a
}

func say(b []byte) {
	for len(b) > 0 {
		n, err := syscall.Write(StatusFD, b)
		if err == syscall.EINTR {
			continue
		}
		if err != nil || n <= 0 {
			return
		}
		b = b[n:]
	}
}

func sayFailed(f *Failure) {
	say(putString(putNumber([]byte{answerFailed}, uint64(f.Errno)), f.Call))
}

func sayEnded(e Ended) {
	b := putNumber([]byte{answerEnded}, uint64(e.Status))
	say(putNumber(putNumber(putNumber(b, uint64(e.CPU)), uint64(e.Memory)), uint64(e.At)))
}
