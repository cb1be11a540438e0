package configs

import (
	"errors"
	"fmt"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"
)

// flaw is an error in a well-formed configuration, with its key.
type flaw struct {
	keys []string // from the outermost
	err  error
}

// at adds a key to the place of an error; it returns nil for a nil error.
func at(key string, err error) error {
	if err == nil {
		return nil
	}
	var inner *flaw
	if errors.As(err, &inner) {
		return &flaw{keys: append([]string{key}, inner.keys...), err: inner.err}
	}
	return &flaw{keys: []string{key}, err: err}
}

// Error names the key after the keys that contain it: "flavours: small: cpu must …".
func (f *flaw) Error() string {
	text := ""
	for _, key := range f.keys[:len(f.keys)-1] {
		text += key + ": "
	}
	return text + f.keys[len(f.keys)-1] + " " + f.err.Error()
}

// Unwrap returns the error without its place.
func (f *flaw) Unwrap() error { return f.err }

// placed adds the line of a flaw to an error. If the flaw's key is not in the text, it uses the
// line of the innermost enclosing key.
func placed(err error, text []byte) error {
	var found *flaw
	if !errors.As(err, &found) {
		return err
	}
	for n := len(found.keys); n > 0; n-- {
		if line := lineOf(text, found.keys[:n]); line > 0 {
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
	return err
}

// lineOf returns the line of a key's value, 0 if the text does not contain it.
func lineOf(text []byte, keys []string) int {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return 0
	}
	path := (&yaml.PathBuilder{}).Root()
	for _, key := range keys {
		path = path.Child(key)
	}
	node, err := path.Build().FilterFile(file)
	if err != nil || node == nil {
		return 0
	}
	return node.GetToken().Position.Line
}
