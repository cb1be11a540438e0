package store

import (
	"crypto/rand"
	"crypto/sha256"
	"strings"
)

// crockford is the base32 alphabet without I, L, O and U.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// groups returns n random groups of four characters (20 bits each): "7Q2K-M8DT".
func groups(n int) string {
	random := make([]byte, 4*n)
	_, _ = rand.Read(random) // never fails
	var b strings.Builder
	for i, c := range random {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(crockford[c&31])
	}
	return b.String()
}

// canonical normalizes typed groups: case, dashes and look-alike letters.
func canonical(code string) string {
	return strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(code))
}

func hash(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}
