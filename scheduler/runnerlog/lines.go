// Package runnerlog forwards the standard error of runners to the log.
package runnerlog

import (
	"bytes"
	"log/slog"
	"sync"

	"github.com/grader/grader/schema"
)

// maxLine bounds one line of a runner's log, in bytes.
const maxLine = 4 << 10

// Lines is an io.Writer that forwards a runner's output to the log, line by line and sanitised,
// and keeps the last line.
type Lines struct {
	Logger *slog.Logger

	mu   sync.Mutex
	part []byte
	text string
}

// Write adds a chunk of output; it never fails.
func (l *Lines) Write(chunk []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	rest := chunk
	for len(rest) > 0 {
		line, after, whole := bytes.Cut(rest, []byte("\n"))
		l.part = append(l.part, line[:min(len(line), maxLine-len(l.part))]...)
		if rest = after; whole {
			l.flush()
		}
	}
	return len(chunk), nil
}

// flush logs the current line. mu is held.
func (l *Lines) flush() {
	if text := schema.Sanitize(string(l.part)); text != "" {
		l.text = text
		l.Logger.Info("runner says", "line", text)
	}
	l.part = l.part[:0]
}

// Last returns the last line, complete or not.
func (l *Lines) Last() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flush()
	return l.text
}
