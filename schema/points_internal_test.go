package schema

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

// TestShortPointsAgreeWithPattern compares the fast parser with the pattern and big.Rat for random texts of the
// characters that both know.
func TestShortPointsAgreeWithPattern(t *testing.T) {
	t.Parallel()
	const alphabet = "0012395-/-/+.e "
	short := 0
	for range 200_000 {
		text := make([]byte, rand.N(12))
		for i := range text {
			text[i] = alphabet[rand.N(len(alphabet))]
		}
		got, ok := shortPoints(string(text))
		if !ok {
			continue
		}
		short++
		want, valid := new(big.Rat).SetString(string(text))
		if !pointsPattern.Match(text) || !valid || got.r.Cmp(want) != 0 {
			t.Fatalf("%q is %s, want %v (valid: %v)", text, got, want, valid)
		}
	}
	for _, text := range []string{"0", "-0", "7", "010", "-1/2", "0/5", "123456789/987654321"} {
		if _, ok := shortPoints(text); !ok {
			t.Errorf("%q is not parsed by the fast path", text)
		}
	}
	if short < 1000 {
		t.Errorf("only %d texts were parsed", short)
	}
}
