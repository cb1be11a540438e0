package pktline

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Zero is the object name that stands for no object.
const Zero = "0000000000000000000000000000000000000000"

// Caps bound what ReadList accepts.
type Caps struct {
	Bytes       int // of the whole list
	Options     int
	OptionBytes int // of one option
}

// ErrTooLong is returned if a command list or its options exceed the caps.
var ErrTooLong = errors.New("command list too long")

// Command moves one ref, as the client asks.
type Command struct {
	Old, New string // hex object names
	Ref      string
}

// Deletes reports whether the command deletes its ref.
func (c Command) Deletes() bool { return c.New == Zero }

// List is everything that a client sends before the pack.
type List struct {
	Commands     []Command
	Capabilities []string
	Options      []string
	Shallow      []string // roots of a shallow clone
	Raw          []byte   // as received, for git receive-pack
}

// Can reports whether the client asked for the capability.
func (l List) Can(capability string) bool { return slices.Contains(l.Capabilities, capability) }

// SendsPack reports whether a pack follows the list.
func (l List) SendsPack() bool {
	return slices.ContainsFunc(l.Commands, func(c Command) bool { return !c.Deletes() })
}

// Split removes the commands that aside selects. It returns the list of the others, and the removed
// commands.
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

// Replace returns the list with a command in place of the first one.
func (l List) Replace(c Command) List {
	l.Commands = append([]Command{c}, l.Commands[1:]...)
	l.Raw = l.encode()
	return l
}

// encode returns the list in the form in which a client sends it.
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

// ReadList reads the command list, and the push options if the client announced them. The list of a
// client that has nothing to push has no commands; it may have shallow roots. ReadList reads nothing
// after the list.
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

// command parses "OLD NEW REF". In the first command, NUL and the capabilities follow.
func (l *List) command(payload []byte) error {
	if root, ok := bytes.CutPrefix(payload, []byte("shallow ")); ok {
		name := strings.TrimSuffix(string(root), "\n")
		if !objectName(name) {
			return fmt.Errorf("%w: no shallow root", ErrMalformed)
		}
		l.Shallow = append(l.Shallow, name)
		return nil // git checks it; receive.shallowUpdate is off
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

// refName reports whether a name can be repeated on a line of a report. git itself checks the rest.
func refName(s string) bool {
	return s != "" && len(s) <= 1024 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f })
}
