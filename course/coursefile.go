package course

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/grader/grader/schema"
)

// MayConfigure decides whether the viewer may push course.yaml: instructors may.
func MayConfigure(v Viewer, code string) error {
	return onlyInstructors(v, code, "push to "+code+"/course")
}

// Settable returns an error if course.yaml sets one of the settings.
func Settable(c schema.Course, keys ...string) error {
	for _, key := range keys {
		if c.Settings.Holds(key) {
			return schema.Errorf(schema.CodeRefused, "%s of %s is set in course.yaml (version %d): change it in that file and push it to %s/course, or take the key out of it",
				key, c.Code, c.Settings.Version, c.Code)
		}
	}
	return nil
}

// ConfirmChanges rejects a course.yaml that would change grades, unless the person confirmed the
// changes. Callers add how to confirm.
func ConfirmChanges(changes []schema.GradeChange, confirmed bool) error {
	if len(changes) == 0 || confirmed {
		return nil
	}
	return schema.Errorf(schema.CodeRefused, "course.yaml would change %s", schema.Count(len(changes), "grade"))
}

// maxGradeChanges is the maximum number of changed grades that are listed.
const maxGradeChanges = 20

// GradeChangeLines lists changed grades: "alice a1: 17 → 19".
func GradeChangeLines(changes []schema.GradeChange) []string {
	var lines []string
	for _, c := range changes {
		if len(lines) == maxGradeChanges {
			return append(lines, fmt.Sprintf("and %d more", len(changes)-len(lines)))
		}
		line := fmt.Sprintf("%s %s: %s → %s", c.Owner, c.Assignment, c.Before.Final, c.After.Final)
		if c.Before.Number != c.After.Number {
			line += fmt.Sprintf(", submission %d counts instead of %d", c.After.Number, c.Before.Number)
		}
		if c.Before.Tokens != c.After.Tokens {
			line += fmt.Sprintf(", late days %d → %d", c.Before.Tokens, c.After.Tokens)
		}
		lines = append(lines, line)
	}
	return lines
}

// FileChanges lists the changes of a course.yaml by key: "late_tokens 2 → 4".
func FileChanges(before, after schema.Course, tokensBefore, tokensAfter int) []string {
	var words []string
	note := func(key, was, is string) {
		if was != is {
			words = append(words, key+" "+shownValue(was)+" → "+shownValue(is))
		}
	}
	note("title", before.Title, after.Title)
	note("timezone", before.Zone, after.Zone)
	note("default", before.Flavour, after.Flavour)
	note("flavours", strings.Join(before.OtherFlavours, " "), strings.Join(after.OtherFlavours, " "))
	note("late_tokens", fmt.Sprint(tokensBefore), fmt.Sprint(tokensAfter))
	was, is := before.Settings, after.Settings
	note("sections", sectionWords(was.Sections), sectionWords(is.Sections))
	note("ta", taWords(was.TA), taWords(is.TA))
	note("outage", was.Outage.String(), is.Outage.String())
	note("publish", string(was.Publish), string(is.Publish))
	note("limits", limitsWords(was.Limits), limitsWords(is.Limits))
	return words
}

func shownValue(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

func sectionWords(all map[string]schema.DueOffset) string {
	var words []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		words = append(words, name+" "+all[name].String())
	}
	return strings.Join(words, ", ")
}

func taWords(p schema.TAPermissions) string {
	var words []string
	for _, w := range []struct {
		may  bool
		what string
	}{{!p.NoRerun, "rerun"}, {!p.NoAdjust, "adjust"}, {!p.NoComment, "comment"}, {p.Extensions, "extensions"}, {p.OwnSection, "own sections only"}} {
		if w.may {
			words = append(words, w.what)
		}
	}
	return strings.Join(words, " ")
}

func limitsWords(l schema.StepLimits) string {
	var words []string
	note := func(key, value string, set bool) {
		if set {
			words = append(words, key+" "+value)
		}
	}
	note("time", l.CPU.String(), l.CPU > 0)
	note("wall", l.Wall.String(), l.Wall > 0)
	note("memory", fmt.Sprintf("%d KiB", l.Memory>>10), l.Memory > 0)
	note("processes", fmt.Sprint(l.Processes), l.Processes > 0)
	note("output", fmt.Sprintf("%d KiB", l.Output>>10), l.Output > 0)
	note("disk", fmt.Sprintf("%d KiB", l.Disk>>10), l.Disk > 0)
	return strings.Join(words, ", ")
}
