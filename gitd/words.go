package gitd

import (
	"strings"

	"github.com/grader/grader/schema"
)

// words splits a command line as a shell would, without expanding anything: white
// space, single quotes, double quotes, backslash. The error is CodeInvalid.
func words(line string) ([]string, error) {
	var all []string
	var b strings.Builder
	inWord := false
	quote := rune(0)
	escaped := false
	for _, r := range line {
		switch {
		case escaped:
			b.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			escaped, inWord = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			b.WriteRune(r)
		case r == '\'' || r == '"':
			quote, inWord = r, true
		case r == ' ' || r == '\t' || r == '\n':
			if inWord {
				all = append(all, b.String())
				b.Reset()
			}
			inWord = false
		default:
			b.WriteRune(r)
			inWord = true
		}
	}
	if quote != 0 || escaped {
		return nil, schema.Errorf(schema.CodeInvalid, "the command's quotes do not match")
	}
	if inWord {
		all = append(all, b.String())
	}
	return all, nil
}
