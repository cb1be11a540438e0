package classroom

import (
	"strconv"
	"strings"
	"time"

	"github.com/grader/grader/schema"
)

// ParseBy parses the length of an extension: 2d (calendar days), 36h or 90m (elapsed time);
// "" means none.
func ParseBy(s string) (days int, elapsed time.Duration, err error) {
	if s == "" {
		return 0, 0, nil
	}
	if d, ok := strings.CutSuffix(s, "d"); ok {
		if days, err = strconv.Atoi(d); err == nil && days > 0 {
			return days, 0, nil
		}
	} else if elapsed, err = time.ParseDuration(s); err == nil && elapsed > 0 {
		return 0, elapsed, nil
	}
	return 0, 0, schema.Errorf(schema.CodeInvalid, "--by %q: write calendar days such as 2d, or elapsed time such as 36h or 90m", s)
}

// ParseAssignment parses COURSE/ASSIGNMENT.
func ParseAssignment(s string) (course, assignment string, err error) {
	name, err := schema.ParseSubmissionName(s)
	if err != nil || name.Owner != "" || name.Number != 0 {
		return "", "", schema.Errorf(schema.CodeInvalid, "%q is not an assignment; use COURSE/ASSIGNMENT", s)
	}
	return name.Course, name.Assignment, nil
}

// ParseWhich returns which submissions a regrade set grades again. Without any flag it is the
// counted ones.
func ParseWhich(counted, latest, all bool) (schema.RegradeWhich, error) {
	which := schema.RegradeWhich("")
	for _, w := range []struct {
		said bool
		is   schema.RegradeWhich
	}{{counted, schema.RegradeCounted}, {latest, schema.RegradeLatest}, {all, schema.RegradeAll}} {
		if !w.said {
			continue
		}
		if which != "" {
			return "", schema.Errorf(schema.CodeInvalid, "say one of --counted, --latest and --all")
		}
		which = w.is
	}
	return which, nil
}

// ParseColumns parses FIELD=HEADING words.
func ParseColumns(words []string) (map[string]string, error) {
	all := make(map[string]string)
	for _, word := range words {
		key, value, ok := strings.Cut(word, "=")
		if !ok || key == "" || value == "" {
			return nil, schema.Errorf(schema.CodeInvalid, "--column %q: write it as FIELD=HEADING, such as login=Kennung", word)
		}
		all[key] = value
	}
	return all, nil
}

// ParseVersion parses the number of a version of tests.
func ParseVersion(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, schema.Errorf(schema.CodeInvalid, "%q is not a version number; run tests list to see the versions", s)
	}
	return n, nil
}
