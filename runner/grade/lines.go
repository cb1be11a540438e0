package grade

import (
	"bytes"
	"slices"
	"strings"

	"github.com/grader/grader/schema"
)

// Limits of the output that a build streams while it runs. Its result has the whole output,
// truncated.
const (
	maxStreamedLines = 500
	maxStreamedLine  = 1000 // bytes
)

// lineWatcher splits the chunks of a build's output into lines for an observer.
type lineWatcher struct {
	place *place
	emit  func(line string)
	hide  []string // whole lines that are not shown
	rest  []byte   // of an incomplete line
	lines int
}

// take processes a chunk.
func (w *lineWatcher) take(chunk []byte) {
	for len(chunk) > 0 {
		line, after, ended := bytes.Cut(chunk, []byte{'\n'})
		if len(w.rest) < maxStreamedLine {
			w.rest = append(w.rest, line[:min(len(line), maxStreamedLine)]...)
		}
		chunk = after
		if ended {
			w.end()
		}
	}
}

// flush emits a last line without a newline.
func (w *lineWatcher) flush() {
	if len(w.rest) > 0 {
		w.end()
	}
}

// end emits the current line.
func (w *lineWatcher) end() {
	line := strings.TrimRight(w.place.localise(string(w.rest), nil), "\r")
	w.rest = w.rest[:0]
	if slices.Contains(w.hide, line) || reportRequest().MatchString(line) {
		return
	}
	w.lines++
	switch {
	case w.lines < maxStreamedLines:
		w.emit(strings.ReplaceAll(schema.SanitizeColored(line), "\n", " "))
	case w.lines == maxStreamedLines:
		w.emit("… more output: see the result")
	}
}
