package javaproject

import (
	"regexp"
	"strings"
)

// tagName matches tags that can be written into a command without quotes.
var tagName = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)

// tagAdvice says how to apply a setting that chooses tests by their tags, such as excludeTags of Gradle or groups of
// Surefire. tags are separated by commas. It returns "" for other settings.
func tagAdvice(setting, tags string) string {
	option := ""
	switch setting {
	case "includeTags", "groups":
		option = "--include-tag"
	case "excludeTags", "excludedGroups":
		option = "--exclude-tag"
	default:
		return ""
	}
	var options []string
	for tag := range strings.SplitSeq(tags, ",") {
		if tag = strings.TrimSpace(tag); tagName.MatchString(tag) {
			options = append(options, option+" "+tag)
		}
	}
	if len(options) == 0 {
		options = []string{option + " TAG"}
	}
	return ". Add to the end of the test's run in assignment.yaml: " + strings.Join(options, " ")
}
