// Package tables writes the replies of package classroom, as text for people or as JSON for
// scripts. ssh and `grader admin` use it.
package tables

import (
	"encoding/json"
	"fmt"
	"io"
)

// Writer writes replies.
type Writer struct {
	Out  io.Writer
	Note io.Writer // for warnings and counts, which are not part of the reply
	JSON bool      // write JSON instead of text
	// Command is the prefix of a command to run: "grader admin".
	Command string
}

// JSON writes a value as indented JSON.
func JSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// write writes v as JSON, or calls text.
func (w Writer) write(v any, text func(out io.Writer)) error {
	if w.JSON {
		return JSON(w.Out, v)
	}
	text(w.Out)
	return nil
}

// Line writes a line of text, or v as JSON.
func (w Writer) Line(v any, format string, args ...any) error {
	return w.write(v, func(out io.Writer) { fmt.Fprintf(out, format+"\n", args...) })
}
