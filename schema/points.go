package schema

import (
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"strings"
)

// Points is an exact rational number of points; the zero value is 0. Values are immutable. In
// JSON it is an exact string ("17", "50/3"). It is rounded only for people and scripts, by
// String (two decimals) and Number (six).
type Points struct{ r *big.Rat }

// NewPoints returns num/den points; den must not be 0.
func NewPoints(num, den int64) Points { return Points{big.NewRat(num, den)} }

// Maximum lengths of a number of points as text: of input, and of sums of exact fractions.
const (
	maxWritten = 64
	maxExact   = 4096
)

// pointsPattern accepts only decimal numbers because big.Rat would read 010/3 as octal.
var pointsPattern = regexp.MustCompile(`^[+-]?([0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,2})?|\.[0-9]+([eE][+-]?[0-9]{1,2})?|(0|[1-9][0-9]*)/[1-9][0-9]*)$`)

// ParsePoints parses "3", "0.5", "1e1" or "50/3" exactly; the error is CodeInvalid.
func ParsePoints(s string) (Points, error) { return parsePoints(s, maxWritten) }

func parsePoints(s string, longest int) (Points, error) {
	if p, short := shortPoints(s); short {
		return p, nil
	}
	if len(s) > longest {
		return Points{}, Errorf(CodeInvalid, "a number of points has at most %d characters", longest)
	}
	if !pointsPattern.MatchString(s) {
		return Points{}, Errorf(CodeInvalid, "%q is not a number of points", s)
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return Points{}, Errorf(CodeInvalid, "%q is not a number of points", s)
	}
	return Points{r}, nil
}

// shortPoints parses a whole number or a fraction with at most 9 digits in each part, which most
// stored points are, faster than the pattern does. false: the text has another form.
func shortPoints(s string) (Points, bool) {
	over, under, fraction := strings.Cut(s, "/")
	digits, negative := strings.CutPrefix(over, "-")
	num, den := digitsValue(digits), int64(1)
	if fraction {
		if den = digitsValue(under); under[:min(1, len(under))] == "0" || len(digits) > 1 && digits[0] == '0' {
			return Points{}, false
		}
	}
	if num < 0 || den < 0 {
		return Points{}, false
	}
	if negative {
		num = -num
	}
	return NewPoints(num, den), true
}

// digitsValue returns the value of 1 to 9 decimal digits, or -1 for any other text.
func digitsValue(digits string) int64 {
	if len(digits) < 1 || len(digits) > 9 {
		return -1
	}
	var n int64
	for _, d := range []byte(digits) {
		if d < '0' || d > '9' {
			return -1
		}
		n = 10*n + int64(d-'0')
	}
	return n
}

func (p Points) rat() *big.Rat {
	if p.r == nil {
		return new(big.Rat)
	}
	return p.r
}

// Add returns p + q.
func (p Points) Add(q Points) Points {
	a, b := p.rat(), q.rat()
	if a.IsInt() && b.IsInt() { // most are, and big.Rat would multiply
		return Points{new(big.Rat).SetInt(new(big.Int).Add(a.Num(), b.Num()))}
	}
	return Points{new(big.Rat).Add(a, b)}
}

// Sub returns p - q.
func (p Points) Sub(q Points) Points { return Points{new(big.Rat).Sub(p.rat(), q.rat())} }

// Mul returns p × q.
func (p Points) Mul(q Points) Points { return Points{new(big.Rat).Mul(p.rat(), q.rat())} }

// Over returns p ÷ n; n must not be 0.
func (p Points) Over(n int) Points {
	return Points{new(big.Rat).Quo(p.rat(), big.NewRat(int64(n), 1))}
}

// Quo returns p ÷ q; q must not be 0.
func (p Points) Quo(q Points) Points { return Points{new(big.Rat).Quo(p.rat(), q.rat())} }

// Cmp returns -1, 0 or +1 as p is less than, equal to or greater than q.
func (p Points) Cmp(q Points) int {
	a, b := p.rat(), q.rat()
	if a.IsInt() && b.IsInt() { // most are, and big.Rat would multiply
		return a.Num().Cmp(b.Num())
	}
	return a.Cmp(b)
}

// Equal reports whether p and q are the same number (go-cmp uses it).
func (p Points) Equal(q Points) bool { return p.Cmp(q) == 0 }

// IsZero reports whether p is 0.
func (p Points) IsZero() bool { return p.rat().Sign() == 0 }

// Sign returns -1, 0 or +1.
func (p Points) Sign() int { return p.rat().Sign() }

// Clamp returns p moved into [lo, hi].
func (p Points) Clamp(lo, hi Points) Points {
	switch {
	case p.Cmp(lo) < 0:
		return lo
	case p.Cmp(hi) > 0:
		return hi
	}
	return p
}

// String returns p rounded to two decimals, without trailing zeros: "17", "16.67".
func (p Points) String() string { return p.decimal(2) }

// Number returns p as a JSON number of at most six decimals.
func (p Points) Number() json.Number { return json.Number(p.decimal(6)) }

func (p Points) decimal(places int) string {
	s := p.rat().FloatString(places)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	if s == "-0" {
		return "0"
	}
	return s
}

// MarshalText returns the exact form.
func (p Points) MarshalText() ([]byte, error) { return []byte(p.rat().RatString()), nil }

// UnmarshalText parses the exact form.
func (p *Points) UnmarshalText(text []byte) error {
	parsed, err := parsePoints(string(text), maxExact)
	if err != nil {
		return fmt.Errorf("points: %w", err)
	}
	*p = parsed
	return nil
}
