package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/grader/grader/schema"
)

// maxGradescopeScore bounds the absolute value of a score.
const maxGradescopeScore = 1e9

// isNull reports whether a value is null.
func isNull(raw json.RawMessage) bool { return bytes.Equal(bytes.TrimSpace(raw), []byte("null")) }

// numberIn returns the number of a key, which may be written as text. It returns nil if there is
// none.
func numberIn(o map[string]json.RawMessage, key, at string) (*schema.Points, error) {
	raw, ok := o[key]
	if !ok || isNull(raw) {
		return nil, nil
	}
	text := string(bytes.TrimSpace(raw))
	var quoted string
	if json.Unmarshal(raw, &quoted) == nil {
		text = strings.TrimSpace(quoted)
	}
	if text == "" {
		return nil, nil
	}
	value, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil && !strings.Contains(err.Error(), "out of range"), math.IsNaN(value), strings.ContainsAny(text, "xX_"):
		return nil, fmt.Errorf("results.json: %s is %s, which is not a number", at, schema.Excerpt(string(raw), 60))
	case math.IsInf(value, 0), math.Abs(value) > maxGradescopeScore:
		return nil, fmt.Errorf("results.json: %s is %s, which is more than %d can be counted", at, schema.Excerpt(string(raw), 60), int64(maxGradescopeScore))
	}
	const precision = 1_000_000
	points := schema.NewPoints(int64(math.Round(value*precision)), precision)
	return &points, nil
}

// wordsIn returns the text of a key. Other values are shown as JSON.
func wordsIn(o map[string]json.RawMessage, key string) string {
	raw, ok := o[key]
	if !ok || isNull(raw) {
		return ""
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var compact bytes.Buffer
	if json.Compact(&compact, raw) != nil {
		return string(raw)
	}
	return compact.String()
}

// formatIn returns the format of a text: its own, or the one at the top.
func formatIn(o map[string]json.RawMessage, key string, top map[string]json.RawMessage, general string) string {
	if own := wordsIn(o, key); own != "" {
		return own
	}
	return wordsIn(top, general)
}

// staffText formats values for staff, one per line.
func staffText(o map[string]json.RawMessage, keys ...string) string {
	var lines []string
	for _, key := range keys {
		if words := wordsIn(o, key); words != "" && words != "[]" && words != "{}" {
			lines = append(lines, key+": "+words)
		}
	}
	return strings.Join(lines, "\n")
}

// visibility reads a visibility. It treats an unknown value as hidden, because something that
// should be hidden must not be shown.
func (r *gradescopeReading) visibility(o map[string]json.RawMessage, key string, otherwise GradescopeVisibility) GradescopeVisibility {
	word := strings.ToLower(strings.TrimSpace(wordsIn(o, key)))
	switch word {
	case "":
		return otherwise
	case "visible":
		return GradescopeVisible
	case "hidden":
		return GradescopeHidden
	case "after_due_date", "after_due", "after_deadline":
		return GradescopeAfterDue
	case "after_published", "after_publish", "published":
		return GradescopeAfterPublished
	}
	r.remark("%s %q is unknown and is taken for hidden", key, schema.Excerpt(word, 40))
	return GradescopeHidden
}
