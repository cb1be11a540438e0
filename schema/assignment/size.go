package assignment

import (
	"strconv"

	"github.com/grader/grader/schema"
)

// ParseSize parses 512KiB, 64MiB or 2GiB as bytes. The error is CodeInvalid; the caller puts the
// name of the value before its message.
func ParseSize(text string) (int64, error) {
	m := sizePattern.FindStringSubmatch(text)
	if m == nil {
		return 0, schema.Errorf(schema.CodeInvalid, "must be a size such as 512KiB, 64MiB or 2GiB, not %s", quote(text))
	}
	v, err := strconv.ParseInt(m[1], 10, 64)
	shift := map[string]uint{"KiB": 10, "MiB": 20, "GiB": 30}[m[2]]
	if err != nil || v > maxSize>>shift {
		return 0, schema.Errorf(schema.CodeInvalid, "%s is too large; 1024GiB is the most", text)
	}
	return v << shift, nil
}

// sizeText returns bytes in the largest unit that shows them exactly.
func sizeText(bytes int64) string {
	units := []struct {
		shift uint
		name  string
	}{{30, "GiB"}, {20, "MiB"}, {10, "KiB"}}
	for _, u := range units {
		if bytes > 0 && bytes&(1<<u.shift-1) == 0 {
			return strconv.FormatInt(bytes>>u.shift, 10) + u.name
		}
	}
	return strconv.FormatInt(bytes, 10) + " bytes"
}
