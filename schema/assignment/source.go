package assignment

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
)

// readYAML parses one YAML document into nodes. If it returns nil, the problems say why.
func readYAML(file string, source []byte, longest int) (*node, []Problem) {
	whole := func(format string, args ...any) (*node, []Problem) {
		return nil, []Problem{{File: file, Message: fmt.Sprintf(format, args...)}}
	}
	switch {
	case len(source) > longest:
		return whole("%s", tooLong(file, int64(len(source)), longest))
	case !utf8.Valid(source):
		line, column := invalidAt(source)
		return nil, []Problem{{file, line, column, "is not UTF-8 text here; save the file as UTF-8"}}
	}
	document, problems := parseYAML(file, strings.TrimPrefix(string(source), "\ufeff"))
	switch {
	case len(problems) > 0:
		return nil, problems
	case len(document.Docs) > 1:
		return whole("holds %d documents; write one, without --- between", len(document.Docs))
	case len(document.Docs) == 0 || document.Docs[0].Body == nil:
		return whole("is empty")
	}
	c := converter{file: file}
	root := c.convert(document.Docs[0].Body)
	return root, c.problems
}

// invalidAt returns the line and column (in characters) of the first byte that is
// not UTF-8.
func invalidAt(source []byte) (line, column int) {
	line, column = 1, 1
	for len(source) > 0 {
		r, size := utf8.DecodeRune(source)
		switch {
		case r == utf8.RuneError && size == 1:
			return line, column
		case r == '\n':
			line, column = line+1, 1
		default:
			column++
		}
		source = source[size:]
	}
	return line, column
}

// parseYAML runs the YAML parser and recovers if it panics, as it does on some malformed input.
func parseYAML(file, source string) (document *ast.File, problems []Problem) {
	defer func() {
		if p := recover(); p != nil {
			problems = []Problem{{File: file, Message: notYAML}}
		}
	}()
	tokens := lexer.Tokenize(source)
	if problems := judgeTokens(file, tokens); len(problems) > 0 {
		return nil, problems
	}
	document, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, []Problem{syntaxProblem(file, err)}
	}
	return document, nil
}

const notYAML = "cannot be read as YAML; compare it with the reference of the format"

func syntaxProblem(file string, err error) Problem {
	var syntax *yaml.SyntaxError
	if !errors.As(err, &syntax) || syntax.Token == nil || syntax.Token.Position == nil {
		return Problem{File: file, Message: notYAML}
	}
	at := syntax.Token.Position
	message := oneLine(syntax.Message)
	if strings.Contains(syntax.Message, "\t") || strings.Contains(syntax.Message, "tab character") {
		message = "a tab stands where only spaces may; indent with spaces"
	}
	return Problem{file, max(at.Line, 1), max(at.Column, 1), "is not YAML: " + message}
}
