package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// kind is the type of a parameter or result of the exercises' functions.
type kind string

const (
	kindInt    kind = "int"
	kindFloat  kind = "float"
	kindBool   kind = "bool"
	kindText   kind = "text"
	kindInts   kind = "ints"
	kindTexts  kind = "texts"
	kindCounts kind = "counts" // number of occurrences by text
)

// parameter is a parameter of a function; path is its path in the canonical input.
type parameter struct {
	path string
	kind kind
}

// name returns the parameter's name in a program: "hour1" for "clock1.hour".
func (p parameter) name() string {
	object, field, nested := strings.Cut(p.path, ".")
	if !nested {
		return p.path
	}
	return field + object[len(object)-1:]
}

// function is a function of an exercise; its name is the canonical property.
type function struct {
	name       string
	parameters []parameter
	result     kind
}

// signature parses "add(hour int, minute int) text".
func signature(text string) function {
	name, rest, _ := strings.Cut(text, "(")
	inside, result, _ := strings.Cut(rest, ") ")
	f := function{name: name, result: kind(result)}
	for word := range strings.SplitSeq(inside, ", ") {
		path, of, _ := strings.Cut(word, " ")
		f.parameters = append(f.parameters, parameter{path: path, kind: kind(of)})
	}
	return f
}

// exercise holds the functions of an exercise and the cases that call them.
type exercise struct {
	slug      string
	functions []function
	cases     []canonicalCase
}

func (e exercise) function(c canonicalCase) function {
	i := slices.IndexFunc(e.functions, func(f function) bool { return f.name == c.Property })
	return e.functions[i]
}

// module returns the slug as a file name: binary_search.
func (e exercise) module() string { return strings.ReplaceAll(e.slug, "-", "_") }

// class returns the slug as a class name: BinarySearch.
func (e exercise) class() string {
	var name strings.Builder
	for word := range strings.SplitSeq(e.slug, "-") {
		name.WriteRune(unicode.ToUpper(rune(word[0])))
		name.WriteString(word[1:])
	}
	return name.String()
}

// literals formats values of each kind as literals of a language.
type literals map[kind]func(v any) string

// arguments writes the arguments of a case's call.
func (l literals) arguments(f function, c canonicalCase) string {
	var words []string
	for _, p := range f.parameters {
		words = append(words, l[p.kind](c.value(p.path)))
	}
	return strings.Join(words, ", ")
}

// call writes the call of a case's function.
func (l literals) call(f function, c canonicalCase) string {
	return f.name + "(" + l.arguments(f, c) + ")"
}

// quoted writes a text as a literal of C, C++, Java, Go and Python.
func quoted(v any) string {
	escaped := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`, "\r", `\r`).Replace(fmt.Sprint(v))
	return `"` + escaped + `"`
}

// plain writes numbers and booleans as most languages do.
func plain(v any) string { return fmt.Sprint(v) }

// listOf writes a list between brackets.
func listOf(open, end string, one func(any) string) func(any) string {
	return func(v any) string { return open + joined(v, ", ", one) + end }
}

// joined writes the items of a list with a separator.
func joined(list any, between string, one func(any) string) string {
	var words []string
	for _, item := range list.([]any) {
		words = append(words, one(item))
	}
	return strings.Join(words, between)
}

// countsOf writes a map, sorted by key.
func countsOf(open, end, pair string) func(any) string {
	return func(v any) string {
		object, _ := v.(map[string]any)
		var words []string
		for _, key := range slices.Sorted(maps.Keys(object)) {
			words = append(words, fmt.Sprintf(pair, quoted(key), object[key].(json.Number)))
		}
		return open + strings.Join(words, ", ") + end
	}
}
