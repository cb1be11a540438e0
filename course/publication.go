package course

import (
	"slices"
	"strings"

	"github.com/grader/grader/schema"
)

// MayPublish decides whether the viewer may show and hide the tests with visible:
// after_publish: instructors may.
func MayPublish(v Viewer, code string) error { return onlyInstructors(v, code, "publish grades") }

// PublishedTo reports whether an assignment that is published for these sections is published for a
// member of a section. The section "" means everybody.
func PublishedTo(sections []string, section string) bool {
	return slices.ContainsFunc(sections, func(s string) bool { return s == "" || ShareSection(s, section) })
}

// Republish returns the sections that an assignment is published for after it is published for, or
// hidden from, another section; "" is everybody. CodeRefused: the request would change nothing, or
// something else.
func Republish(path string, sections []string, section string, on bool) ([]string, error) {
	all := slices.Contains(sections, "")
	there := slices.Contains(sections, section)
	switch {
	case on && (all || there):
		return nil, schema.Errorf(schema.CodeRefused, "%s is published for %s already", path, PublishedWords([]string{section}))
	case on && section == "":
		return []string{""}, nil
	case on:
		return append(slices.Clone(sections), section), nil
	case section == "" && len(sections) == 0, section != "" && !all && !there:
		return nil, schema.Errorf(schema.CodeRefused, "%s is not published for %s", path, PublishedWords([]string{section}))
	case section == "":
		return nil, nil
	case all:
		return nil, schema.Errorf(schema.CodeRefused, "%s is published for everybody; unpublish it first, then publish it for the sections that may see it", path)
	}
	return slices.DeleteFunc(slices.Clone(sections), func(s string) bool { return s == section }), nil
}

// PublishedWords describes the people that an assignment is published for: "everybody", "section A,
// section B" or "nobody".
func PublishedWords(sections []string) string {
	switch {
	case len(sections) == 0:
		return "nobody"
	case slices.Contains(sections, ""):
		return "everybody"
	}
	return "section " + strings.Join(sections, ", section ")
}
