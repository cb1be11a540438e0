package assignment

import (
	"strconv"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// converter turns the parser's tree into nodes.
type converter struct {
	file     string
	problems []Problem
}

func (c *converter) fail(n *node, message string) {
	c.problems = append(c.problems, Problem{c.file, n.line, n.column, message})
}

func place(t *token.Token) node {
	if t == nil || t.Position == nil {
		return node{kind: kindNull, line: 1, column: 1}
	}
	return node{kind: kindNull, line: max(t.Position.Line, 1), column: max(t.Position.Column, 1)}
}

// convert never returns nil.
func (c *converter) convert(from ast.Node) *node {
	if from == nil {
		return &node{kind: kindNull, line: 1, column: 1}
	}
	n := place(from.GetToken())
	switch from := from.(type) {
	case *ast.StringNode:
		n.kind, n.text = kindString, from.Value
		n.quoted = from.Token.Type == token.DoubleQuoteType || from.Token.Type == token.SingleQuoteType
	case *ast.LiteralNode:
		n.kind, n.text, n.quoted = kindString, from.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		n.kind, n.text = kindNumber, from.GetToken().Value
	case *ast.BoolNode:
		n.kind, n.text = kindBool, from.Token.Value
	case *ast.NullNode, *ast.MappingKeyNode, *ast.MergeKeyNode: // rejected as keys
		n.kind = kindNull
	case *ast.SequenceNode:
		n.kind = kindList
		for _, item := range from.Values {
			n.items = append(n.items, c.convert(item))
		}
	case *ast.MappingNode:
		c.mapping(&n, from.Values)
	case *ast.MappingValueNode:
		c.mapping(&n, []*ast.MappingValueNode{from})
	default:
		c.fail(&n, "is a kind of YAML that is not read here")
	}
	return &n
}

func (c *converter) mapping(n *node, values []*ast.MappingValueNode) {
	n.kind = kindMapping
	seen := map[string]*node{}
	for i, v := range values {
		key := c.convert(v.Key)
		if i == 0 && (key.line < n.line || key.line == n.line && key.column < n.column) {
			n.line, n.column = key.line, key.column
		}
		if !key.scalar() || key.kind == kindNull {
			c.fail(key, "is not a valid key; write a plain word and a colon")
			continue
		}
		if first, twice := seen[key.text]; twice {
			c.fail(key, "the key "+quote(key.text)+" stands here a second time (first in line "+strconv.Itoa(first.line)+"); keep one")
			continue
		}
		seen[key.text] = key
		n.fields = append(n.fields, field{key, c.convert(v.Value)})
	}
}
