package assignment

import (
	"strconv"

	"github.com/grader/grader/schema"
)

// kind is the type of a YAML node.
type kind string

const (
	kindString  kind = "text"
	kindNumber  kind = "a number"
	kindBool    kind = "true or false"
	kindNull    kind = "nothing"
	kindList    kind = "a list"
	kindMapping kind = "a mapping"
)

// node is one value of a YAML document with its position. The rest of this package uses only nodes,
// not the YAML library.
type node struct {
	kind   kind
	text   string // of a scalar: as written, or the content of quotes and blocks
	quoted bool   // in quotes or a block, so always text
	items  []*node
	fields []field
	line   int
	column int
}

// field is one key of a mapping with its value.
type field struct {
	key   *node
	value *node
}

// scalar reports whether n is neither list nor mapping.
func (n *node) scalar() bool { return n.kind != kindList && n.kind != kindMapping }

// plain reports whether n is a scalar without quotes.
func (n *node) plain() bool { return n.scalar() && n.kind != kindNull && !n.quoted }

// describe describes n for messages.
func (n *node) describe() string {
	if n.scalar() && n.kind != kindNull {
		return string(n.kind) + " (" + quote(n.text) + ")"
	}
	return string(n.kind)
}

// quote formats input for a message: escaped, on one line, and truncated.
func quote(s string) string {
	const longest = 60
	if r := []rune(s); len(r) > longest {
		s = string(r[:longest]) + "…"
	}
	return strconv.Quote(s)
}

// oneLine puts a message of another library on one line.
func oneLine(s string) string {
	q := strconv.Quote(schema.Sanitize(s))
	return q[1 : len(q)-1]
}
