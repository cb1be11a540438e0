package assignment

import "github.com/goccy/go-yaml/token"

// Limits of one YAML file. The parser is recursive, and quadratic in depth and in the keys of one
// block mapping, so files that exceed what any assignment needs are rejected before it runs.
const (
	maxSource  = 128 << 10 // bytes of assignment.yaml
	maxSidecar = 16 << 10  // bytes of a case's sidecar
	maxNesting = 20        // of [ and { within each other
	maxBlocks  = 10        // of "- ", "? " and "key: " on one line
	maxKeys    = 500       // in one block mapping
)

// judgeTokens rejects tokens that the format does not use, and nesting and sizes that would make
// the parser slow.
func judgeTokens(file string, tokens token.Tokens) []Problem {
	var problems []Problem
	var b bounds
	for _, t := range tokens {
		message := foreign(t.Type)
		excess := b.exceeded(t)
		if excess != "" {
			message = excess
		}
		if message != "" {
			problems = append(problems, Problem{file, t.Position.Line, max(t.Position.Column, 1), message})
		}
		if excess != "" {
			break
		}
	}
	return problems
}

// foreign says what to write instead of an unsupported token; "" for supported ones.
func foreign(t token.Type) string {
	switch t {
	case token.AnchorType:
		return "anchors (&name) are not read here; write the value out, or put it in quotes"
	case token.AliasType:
		return `aliases (*name) are not read here; a value that begins with * goes in quotes, as in "*.class"`
	case token.TagType:
		return "tags (!name) are not read here; leave it out, or put the value in quotes"
	case token.DirectiveType:
		return "directives (%NAME) are not read here; leave the line out"
	case token.MergeKeyType:
		return "<< is not read here; write the keys out"
	}
	return ""
}

// bounds counts nesting and adjacent elements.
type bounds struct {
	flow   int // open brackets and braces
	line   int
	blocks int // indicators of block style on the line
	open   []mapping
}

// mapping is a block mapping that has not ended yet.
type mapping struct{ column, keys int }

// exceeded counts the next token and names the bound that it exceeds, "" for none.
func (b *bounds) exceeded(t *token.Token) string {
	if t.Position.Line != b.line {
		b.line, b.blocks = t.Position.Line, 0
	}
	switch t.Type {
	case token.SequenceStartType, token.MappingStartType:
		b.flow++
	case token.SequenceEndType, token.MappingEndType:
		b.flow--
	case token.SequenceEntryType, token.MappingKeyType:
		b.block(t.Position.Column)
	case token.MappingValueType:
		if b.flow <= 0 && t.Prev != nil && t.Prev.Position != nil {
			b.block(t.Prev.Position.Column)
			b.key(t.Prev.Position.Column)
		}
	}
	switch {
	case b.flow > maxNesting || b.blocks > maxBlocks:
		return "nests too deeply"
	case len(b.open) > 0 && b.open[len(b.open)-1].keys > maxKeys:
		return "is one key too many for a mapping"
	}
	return ""
}

// block records an indicator of block style, which ends the mappings to its right.
func (b *bounds) block(column int) {
	if b.flow > 0 {
		return
	}
	b.blocks++
	for len(b.open) > 0 && b.open[len(b.open)-1].column > column {
		b.open = b.open[:len(b.open)-1]
	}
}

func (b *bounds) key(column int) {
	if len(b.open) == 0 || b.open[len(b.open)-1].column < column {
		b.open = append(b.open, mapping{column: column})
	}
	b.open[len(b.open)-1].keys++
}
