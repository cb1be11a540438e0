package assignment

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/grader/grader/schema"
)

// Bounds of single values.
const (
	maxName     = 100 // characters
	maxTitle    = 200 // characters
	maxDuration = 24 * time.Hour
	maxSize     = 1 << 40 // bytes
	maxPoints   = 1_000_000
)

var (
	integerPattern  = regexp.MustCompile(`^(0|[1-9][0-9]{0,8})$`)
	durationPattern = regexp.MustCompile(`^([1-9][0-9]{0,9})(ms|s|m|h)$`)
	sizePattern     = regexp.MustCompile(`^([1-9][0-9]{0,9})(KiB|MiB|GiB)$`)
	pointsPattern   = regexp.MustCompile(`^(0|[1-9][0-9]{0,8})(\.[0-9]{1,30}|/[1-9][0-9]{0,8})?$`)
	floatPattern    = regexp.MustCompile(`^([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?$`)
)

// text reads a string; ok is false if n is not a string.
func (d *decoder) text(n *node, what string) (s string, ok bool) {
	switch {
	case n.kind == kindString && strings.ContainsRune(n.text, 0):
		d.fail(n, "%s must not hold a NUL character", what)
		return "", false
	case n.kind == kindString:
		return n.text, true
	case n.scalar() && n.kind != kindNull:
		d.fail(n, "%s must be text; put it in quotes: \"%s\"", what, oneLine(n.text))
	default:
		d.fail(n, "%s must be text, not %s", what, n.describe())
	}
	return "", false
}

// word reads a printable string of one line, of 1 to longest characters.
func (d *decoder) word(n *node, what string, longest int) (string, bool) {
	s, ok := d.text(n, what)
	switch {
	case !ok:
		return "", false
	case strings.TrimSpace(s) == "":
		d.fail(n, "%s is empty", what)
	case strings.TrimSpace(s) != s:
		d.fail(n, "%s %s begins or ends with a blank; leave it out", what, quote(s))
	case utf8.RuneCountInString(s) > longest:
		d.fail(n, "%s is %d characters long; %d is the most", what, utf8.RuneCountInString(s), longest)
	case strings.IndexFunc(s, unprintable) >= 0:
		d.fail(n, "%s %s holds a character that cannot be printed; leave it out", what, quote(s))
	default:
		return s, true
	}
	return "", false
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) }

// choice reads one of a few words.
func (d *decoder) choice(n *node, what string, choices ...string) (string, bool) {
	if n.kind == kindString {
		for _, c := range choices {
			if n.text == c {
				return c, true
			}
		}
	}
	if n.scalar() {
		d.fail(n, "%s %s is unknown; %s", what, quote(n.text), suggest(n.text, choices))
	} else {
		d.fail(n, "%s must be one of %s, not %s", what, strings.Join(choices, ", "), n.describe())
	}
	return "", false
}

// integer reads a whole number from lowest to highest.
func (d *decoder) integer(n *node, what string, lowest, highest int) (int, bool) {
	if n.plain() && integerPattern.MatchString(n.text) {
		if v, err := strconv.Atoi(n.text); err == nil && v >= lowest && v <= highest {
			return v, true
		}
	}
	d.fail(n, "%s must be a whole number from %d to %d, not %s", what, lowest, highest, n.describe())
	return 0, false
}

// duration reads 500ms, 2s, 1m or 1h.
func (d *decoder) duration(n *node, what string) (time.Duration, bool) {
	m := durationPattern.FindStringSubmatch(n.text)
	if !n.scalar() || m == nil {
		d.fail(n, "%s must be a duration such as 500ms, 2s, 1m or 1h, not %s", what, n.describe())
		return 0, false
	}
	v, err := time.ParseDuration(n.text)
	if err != nil || v > maxDuration {
		d.fail(n, "%s %s is too long; 24h is the most", what, n.text)
		return 0, false
	}
	return v, true
}

// size reads 512KiB, 64MiB or 2GiB as bytes.
func (d *decoder) size(n *node, what string) (int64, bool) {
	if !n.scalar() || !sizePattern.MatchString(n.text) {
		d.fail(n, "%s must be a size such as 512KiB, 64MiB or 2GiB, not %s", what, n.describe())
		return 0, false
	}
	v, err := ParseSize(n.text)
	if err != nil {
		d.fail(n, "%s %s", what, schema.MessageOf(err))
	}
	return v, err == nil
}

// points reads an exact number of points: 2, 0.1 or 1/3.
func (d *decoder) points(n *node, what string) (schema.Points, bool) {
	if n.plain() && pointsPattern.MatchString(n.text) {
		p, err := schema.ParsePoints(n.text)
		if err == nil && p.Cmp(schema.NewPoints(maxPoints, 1)) <= 0 {
			return p, true
		}
	}
	d.fail(n, "%s must be a number from 0 to %d such as 2, 0.5 or 1/3, not %s", what, maxPoints, n.describe())
	return schema.Points{}, false
}

// tolerance reads the allowed error of a number.
func (d *decoder) tolerance(n *node, what string) *float64 {
	if n.plain() && floatPattern.MatchString(n.text) {
		if v, err := strconv.ParseFloat(n.text, 64); err == nil && !math.IsInf(v, 0) {
			return &v
		}
	}
	d.fail(n, "%s must be a number of at least 0 such as 1e-6, not %s", what, n.describe())
	return nil
}
