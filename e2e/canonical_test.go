package e2e

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// canonicalCase is one case of an exercise's canonical data.
type canonicalCase struct {
	Name     string // unique in the exercise: its number and its description, as an identifier
	Property string
	Input    map[string]any
	Expected any
	Error    bool // Expected is {"error": …}: the input is invalid
}

// canonicalNode is a case or a group of cases.
type canonicalNode struct {
	Description string          `json:"description"`
	Property    string          `json:"property"`
	Input       map[string]any  `json:"input"`
	Expected    any             `json:"expected"`
	Cases       []canonicalNode `json:"cases"`
}

// readCanonical reads an exercise's cases in order, from the shared material or the copy beside
// the solutions.
func readCanonical(t *testing.T, slug string) []canonicalCase {
	t.Helper()
	file := filepath.Join(sharedCases, "exercises", slug, "canonical-data.json")
	if !exists(t, file) {
		file = filepath.Join("testdata", "exercises", slug, "canonical-data.json")
	}
	decoder := json.NewDecoder(strings.NewReader(readFile(t, file)))
	decoder.UseNumber()
	var root canonicalNode
	if err := decoder.Decode(&root); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	cases := flatten(nil, root.Cases)
	if len(cases) == 0 {
		t.Fatalf("%s has no cases", file)
	}
	return cases
}

func flatten(cases []canonicalCase, nodes []canonicalNode) []canonicalCase {
	for _, n := range nodes {
		if n.Cases != nil {
			cases = flatten(cases, n.Cases)
			continue
		}
		c := canonicalCase{Property: n.Property, Input: n.Input, Expected: n.Expected}
		c.Name = fmt.Sprintf("test_%02d_%s", len(cases)+1, identifier(n.Description))
		if e, ok := n.Expected.(map[string]any); ok {
			_, c.Error = e["error"]
		}
		cases = append(cases, c)
	}
	return cases
}

// identifier converts a description to a valid part of a function's name in any language.
func identifier(description string) string {
	words := regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(description), "_")
	return strings.Trim(words[:min(len(words), 40)], "_")
}

// value returns an input by its path, such as "clock1.hour".
func (c canonicalCase) value(path string) any {
	var at any = c.Input
	for word := range strings.SplitSeq(path, ".") {
		object, _ := at.(map[string]any)
		at = object[word]
	}
	return at
}

// errorText returns the expected error message.
func (c canonicalCase) errorText() string {
	object, _ := c.Expected.(map[string]any)
	return fmt.Sprint(object["error"])
}
