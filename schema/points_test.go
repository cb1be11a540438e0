package schema_test

import (
	"encoding/json"
	"testing"

	"github.com/grader/grader/schema"
)

func parse(t *testing.T, s string) schema.Points {
	t.Helper()
	p, err := schema.ParsePoints(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestParsePointsRefusesOtherText(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "a", "0x10", "1_000", "1/0", "010/3", "1/03", "1e999", "1e-100", "inf", "NaN", " 1", "1 ", "1.5/2", "--1", ".", "1e", "0b1", "1p3", string(make([]byte, 65))} {
		if p, err := schema.ParsePoints(s); schema.CodeOf(err) != schema.CodeInvalid {
			t.Errorf("%q is %s, %v", s, p, err)
		}
	}
}

func TestPointsAreExactUntilShown(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ shown, number, exact string }{
		"3": {"3", "3", "3"}, "0.1": {"0.1", "0.1", "1/10"}, "50/3": {"16.67", "16.666667", "50/3"}, "1e1": {"10", "10", "10"},
		"-0.001": {"0", "-0.001", "-1/1000"}, "100": {"100", "100", "100"}, "2.50": {"2.5", "2.5", "5/2"}, "010": {"10", "10", "10"}, ".5": {"0.5", "0.5", "1/2"},
	}
	for s, want := range cases {
		p := parse(t, s)
		exact, err := p.MarshalText()
		if err != nil || p.String() != want.shown || p.Number().String() != want.number || string(exact) != want.exact {
			t.Errorf("%s is %s, %s, %s, %v", s, p, p.Number(), exact, err)
		}
	}
	third := parse(t, "10").Over(3)
	if sum := third.Add(third).Add(third); !sum.Equal(parse(t, "10")) {
		t.Errorf("three thirds of 10 make %s", sum)
	}
}

func TestArithmeticOfPoints(t *testing.T) {
	t.Parallel()
	var zero schema.Points
	two, half := parse(t, "2"), parse(t, "0.5")
	if !zero.IsZero() || zero.Sign() != 0 || zero.Cmp(half) != -1 || zero.String() != "0" {
		t.Error("the zero value is not 0")
	}
	if !two.Mul(half).Equal(parse(t, "1")) || !two.Sub(half).Equal(parse(t, "1.5")) || half.Sub(two).Sign() != -1 {
		t.Error("2 and 0.5 do not add up")
	}
	for _, c := range []struct{ p, want schema.Points }{{half.Sub(two), zero}, {two.Add(two), two}, {half, half}} {
		if got := c.p.Clamp(zero, two); !got.Equal(c.want) {
			t.Errorf("%s is moved to %s", c.p, got)
		}
	}
}

func TestLongFractionsSurviveEncoding(t *testing.T) {
	t.Parallel()
	sum := parse(t, "0.12345678901234567890123456789")
	for _, n := range []int{3, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61} {
		sum = sum.Add(parse(t, "1").Over(n))
	}
	text, err := json.Marshal(sum)
	if err != nil {
		t.Fatal(err)
	}
	var got schema.Points
	if err := json.Unmarshal(text, &got); err != nil || !got.Equal(sum) {
		t.Errorf("%s came back as %s, %v", text, got, err)
	}
	if err := json.Unmarshal([]byte(`"0x1"`), &got); schema.CodeOf(err) != schema.CodeInvalid {
		t.Errorf("0x1 was read: %v", err)
	}
}

// TestPointsOfWholeNumbersAndFractions compares and adds whole numbers, fractions, and both.
func TestPointsOfWholeNumbersAndFractions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b, sum string
		cmp       int
	}{
		{"2", "10", "12", -1}, {"-3", "2", "-1", -1}, {"7", "7", "14", 0}, {"0", "-1", "-1", 1}, {"1/2", "1", "3/2", -1}, {"3", "5/2", "11/2", 1},
		{"1/3", "2/3", "1", -1}, {"1/2", "2/4", "1", 0}, {"99999999999999999999", "1", "100000000000000000000", 1},
	} {
		a, b := parse(t, c.a), parse(t, c.b)
		sum, err := a.Add(b).MarshalText()
		if err != nil || string(sum) != c.sum || a.Cmp(b) != c.cmp || b.Cmp(a) != -c.cmp || !a.Equal(parse(t, c.a)) {
			t.Errorf("%s and %s: sum %s, compared %d, %v", c.a, c.b, sum, a.Cmp(b), err)
		}
	}
	if zero := (schema.Points{}); zero.Cmp(parse(t, "0")) != 0 || zero.Add(zero).Sign() != 0 {
		t.Error("the zero value is not 0")
	}
}
