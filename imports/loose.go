package imports

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"

	"github.com/grader/grader/schema"
)

// Loose is a mapping from another system's YAML or JSON. Its values have any type. Each method converts one value.
type Loose map[string]any

// ParseLoose parses one YAML mapping. The error is CodeInvalid. It refuses aliases, because a few of them can expand to
// a text of any length.
func ParseLoose(name string, source []byte) (m Loose, err error) {
	defer func() {
		if p := recover(); p != nil { // the parser panics on some malformed input
			m, err = nil, schema.Errorf(schema.CodeInvalid, "%s cannot be read as YAML", name)
		}
	}()
	source = []byte(strings.TrimPrefix(string(source), "\ufeff"))
	for _, t := range lexer.Tokenize(string(source)) {
		if t.Type == token.AliasType {
			return nil, schema.Errorf(schema.CodeInvalid, "%s:%d: write the value out in place of the alias", name, t.Position.Line)
		}
	}
	if err := yaml.Unmarshal(source, &m); err != nil {
		return nil, schema.Wrapf(schema.CodeInvalid, err, "%s: %s", name, firstLine(err.Error()))
	}
	return m, nil
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// Has reports whether a key has a value.
func (m Loose) Has(key string) bool { return m[key] != nil }

// Map returns the mapping under a key, nil if there is none.
func (m Loose) Map(key string) Loose {
	switch v := m[key].(type) {
	case map[string]any:
		return v
	case Loose:
		return v
	}
	return nil
}

// Text returns the scalar under a key as text, "" if there is none.
func (m Loose) Text(key string) string { return Text(m[key]) }

// Words returns the scalars of a list, or the words of a scalar.
func (m Loose) Words(key string) []string {
	if list, ok := m[key].([]any); ok {
		var words []string
		for _, v := range list {
			words = append(words, Text(v))
		}
		return words
	}
	return strings.Fields(m.Text(key))
}

// Number returns the number under a key. It returns false if there is none.
func (m Loose) Number(key string) (*big.Rat, bool) {
	text := m.Text(key)
	if text == "" || len(text) > 40 {
		return nil, false
	}
	if f, err := strconv.ParseFloat(text, 64); err != nil || f > 1e15 || f < -1e15 || f != 0 && f < 1e-15 && f > -1e-15 {
		return nil, false
	}
	return new(big.Rat).SetString(text)
}

// Keys returns the keys, sorted.
func (m Loose) Keys() []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Text returns a scalar as text, "" for anything else.
func Text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool, int, int64, uint64:
		return fmt.Sprint(v)
	}
	return ""
}

// NumberOf formats a number in the form of points: a decimal, or else a fraction.
func NumberOf(r *big.Rat) Number {
	if r.IsInt() {
		return Number(r.Num().String())
	}
	if digits, exact := r.FloatPrec(); exact && digits <= 6 {
		return Number(r.FloatString(digits))
	}
	return Number(r.RatString())
}
