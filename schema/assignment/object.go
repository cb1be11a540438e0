package assignment

import (
	"fmt"
	"slices"
	"strings"

	"github.com/xrash/smetrics"
)

// decoder reads the values of one file and collects all mistakes.
type decoder struct {
	file     string
	problems []Problem
}

// fail records a mistake at n.
func (d *decoder) fail(n *node, format string, args ...any) {
	d.problems = append(d.problems, Problem{d.file, n.line, n.column, fmt.Sprintf(format, args...)})
}

// object is a mapping whose keys have been checked.
type object struct {
	at     *node
	keys   map[string]*node
	values map[string]*node
}

// get returns the value of a key, nil if it is absent.
func (o *object) get(key string) *node { return o.values[key] }

// has reports whether the key is present.
func (o *object) has(key string) bool { return o.values[key] != nil }

// key returns the node of the key, or of the mapping if the key is absent.
func (o *object) key(key string) *node {
	if n := o.keys[key]; n != nil {
		return n
	}
	return o.at
}

// object reads a mapping and reports unknown keys. The result is never nil; it is empty if n is not
// a mapping.
func (d *decoder) object(n *node, what string, known ...string) *object {
	o := &object{at: n, keys: map[string]*node{}, values: map[string]*node{}}
	if n.kind != kindMapping {
		d.fail(n, "%s must be a mapping of %s, not %s", what, strings.Join(known, ", "), n.describe())
		return o
	}
	for _, f := range n.fields {
		if !slices.Contains(known, f.key.text) {
			d.fail(f.key, "unknown key %s in %s; %s", quote(f.key.text), what, suggest(f.key.text, known))
			continue
		}
		if f.value.kind == kindNull {
			d.fail(f.key, "%s has no value; write one, or leave the key out", f.key.text)
			continue
		}
		o.keys[f.key.text], o.values[f.key.text] = f.key, f.value
	}
	return o
}

// suggest names the likely intended word, or lists the known ones.
func suggest(word string, known []string) string {
	best, distance := "", 3
	for _, k := range known {
		if d := smetrics.WagnerFischer(truncate(word), k, 1, 1, 1); d < distance && d < len(k) {
			best, distance = k, d
		}
	}
	if best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return "use " + strings.Join(known, ", ")
}

func truncate(word string) string { return word[:min(len(word), 40)] }

// list returns the items of a list and reports anything else as a mistake.
func (d *decoder) list(n *node, what, example string) []*node {
	if n.kind != kindList {
		d.fail(n, "%s must be a list, as in %s, not %s", what, example, n.describe())
		return nil
	}
	if len(n.items) == 0 {
		d.fail(n, "%s is empty; write at least one, as in %s, or leave the key out", what, example)
	}
	return n.items
}
