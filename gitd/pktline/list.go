package pktline

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Zero is the object name that stands for none.
const Zero = "0000000000000000000000000000000000000000"

// Caps bound what ReadList accepts.
type Caps struct {
	Bytes       int // of the list as a whole
	Options     int
	OptionBytes int // of one option
}

// ErrTooLong says that a command list or its options go beyond the caps.
var ErrTooLong = errors.New("command list too long")

// Command is one ref that the client wants moved.
type Command struct {
	Old, New string // hex object names
	Ref      string
}

// Deletes reports whether the command deletes its ref.
func (c Command) Deletes() bool { return c.New == Zero }

// List is all that a client sends before the pack.
type List struct {
	Commands     []Command
	Capabilities []string
	Options      []string
	Shallow      []string // roots of a shallow clone
	Raw          []byte   // as it came, for git receive-pack
}

// Can reports whether the client asked for the capability.
func (l List) Can(capability string) bool { return slices.Contains(l.Capabilities, capability) }

// SendsPack reports whether a pack follows the list.
func (l List) SendsPack() bool {
	return slices.ContainsFunc(l.Commands, func(c Command) bool { return !c.Deletes() })
}

// Split sets the commands that aside picks apart, and returns the list of the others.
func (l List) Split(aside func(Command) bool) (List, []Command) {
	var kept, others []Command
	for _, c := range l.Commands {
		if aside(c) {
			others = append(others, c)
		} else {
			kept = append(kept, c)
		}
	}
	if len(others) == 0 {
		return l, nil
	}
	l.Commands = kept
	l.Raw = l.encode()
	return l, others
}

// Replace returns the list with a command in place of the first.
func (l List) Replace(c Command) List {
	l.Commands = append([]Command{c}, l.Commands[1:]...)
	l.Raw = l.encode()
	return l
}

// encode writes the list as a client sends it.
func (l List) encode() []byte {
	var b []byte
	for _, root := range l.Shallow {
		b = Append(b, "shallow "+root)
	}
	for i, c := range l.Commands {
		line := c.Old + " " + c.New + " " + c.Ref
		if i == 0 {
			line += "\x00 " + strings.Join(l.Capabilities, " ")
		}
		b = Append(b, line)
	}
	b = append(b, Flush...)
	if len(l.Commands) == 0 || !l.Can("push-options") {
		return b
	}
	for _, option := range l.Options {
		b = Append(b, option)
	}
	return append(b, Flush...)
}

// ReadList reads the command list and, where the client announced them, the push
// options. A client that has nothing to push sends only a flush: then there are no
// commands. Nothing behind the list is read.
func ReadList(r io.Reader, caps Caps) (List, error) {
	var l List
	buf := make([]byte, 0, 512)
	for {
		payload, flush, err := Read(r, buf)
		if err != nil {
			return List{}, fmt.Errorf("command list: %w", err)
		}
		if err := l.keep(payload, flush, caps.Bytes); err != nil {
			return List{}, err
		}
		if flush {
			break
		}
		if err := l.command(payload); err != nil {
			return List{}, err
		}
	}
	if len(l.Commands) > 0 && l.Can("push-options") {
		return l, l.readOptions(r, caps, buf)
	}
	return l, nil
}

func (l *List) readOptions(r io.Reader, caps Caps, buf []byte) error {
	for {
		payload, flush, err := Read(r, buf)
		if err != nil {
			return fmt.Errorf("push options: %w", err)
		}
		if err := l.keep(payload, flush, caps.Bytes); err != nil {
			return err
		}
		if flush {
			return nil
		}
		option := strings.TrimSuffix(string(payload), "\n")
		if len(l.Options) >= caps.Options || len(option) > caps.OptionBytes {
			return fmt.Errorf("push options: %w", ErrTooLong)
		}
		l.Options = append(l.Options, option)
	}
}

func (l *List) keep(payload []byte, flush bool, limit int) error {
	if len(l.Raw)+len(payload)+4 > limit {
		return ErrTooLong
	}
	if flush {
		l.Raw = append(l.Raw, Flush...)
		return nil
	}
	l.Raw = append(appendLength(l.Raw, len(payload)+4), payload...)
	return nil
}

// command parses "OLD NEW REF", the first one followed by NUL and capabilities.
func (l *List) command(payload []byte) error {
	if root, ok := bytes.CutPrefix(payload, []byte("shallow ")); ok {
		name := strings.TrimSuffix(string(root), "\n")
		if !objectName(name) {
			return fmt.Errorf("%w: no shallow root", ErrMalformed)
		}
		l.Shallow = append(l.Shallow, name)
		return nil // git judges it; receive.shallowUpdate is off
	}
	line, capabilities, first := bytes.Cut(payload, []byte{0})
	if first && len(l.Commands) == 0 {
		l.Capabilities = strings.Fields(string(capabilities))
	}
	parts := strings.SplitN(strings.TrimSuffix(string(line), "\n"), " ", 3)
	if len(parts) != 3 || !objectName(parts[0]) || !objectName(parts[1]) || !refName(parts[2]) {
		return fmt.Errorf("%w: no command", ErrMalformed)
	}
	l.Commands = append(l.Commands, Command{Old: parts[0], New: parts[1], Ref: parts[2]})
	return nil
}

func objectName(s string) bool {
	if len(s) != len(Zero) {
		return false
	}
	return strings.Trim(s, hexDigits) == ""
}

// refName accepts what can be repeated on a line of a report: git itself judges the rest.
func refName(s string) bool {
	return s != "" && len(s) <= 1024 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f })
}
